package gateway

import (
	"net/http"
	"testing"

	"github.com/imi-ledger/imi/evidence/browser"
)

func TestModuleIsServedOnce(t *testing.T) {
	h := start(t)
	got := h.get("/v1/verify.js")
	if string(got.body) != browser.Module || got.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("%d %v, %d bytes", got.StatusCode, got.Header, len(got.body))
	}
	again := h.send(http.MethodGet, "/v1/verify.js", "", "If-None-Match", got.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified || len(again.body) != 0 {
		t.Errorf("%d, %d bytes", again.StatusCode, len(again.body))
	}
}
