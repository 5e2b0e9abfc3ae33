package gateway

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

// neighbours are other organisations' gateways, of which only the route for heads matters here.
type neighbours struct {
	mu    sync.Mutex
	notes map[ledger.MSPID]string
}

func (n *neighbours) set(organisation ledger.MSPID, note string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.notes[organisation] = note
}

func (n *neighbours) serve(t testing.TB, organisation ledger.MSPID) Neighbour {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.mu.Lock()
		note := n.notes[organisation]
		n.mu.Unlock()
		if r.URL.Path != "/v1/heads/own" || note == "" {
			http.Error(w, "no head", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte(note))
	}))
	t.Cleanup(server.Close)
	return Neighbour{organisation, server.URL}
}

func writeHeadKey(t testing.TB, path string, key ed25519.PrivateKey) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// startCosigned is a gateway with a head key and three neighbours.
func startCosigned(t testing.TB, change ...func(*Options)) (*harness, *neighbours) {
	t.Helper()
	n := &neighbours{notes: map[ledger.MSPID]string{}}
	folder := t.TempDir()
	writeHeadKey(t, filepath.Join(folder, "head.key"), evidencetest.HeadKey(evidencetest.Police))
	h := start(t, append([]func(*Options){func(o *Options) {
		o.Data, o.HeadKey = folder, filepath.Join(folder, "head.key")
		for _, id := range []ledger.MSPID{evidencetest.Service, evidencetest.Notary, evidencetest.Audit} {
			o.Neighbours = append(o.Neighbours, n.serve(t, id))
		}
	}}, change...)...)
	return h, n
}

// await tries until something holds.
func (h *harness) await(what string, holds func() bool) {
	h.t.Helper()
	for limit := time.Now().Add(20 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(limit) {
			h.t.Fatalf("%s did not happen; log:\n%s", what, h.log)
		}
	}
}

// cosign delivers every block and has organisations sign its head.
func (h *harness) cosign(n *neighbours, organisations ...ledger.MSPID) {
	h.t.Helper()
	h.level()
	if err := h.api.witness.tick(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	for _, id := range organisations {
		n.set(id, h.Sign(h.Head(), id))
	}
	h.await("cosigning", func() bool {
		state, ok := h.api.witness.keeper.Load().At(h.Head().Block)
		return ok && !slices.ContainsFunc(organisations, func(id ledger.MSPID) bool { return !state.Times[id].Equal(h.Now.Time()) })
	})
}

func (h *harness) keys() head.Keys {
	keys := head.Keys{}
	for _, id := range []ledger.MSPID{evidencetest.Service, evidencetest.Police, evidencetest.Notary, evidencetest.Audit} {
		keys[id] = []ed25519.PublicKey{evidencetest.HeadKey(id).Public().(ed25519.PublicKey)}
	}
	return keys
}

func TestHeadsAreExchangedAndServed(t *testing.T) {
	h, n := startCosigned(t)
	if r := h.get("/v1/head"); r.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a head that nobody else signed: %d %s", r.StatusCode, r.body)
	}
	h.cosign(n, evidencetest.Service, evidencetest.Notary)
	signed, err := head.Open(string(h.get("/v1/head").body), h.keys())
	if err != nil || signed.Head != h.Head() || len(signed.Times) != 3 {
		t.Fatalf("%+v, %v", signed, err)
	}
	h.Register(h.Digest())
	h.cosign(n, evidencetest.Audit)
	if again, err := head.Open(string(h.get("/v1/head").body), h.keys()); err != nil || again.Head != signed.Head {
		t.Errorf("answers rest on a head with two signatures: %+v, %v", again, err)
	}
	own, err := head.Open(string(h.get("/v1/heads/own?after=1").body), h.keys())
	if err != nil || own.Head != h.Head() || len(own.Times) != 1 {
		t.Errorf("own head %+v, %v", own, err)
	}
	if r := h.get("/v1/heads/" + "9999"); r.StatusCode != http.StatusNotFound {
		t.Errorf("head of a block to come: %d", r.StatusCode)
	}
	if metrics := string(h.get("/metrics").body); !strings.Contains(metrics, "imi_cosigners 3") || !strings.Contains(metrics, "imi_forks 0") {
		t.Error("metrics do not tell")
	}
}

func TestRootOfAnIndexIsThatOfItsBlocks(t *testing.T) {
	h, _ := startCosigned(t)
	h.IssueMany(5)
	h.Revoke(h.Register(h.Digest()))
	h.level()
	newest, _, _ := h.api.witness.keeper.Load().Newest()
	rebuilt, err := treeOf(t.Context(), h.api.index)
	if err != nil || newest.StateRoot != h.Tree().Root() || rebuilt.Root() != h.Tree().Root() {
		t.Errorf("roots differ: block by block %s, from the index %s, of the ledger %s (%v)", newest.StateRoot, rebuilt.Root(), h.Tree().Root(), err)
	}
	h.rebuilt(newest.StateRoot)
}

func TestForkRaisesAnAlarmAndIsKept(t *testing.T) {
	h, n := startCosigned(t)
	forged := h.Head()
	forged.BlockHash[0] ^= 1
	n.set(evidencetest.Audit, h.Sign(forged, evidencetest.Audit))
	h.await("the alarm", func() bool { return strings.Contains(string(h.get("/metrics").body), "imi_forks 1") })
	found := read[forksAnswer](t, h.get("/v1/forks"), http.StatusOK).Forks
	if len(found) != 1 || found[0].Other != evidencetest.Audit || !strings.Contains(h.log.String(), "FORK") {
		t.Fatalf("forks %+v", found)
	}
	ours, err1 := head.Open(found[0].Ours, h.keys())
	theirs, err2 := head.Open(found[0].Theirs, h.keys())
	if err1 != nil || err2 != nil || ours.Block != theirs.Block || ours.Head == theirs.Head {
		t.Error("the proof proves nothing")
	}
	kept, err := openForks(h.api.witness.forks.path, h.api.log)
	if err != nil || len(kept.list()) != 1 {
		t.Errorf("not kept: %v", err)
	}
}

func TestHeadKeyMayComeLater(t *testing.T) {
	path := filepath.Join(t.TempDir(), "head.key")
	h := start(t)
	w := h.api.witness
	w.keyFile = path
	if err := w.tick(t.Context()); err == nil || h.get("/v1/head").StatusCode != http.StatusServiceUnavailable {
		t.Fatal("signs without a key")
	}
	writeHeadKey(t, path, evidencetest.HeadKey(evidencetest.Police))
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := w.tick(t.Context()); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others can read: %v", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	if newest, ok, _ := w.keeper.Load().Newest(); !ok || newest.Head != h.Head() {
		t.Errorf("newest %+v", newest.Head)
	}
}
