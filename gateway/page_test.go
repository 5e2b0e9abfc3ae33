package gateway

import (
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence"
)

func TestPageSpeaksBothLanguagesAndRunsNothing(t *testing.T) {
	h := start(t)
	text := string(h.get("/").body)
	for _, want := range []string{"PoliceMSP", "imi:PoliceMSP", "就绪", "ready and in step", `href="/openapi.json"`, `id="problem-malformed"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	for _, verdict := range []evidence.Verdict{evidence.Valid, evidence.Revoked, evidence.Suspended, evidence.Expired, evidence.NotFound,
		evidence.Mismatch, evidence.Indeterminate} {
		if !strings.Contains(text, "<code>"+string(verdict)+"</code>") {
			t.Errorf("the page does not explain %s", verdict)
		}
	}
	for _, forbidden := range []string{"<script", "<form", "style=", "onclick", "http://", "https://"} {
		if strings.Contains(text, forbidden) {
			t.Errorf("the page holds %q", forbidden)
		}
	}
	h.clock.set(h.Now.Time().Add(time.Hour))
	if text := string(h.get("/").body); !strings.Contains(text, "not ready: ") || !strings.Contains(text, "未就绪") {
		t.Error("the page of a gateway that is behind does not say so")
	}
}

func TestPageEscapesWhatItShows(t *testing.T) {
	h := start(t, func(o *Options) { o.Audience = `<script>alert("x")</script>` })
	if text := string(h.get("/").body); strings.Contains(text, "<script") {
		t.Error("the page holds what the audience says")
	}
}
