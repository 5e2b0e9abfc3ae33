package wire

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/imi-ledger/imi/ledger"
)

// Caps on request bodies, in bytes.
const (
	MaxBody         = 1 << 20
	MaxVerification = 256 << 10
)

// ReadJSON reads the JSON body of a request the strict way, of at most limit bytes.
func ReadJSON[T any](w http.ResponseWriter, r *http.Request, limit int64) (T, error) {
	var none T
	if !isJSON(r.Header.Get("Content-Type")) {
		return none, NewProblem(http.StatusUnsupportedMediaType, ledger.Malformed, "Content-Type", "must be application/json")
	}
	if r.Header.Get("Content-Encoding") != "" {
		return none, NewProblem(http.StatusUnsupportedMediaType, ledger.Malformed, "Content-Encoding", "must be absent")
	}
	body := bodies.Get().(*bytes.Buffer)
	defer giveBack(body)
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, limit)); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return none, err
		}
		return none, NewProblem(http.StatusBadRequest, ledger.Malformed, "", "the body did not arrive whole and in time")
	}
	return decodeJSON[T](body.Bytes())
}

// bodies are buffers that requests are read into: what is made of a body holds no part of it.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxPooled is the greatest buffer kept for the next request, in bytes.
const maxPooled = 16 << 10

func giveBack(body *bytes.Buffer) {
	if body.Cap() <= maxPooled {
		body.Reset()
		bodies.Put(body)
	}
}

func isJSON(contentType string) bool {
	if contentType == "application/json" {
		return true
	}
	kind, parameters, err := mime.ParseMediaType(contentType)
	charset := parameters["charset"]
	return err == nil && kind == "application/json" && (charset == "" || strings.EqualFold(charset, "utf-8"))
}

// decodeJSON reads one JSON value of a request type: UTF-8, the exact field names, each once, no null, nothing behind it.
// Spaces and the order of fields are free. What is wrong is told by field and offset, without its value: it may be
// personal data sent by mistake.
func decodeJSON[T any](data []byte) (T, error) {
	var v T
	if quick, ok := any(&v).(quickReader); ok && quick.readQuickly(data) {
		return v, nil
	}
	return decodeStrictly[T](data)
}

func decodeStrictly[T any](data []byte) (T, error) {
	var v, none T
	if at := firstInvalid(data); at >= 0 {
		return none, malformed("", int64(at), "must be UTF-8")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return none, malformed("", syntax.Offset, "must be one JSON value, and nothing behind it")
		}
		return none, malformed("", 0, "must be one JSON value")
	}
	reader := strictReader{json.NewDecoder(bytes.NewReader(data))}
	reader.decoder.UseNumber()
	if err := reader.value(reflect.TypeFor[T](), ""); err != nil {
		return none, err
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return none, malformed("", 0, "a field has a value of the wrong kind")
	}
	return v, nil
}

func firstInvalid(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// strictReader walks over valid JSON along a Go type. Request types are made of structs, pointers, strings, unsigned
// integers and types with a text form.
type strictReader struct{ decoder *json.Decoder }

func (s strictReader) value(kind reflect.Type, path string) error {
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	token, err := s.decoder.Token()
	at := s.decoder.InputOffset()
	if err != nil {
		return malformed(path, at, "must be JSON")
	}
	if text, ok := reflect.New(kind).Interface().(encoding.TextUnmarshaler); ok {
		return readText(token, text, path, at)
	}
	switch kind.Kind() {
	case reflect.Struct:
		if token != json.Delim('{') {
			return malformed(path, at, "must be an object")
		}
		return s.object(kind, path)
	case reflect.String:
		text, ok := token.(string)
		if !ok {
			return malformed(path, at, "must be a string")
		}
		if strings.ContainsRune(text, utf8.RuneError) { // also what a lone surrogate is turned into
			return malformed(path, at, "must be whole Unicode characters")
		}
	case reflect.Uint64:
		number, ok := token.(json.Number)
		if _, err := strconv.ParseUint(number.String(), 10, 63); !ok || err != nil {
			return malformed(path, at, "must be a whole number from 0 to 9223372036854775807")
		}
	default:
		return malformed(path, at, "is of a kind that no request has")
	}
	return nil
}

// readText checks a value whose type has a text form, such as a digest or a time.
func readText(token json.Token, into encoding.TextUnmarshaler, path string, at int64) error {
	text, ok := token.(string)
	if !ok {
		return malformed(path, at, "must be a string")
	}
	if err := into.UnmarshalText([]byte(text)); err != nil {
		var refusal *ledger.Refusal
		if errors.As(err, &refusal) {
			return malformed(path, at, refusal.Rule)
		}
		return malformed(path, at, "has the wrong form")
	}
	return nil
}

func (s strictReader) object(kind reflect.Type, path string) error {
	known := map[string]reflect.Type{}
	for field := range kind.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		known[name] = field.Type
	}
	seen := map[string]bool{}
	for s.decoder.More() {
		token, err := s.decoder.Token()
		at := s.decoder.InputOffset()
		name, ok := token.(string)
		field, listed := known[name]
		switch {
		case err != nil || !ok:
			return malformed(path, at, "must be JSON")
		case !listed:
			return malformed(path, at, "has a field that is not known here")
		case seen[name]:
			return malformed(join(path, name), at, "is there twice")
		}
		seen[name] = true
		if err := s.value(field, join(path, name)); err != nil {
			return err
		}
	}
	_, err := s.decoder.Token()
	if err != nil {
		return malformed(path, s.decoder.InputOffset(), "must be JSON")
	}
	return nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
