package gateway

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/imi-ledger/imi/gateway/wire"
	"github.com/imi-ledger/imi/ledger"
)

const (
	verifyPath = "/v1/verifications"
	noncePath  = "/v1/nonces"
)

func purpose(n int) string { return `{"purpose":"` + strings.Repeat("x", n) + `"}` }

// hostileRequests are requests that are refused, beside a few that look like them and are fine.
var hostileRequests = map[string]struct {
	method, path, body string
	status             int
	code               ledger.Code
	headers            []string
}{
	"no body":                {"POST", noncePath, "", 415, ledger.Malformed, nil},
	"form":                   {"POST", noncePath, "a=b", 415, ledger.Malformed, []string{"Content-Type", "application/x-www-form-urlencoded"}},
	"text":                   {"POST", noncePath, "{}", 415, ledger.Malformed, []string{"Content-Type", "text/plain"}},
	"json in latin-1":        {"POST", noncePath, "{}", 415, ledger.Malformed, []string{"Content-Type", "application/json; charset=latin1"}},
	"compressed":             {"POST", noncePath, "{}", 415, ledger.Malformed, []string{"Content-Encoding", "gzip"}},
	"empty object is fine":   {"POST", noncePath, "{}", 201, "", nil},
	"explicit UTF-8 is fine": {"POST", noncePath, "{}", 201, "", []string{"Content-Type", "application/json; charset=UTF-8"}},
	"duplicate field":        {"POST", noncePath, `{"purpose":"a","purpose":"a"}`, 400, ledger.Malformed, nil},
	"unknown field":          {"POST", noncePath, `{"audience":"a"}`, 400, ledger.Malformed, nil},
	"trailing bytes":         {"POST", noncePath, `{}0`, 400, ledger.Malformed, nil},
	"long purpose":           {"POST", noncePath, purpose(201), 413, ledger.TooLarge, nil},
	"a mebibyte":             {"POST", noncePath, purpose(wire.MaxBody - 14), 413, ledger.TooLarge, nil},
	"over a mebibyte":        {"POST", noncePath, purpose(wire.MaxBody), 413, ledger.TooLarge, nil},
	"over 256 kibibytes":     {"POST", verifyPath, purpose(wire.MaxVerification), 413, ledger.TooLarge, nil},
	"proof over 64 kibibytes": {"POST", verifyPath, `{"nonce":"n","presentation":"` + strings.Repeat("x", 64<<10+1) + `"}`, 413,
		ledger.TooLarge, nil},
	"nothing asked":         {"POST", verifyPath, `{}`, 422, ledger.Invalid, nil},
	"two questions":         {"POST", verifyPath, `{"credential":"` + someDigest + `","document":{"digest":"` + someDigest + `"}}`, 422, ledger.Invalid, nil},
	"no nonce":              {"POST", verifyPath, `{"presentation":"a"}`, 422, ledger.Invalid, nil},
	"nonce without purpose": {"POST", verifyPath, `{"credential":"` + someDigest + `","nonce":"n"}`, 422, ledger.Invalid, nil},
	"empty nonce":           {"POST", verifyPath, `{"presentation":"a","nonce":""}`, 422, ledger.Invalid, nil},
	"empty document":        {"POST", verifyPath, `{"document":{}}`, 422, ledger.Invalid, nil},
	"salt alone":            {"POST", verifyPath, `{"document":{"commitment":"` + someDigest + `","salt":"` + someDigest + `"}}`, 422, ledger.Invalid, nil},
	"as of nothing":         {"POST", verifyPath, `{"credential":"` + someDigest + `","asOf":{}}`, 422, ledger.Invalid, nil},
	"as of both":            {"POST", verifyPath, `{"credential":"` + someDigest + `","asOf":{"block":1,"time":"2026-11-23T10:00:00Z"}}`, 422, ledger.Invalid, nil},
	"another origin":        {"POST", noncePath, `{}`, 403, ledger.NotAllowed, []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}},
	"another origin, old":   {"POST", noncePath, `{}`, 403, ledger.NotAllowed, []string{"Origin", "https://evil.example"}},
	"wrong method":          {"DELETE", noncePath, ``, 405, ledger.Malformed, nil},
	"made-up method":        {"STEAL", noncePath, ``, 405, ledger.Malformed, nil},
	"unknown parameter":     {"GET", "/v1/blocks?Limit=1", "", 400, ledger.Malformed, nil},
	"parameter twice":       {"GET", "/v1/blocks?limit=1&limit=2", "", 400, ledger.Malformed, nil},
	"semicolons":            {"GET", "/v1/blocks?limit=1;before=2", "", 400, ledger.Malformed, nil},
	"bad escape":            {"GET", "/v1/blocks?limit=%zz", "", 400, ledger.Malformed, nil},
	"limit 0":               {"GET", "/v1/blocks?limit=0", "", 400, ledger.Malformed, nil},
	"limit too large":       {"GET", "/v1/records?limit=1001", "", 400, ledger.Malformed, nil},
	"limit with sign":       {"GET", "/v1/records?limit=%2B1", "", 400, ledger.Malformed, nil},
	"page from nowhere":     {"GET", "/v1/records?after=x", "", 400, ledger.Malformed, nil},
	"kind that is none":     {"GET", "/v1/records?kind=citizen", "", 400, ledger.Malformed, nil},
	"state that is none":    {"GET", "/v1/records?state=gone", "", 400, ledger.Malformed, nil},
	"organisation is none":  {"GET", "/v1/records?organisation=%27--", "", 400, ledger.Malformed, nil},
	"type is none":          {"GET", "/v1/records?type=%25", "", 400, ledger.Malformed, nil},
	"time in local form":    {"GET", "/v1/records?from=2026-11-23", "", 400, ledger.Malformed, nil},
	"block with zeros":      {"GET", "/v1/blocks/007", "", 400, ledger.Malformed, nil},
	"block that overflows":  {"GET", "/v1/blocks/18446744073709551616", "", 400, ledger.Malformed, nil},
	"block and time":        {"GET", "/v1/records/type/identity/1?block=1&time=2026-11-23T10:00:00Z", "", 422, ledger.Invalid, nil},
	"key that is none":      {"GET", "/v1/records/document/zz", "", 400, ledger.Malformed, nil},
	"upper-case key":        {"GET", "/v1/records/document/" + strings.ToUpper(someDigest), "", 400, ledger.Malformed, nil},
	"transaction is none":   {"GET", "/v1/transactions/xyz", "", 400, ledger.Malformed, nil},
	"path of a batch":       {"GET", "/v1/batches/x/path/0", "", 400, ledger.Malformed, nil},
	"place in a batch":      {"GET", "/v1/batches/" + someDigest + "/path/-1", "", 400, ledger.Malformed, nil},
	"event id is none":      {"GET", "/v1/events", "", 400, ledger.Malformed, []string{"Last-Event-ID", "12"}},
	"kind of event is none": {"GET", "/v1/events?kind=x", "", 400, ledger.Malformed, nil},
}

