package gateway

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
)

var openAPI = sync.OnceValues(func() (validator.Validator, error) {
	document, err := libopenapi.NewDocument(openAPIDocument)
	if err != nil {
		return nil, err
	}
	v, errs := validator.NewValidator(document)
	if len(errs) > 0 {
		return nil, errs[0]
	}
	return v, nil
})

// described fails the test when an answer is not as openapi.json says, or says nothing of. Requests that succeed must be
// as it says, too.
func described(t testing.TB, r *http.Request, answer *http.Response, body []byte) {
	t.Helper()
	v, err := openAPI()
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode == http.StatusMethodNotAllowed || (answer.StatusCode == http.StatusNotFound && !known(r)) {
		return // nothing the document speaks about
	}
	if r.URL.Path == "/" {
		return // the validator cannot find the path "/"; the page has a test of its own
	}
	copied := *answer
	copied.Body = io.NopCloser(bytes.NewReader(body))
	if ok, problems := v.ValidateHttpResponse(r, &copied); !ok {
		for _, p := range problems {
			t.Errorf("%s %s: answer: %s: %s %v\n%s", r.Method, r.URL.Path, p.Message, p.Reason, p.SchemaValidationErrors, body[:min(len(body), 600)])
		}
	}
	if answer.StatusCode >= 300 {
		return
	}
	if r.GetBody != nil {
		if r.Body, err = r.GetBody(); err != nil {
			t.Fatal(err)
		}
	}
	if ok, problems := v.ValidateHttpRequest(r); !ok {
		for _, p := range problems {
			t.Errorf("%s %s: request: %s: %s %v", r.Method, r.URL.Path, p.Message, p.Reason, p.SchemaValidationErrors)
		}
	}
}

// known reports whether a path is one of the API's.
func known(r *http.Request) bool {
	for _, route := range (&api{}).routes() {
		if matches(strings.TrimSuffix(route.path, "{$}"), r.URL.Path) {
			return true
		}
	}
	return false
}

func matches(pattern, path string) bool {
	a, b := strings.Split(pattern, "/"), strings.Split(path, "/")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] && !strings.HasPrefix(a[i], "{") {
			return false
		}
	}
	return len(a) == len(b)
}

func TestOpenAPIDocumentIsValid(t *testing.T) {
	v, err := openAPI()
	if err != nil {
		t.Fatal(err)
	}
	ok, problems := v.ValidateDocument()
	for _, p := range problems {
		t.Errorf("%s: %s %v", p.Message, p.Reason, p.SchemaValidationErrors)
	}
	if !ok {
		t.Error("not a valid OpenAPI document")
	}
}

func TestOpenAPIDescribesExactlyTheRoutes(t *testing.T) {
	document, err := libopenapi.NewDocument(openAPIDocument)
	if err != nil {
		t.Fatal(err)
	}
	model, err := document.BuildV3Model()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(model.Model.Version, "3.1") {
		t.Errorf("version %s", model.Model.Version)
	}
	operations := map[string][]string{}
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		for method, operation := range item.GetOperations().FromOldest() {
			query := []string{}
			for _, p := range operation.Parameters {
				if p.In == "query" {
					query = append(query, p.Name)
				}
			}
			operations[strings.ToUpper(method)+" "+path] = query
		}
	}
	for _, r := range (&api{}).routes() {
		name := r.method + " " + strings.TrimSuffix(r.path, "{$}")
		query, ok := operations[name]
		if !ok || strings.Join(query, " ") != strings.Join(r.query, " ") {
			t.Errorf("%s: described %v with parameters %v, served with %v", name, ok, query, r.query)
		}
		delete(operations, name)
	}
	for name := range operations {
		t.Errorf("%s is described but not served", name)
	}
}
