package gateway

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"

	"github.com/imi-ledger/imi/cli"
	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

// commune is a gateway for each organisation, all of one ledger, which exchange their heads over HTTP.
type commune struct {
	*evidencetest.Ledger
	t        *testing.T
	gateways map[ledger.MSPID]*harness

	mu        sync.Mutex
	watched   uint64                  // block whose heads are counted; 0: none
	exchanged map[[2]ledger.MSPID]int // heads of it that one took from the other and compared without an alarm
	late      map[[2]ledger.MSPID]int // the most of them
}

// newCommune starts the gateways. Before each request for a head the asker's alarm is looked at: what it took before, it
// has compared by then.
func newCommune(t *testing.T) *commune {
	c := &commune{Ledger: evidencetest.New(t), t: t, gateways: map[ledger.MSPID]*harness{}, exchanged: map[[2]ledger.MSPID]int{}, late: map[[2]ledger.MSPID]int{}}
	all := []ledger.MSPID{evidencetest.Audit, evidencetest.Notary, evidencetest.Police, evidencetest.Service}
	serving := httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(serving.Close)
	for _, id := range all {
		folder := t.TempDir()
		writeHeadKey(t, filepath.Join(folder, "head.key"), evidencetest.HeadKey(id))
		h := startFor(t, c.Ledger, id, func(o *Options) {
			o.Data, o.HeadKey = folder, filepath.Join(folder, "head.key")
			for _, other := range all {
				o.Neighbours = append(o.Neighbours, Neighbour{other, serving.URL + "/" + string(id) + "/" + string(other)})
			}
		})
		c.mu.Lock()
		c.gateways[id] = h
		c.mu.Unlock()
	}
	t.Cleanup(serving.CloseClientConnections)
	return c
}

// serve passes a request /ASKER/ASKED/… on to the gateway that is asked.
func (c *commune) serve(w http.ResponseWriter, r *http.Request) {
	parts := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/"), "/", 3)
	pair := [2]ledger.MSPID{ledger.MSPID(parts[0]), ledger.MSPID(parts[1])}
	c.mu.Lock()
	asker, asked := c.gateways[pair[0]], c.gateways[pair[1]]
	if asker != nil && len(asker.api.witness.forks.list()) == 0 {
		c.late[pair] = c.exchanged[pair]
	}
	c.mu.Unlock()
	if asked == nil {
		http.Error(w, "not started yet", http.StatusServiceUnavailable)
		return
	}
	answer := httptest.NewRecorder()
	http.StripPrefix("/"+parts[0]+"/"+parts[1], asked.api.handler()).ServeHTTP(answer, r)
	text, _, _ := strings.Cut(answer.Body.String(), "\n\n")
	given, err := head.Parse(text + "\n")
	c.mu.Lock()
	if err == nil && c.watched != 0 && given.Block == c.watched {
		c.exchanged[pair]++
	}
	c.mu.Unlock()
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

func (c *commune) level(ids ...ledger.MSPID) {
	for _, id := range ids {
		c.gateways[id].level()
	}
}

// agreed waits until a gateway answers from the newest block.
func (c *commune) agreed(id ledger.MSPID) {
	h := c.gateways[id]
	h.await("a head that three organisations signed", func() bool {
		best, ok := h.api.witness.keeper.Load().Best()
		return ok && best.Head == c.Head()
	})
}

// without is the newest block with its first transaction only, and a header that fits that.
func (c *commune) without() *common.Block {
	forged := delivered(c.t, c.Blocks[len(c.Blocks)-1])
	forged.Data.Data = forged.Data.Data[:1]
	forged.Metadata.Metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER] = forged.Metadata.Metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER][:1]
	forged.Header.DataHash = block.DataHash(forged.Data.Data)
	return forged
}