func TestHostileRequests(t *testing.T) {
	h := start(t)
	for name, c := range hostileRequests {
		t.Run(name, func(t *testing.T) {
			r := h.send(c.method, c.path, c.body, c.headers...)
			if c.status < 300 {
				read[map[string]any](t, r, c.status)
				return
			}
			p := read[wire.Problem](t, r, c.status)
			if p.Code != c.code || p.Status != c.status || p.Type != "/#problem-"+string(c.code) || p.Title == "" {
				t.Errorf("got %+v", p)
			}
			if kind := r.Header.Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("content type %s", kind)
			}
		})
	}
}

func TestEveryAnswerHasSecurityHeaders(t *testing.T) {
	h := start(t)
	for _, path := range []string{"/", "/style.css", "/openapi.json", "/livez", "/readyz", "/metrics", "/v1/blocks", "/v1/blocks?x=1", "/nothing"} {
		r := h.get(path)
		policy := r.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; ") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store", "Access-Control-Allow-Origin": ""} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
	if got := h.get("/").Header.Get("Cross-Origin-Opener-Policy"); got != "same-origin" {
		t.Errorf("the page may be opened by pages of others: %q", got)
	}
}

func TestManyRequestsOfOneClientAreRefused(t *testing.T) {
	h := start(t, func(o *Options) { o.Quota = 5 })
	var mu sync.Mutex
	seen := map[int]int{}
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			answer, err := http.Get(h.server.URL + "/v1/blocks")
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			mu.Lock()
			defer mu.Unlock()
			seen[answer.StatusCode]++
			if answer.StatusCode == http.StatusTooManyRequests && answer.Header.Get("Retry-After") != "1" {
				t.Errorf("Retry-After %q", answer.Header.Get("Retry-After"))
			}
		})
	}
	all.Wait()
	if seen[http.StatusOK] != 10 || seen[http.StatusTooManyRequests] != 30 {
		t.Errorf("statuses %v", seen)
	}
	if p := read[wire.Problem](t, h.get("/v1/blocks"), http.StatusTooManyRequests); p.Code != ledger.Unavailable {
		t.Errorf("got %+v", p)
	}
	for range 20 {
		read[map[string]any](t, h.get("/livez"), http.StatusOK) // probes are not counted
	}
	h.clock.set(h.Now.Time().Add(time.Second))
	read[blocksAnswer](t, h.get("/v1/blocks"), http.StatusOK)
}

