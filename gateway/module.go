package gateway

import (
	"net/http"
	"strings"
	"time"

	"github.com/imi-ledger/imi/evidence/browser"
	"github.com/imi-ledger/imi/ledger"
)

// moduleTag changes with the module, so that a browser asks again but loads it once.
var moduleTag = `"` + ledger.DigestOf([]byte(browser.Module)).String() + `"`

// module serves the check of answers for pages of this gateway. Who doubts the gateway takes it from elsewhere.
func (a *api) module(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", "no-cache") // kept, and asked for again: an old module refuses the answers of a new gateway
	h.Set("ETag", moduleTag)
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(browser.Module))
	return nil
}