// TestForgedBlockIsFoundOut feeds one of four gateways a block that leaves a revocation out. All raise the alarm within two
// exchanges of heads, keep the proof, and imi finds it good with nothing but the head keys. The misled gateway finds nobody
// who signs its head, so it never answers from the forged block.
func TestForgedBlockIsFoundOut(t *testing.T) {
	c := newCommune(t)
	honest := []ledger.MSPID{evidencetest.Notary, evidencetest.Police, evidencetest.Service}
	misled := c.gateways[evidencetest.Audit]
	document := c.Digest()
	key := c.Register(document)
	c.level(append(honest, evidencetest.Audit)...)
	c.agreed(evidencetest.Audit)

	if err := c.Add(evidencetest.Service, ledger.DocumentRegister, c.Registration(c.Document(c.Digest()))); err != nil {
		t.Fatal(err)
	}
	c.Revoke(key) // in the same block
	c.mu.Lock()
	c.watched = c.Head().Block
	c.mu.Unlock()
	misled.deliver(c.without())
	c.level(honest...)
	if state, _, _ := misled.api.witness.keeper.Load().Newest(); state.Block != c.Head().Block || state.Head == c.Head() {
		t.Fatalf("the gateway was not misled: %+v", state.Head)
	}
	for _, id := range honest {
		c.agreed(id)
	}
	for id, h := range c.gateways {
		h.await("the alarm of "+string(id), func() bool { return len(h.api.witness.forks.list()) > 0 })
	}
	c.mu.Lock()
	for pair, n := range c.late {
		// Honest ones learn it from the misled one, and that one from any.
		if forked := pair[0] == evidencetest.Audit || pair[1] == evidencetest.Audit; forked && n > 1 {
			t.Errorf("%s took %d heads of the block from %s before its alarm", pair[0], n, pair[1])
		}
	}
	c.mu.Unlock()
	for _, id := range honest {
		c.kept(id)
	}

	question := answer.Question{Document: &evidence.DocumentQuestion{Commitment: document}}
	body := `{"document":{"commitment":"` + document.String() + `"}}`
	for _, id := range honest {
		c.gateways[id].checked(c.gateways[id].post("/v1/verifications", body), question, evidence.Revoked)
	}
	a := read[answer.Verification](t, misled.post("/v1/verifications", body), http.StatusOK)
	if a.Ledger.Block != c.Head().Block-1 || a.Verdict != evidence.Valid {
		t.Errorf("it answers %s from block %d", a.Verdict, a.Ledger.Block) // as it stood one block ago, and says so
	}
	misled.clock.set(c.Now.Time().Add(31 * time.Second))
	if a := read[answer.Verification](t, misled.post("/v1/verifications", body), http.StatusOK); a.Verdict != evidence.Indeterminate {
		t.Errorf("when that is too old it answers %s", a.Verdict)
	}
}

// kept sees that a gateway of those that have the true block shows its alarm and keeps a proof that imi accepts.
func (c *commune) kept(id ledger.MSPID) {
	c.t.Helper()
	h := c.gateways[id]
	if metrics := string(h.get("/metrics").body); !strings.Contains(metrics, "imi_forks 1\n") || !strings.Contains(h.log.String(), "FORK") {
		c.t.Errorf("%s: no metric or no line in the log", id)
	}
	trusted, err := trust(c.t).Encode()
	if err != nil {
		c.t.Fatal(err)
	}
	folder := c.t.TempDir()
	for name, text := range map[string][]byte{"trust.json": trusted, "forks.json": h.get("/v1/forks").body} {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o600); err != nil {
			c.t.Fatal(err)
		}
	}
	for _, proof := range []string{filepath.Join(folder, "forks.json"), h.api.witness.forks.path} {
		var out, errs bytes.Buffer
		exit := cli.Run(c.t.Context(), "imi", []string{"audit", "fork", proof, "--trust", filepath.Join(folder, "trust.json")}, cli.Streams{Out: &out, Err: &errs})
		if exit != 0 || !strings.Contains(out.String(), string(id)+" and AuditMSP signed different heads") {
			c.t.Errorf("%s: imi audit fork ended %d\n%s%s", id, exit, &out, &errs)
		}
	}
}