// TestSlowAndBrokenClients talks to the port without a client library.
func TestSlowAndBrokenClients(t *testing.T) {
	h := start(t)
	server := httptest.NewUnstartedServer(h.api.handler())
	server.Config.ReadHeaderTimeout, server.Config.ReadTimeout = 100*time.Millisecond, 200*time.Millisecond
	server.Config.MaxHeaderBytes = maxHeader
	server.Start()
	defer server.Close()
	talk := func(text string) string {
		t.Helper()
		connection, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		if _, err := io.WriteString(connection, text); err != nil {
			t.Fatal(err)
		}
		if err := connection.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(connection).ReadString('\n')
		if err != nil && err != io.EOF {
			return "cut off" // a reset: the server had enough
		}
		return strings.TrimSpace(line)
	}
	const post = "POST /v1/nonces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	for name, c := range map[string]struct{ text, want string }{
		"headers that never end": {"GET / HTTP/1.1\r\nHost: x\r\n", ""},
		"body that never comes":  {post + "Content-Length: 10\r\n\r\n{", "HTTP/1.1 400 Bad Request"},
		"two lengths":            {post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "HTTP/1.1 400 Bad Request"},
		"length and chunks":      {post + "Content-Length: 2\r\nTransfer-Encoding: gzip\r\n\r\n{}", "HTTP/1.1 501 Not Implemented"},
		"no HTTP":                {"\x16\x03\x01\x02\x00\r\n\r\n", "HTTP/1.1 400 Bad Request"},
		"huge headers":           {"GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", maxHeader+8<<10) + "\r\n\r\n", "HTTP/1.1 431 Request Header Fields Too Large"},
		"endless chunks":         {post + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat(fmt.Sprintf("%x\r\n%s\r\n", 1<<16, strings.Repeat(" ", 1<<16)), 17), "HTTP/1.1 413 Request Entity Too Large"},
	} {
		if got := talk(c.text); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestLogHoldsNoIDsNorClaims(t *testing.T) {
	h := start(t)
	citizen := h.Enrol()
	compact := h.IssueCredential(citizen, nil)
	document := h.Digest()
	h.Register(document)
	h.level()
	nonce := read[nonceAnswer](t, h.post("/v1/nonces", `{"purpose":"秘密"}`), 201)
	presentation := string(h.Present(citizen, compact, nonce.Audience, nonce.Nonce, h.Now.Time(), "name"))
	h.verify(`{"nonce":"` + nonce.Nonce + `","presentation":"` + presentation + `"}`)
	h.get("/v1/records/document/" + document.String())
	h.get("/v1/records/subject/" + citizen.ID.String())
	h.get("/v1/records?type=secret-type")
	h.get("/secret-path?secret-parameter=1")
	h.send("SECRET", "/", "")
	h.post("/v1/verifications", `{"secret":1}`)
	if err := h.api.index.Close(); err != nil {
		t.Fatal(err)
	}
	h.verify(`{"document":{"digest":"` + document.String() + `"}}`)
	h.get("/v1/history/document/" + document.String())
	text := h.log.String()
	for _, private := range []string{document.String(), citizen.ID.String(), nonce.Nonce, presentation[:40], "李", "秘密", "secret", "SECRET", "127.0.0.1"} {
		if strings.Contains(text, private) {
			t.Errorf("the log holds %q:\n%s", private, text)
		}
	}
	for _, told := range []string{"route=/v1/records/{kind}/{id}", "route=/v1/verifications", "route=none", "msg=fault", "status=500"} {
		if !strings.Contains(text, told) {
			t.Errorf("the log does not say %q:\n%s", told, text)
		}
	}
}

func TestPanicIsAFault(t *testing.T) {
	h := start(t)
	routes := []route{{method: "GET", path: "/before", serve: func(http.ResponseWriter, *http.Request) error { panic("secret") }},
		{method: "GET", path: "/after", serve: func(w http.ResponseWriter, _ *http.Request) error {
			if _, err := io.WriteString(w, strings.Repeat("x", 1<<16)); err != nil {
				return err
			}
			panic("secret")
		}}}
	server := httptest.NewServer(observe(mux(routes, h.api.quota), h.api.log, false, h.api.metrics, h.clock.read))
	defer server.Close()
	answer, err := http.Get(server.URL + "/before")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusInternalServerError || answer.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("status %d", answer.StatusCode)
	}
	half, err := http.Get(server.URL + "/after")
	if err == nil {
		defer half.Body.Close()
		_, err = io.ReadAll(half.Body)
	}
	if err == nil {
		t.Error("a half-sent answer looks whole")
	}
	if strings.Contains(h.log.String(), "secret") {
		t.Error("the log quotes what was thrown")
	}
}

// TestGarbledTargets sends thousands of paths and queries made from real ones. Whatever they are, the answer is a success
// or a client's error, and never a redirect to somewhere else. (The readers behind them have fuzz targets in package wire;
// fuzzing the whole gateway would mean compiling SQLite for it.)
func TestGarbledTargets(t *testing.T) {
	h := start(t)
	handler := h.api.handler()
	seeds := []string{"/v1/records/type/identity/1?block=2", "/v1/records?kind=document&limit=5&after=3&from=2026-11-23T10:00:00Z",
		"/v1/history/organisation/PoliceMSP?limit=1", "/v1/blocks?before=3", "/v1/blocks/1", "/v1/transactions/" + someDigest,
		"/v1/batches/" + someDigest + "/path/0", "//v1/../v1/blocks", "/v1/records/type%2Fidentity/1", "/v1/records/document/%00"}
	pieces := append([]string{"/", "//", "..", "%2F", "%00", "?", "&", "=", "'", "\"", ";", "%", "9", "99999999999999999999", "-1", "中", "*", "{id}"}, seeds...)
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		target := seeds[random.IntN(len(seeds))]
		for range 1 + random.IntN(3) {
			at := random.IntN(len(target) + 1)
			target = target[:at] + pieces[random.IntN(len(pieces))] + target[min(len(target), at+random.IntN(4)):]
		}
		u, err := url.ParseRequestURI(target)
		if err != nil || u.Host != "" {
			continue // net/http would not let it through
		}
		r := (&http.Request{Method: http.MethodGet, URL: u, Host: "gateway", Header: http.Header{}, Body: http.NoBody, RequestURI: target,
			RemoteAddr: "192.0.2.1:1", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}).WithContext(t.Context())
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		if answer.Code >= 500 && answer.Code != http.StatusServiceUnavailable {
			t.Errorf("%q: status %d: %s", target, answer.Code, answer.Body)
		}
		if to := answer.Header().Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//")) {
			t.Errorf("%q redirects to %q", target, to)
		}
	}
}
