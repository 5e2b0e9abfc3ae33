//go:build integration

package acceptance

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

// TestForgedHead puts a program in the place of one organisation's gateway that signs, with its true head key, a head of
// another state. The other gateways raise the alarm within two answers of it; the operator sees it and checks the proof.
func TestForgedHead(t *testing.T) {
	const forger ledger.MSPID = "AuditMSP"
	all := nodes(t)
	at := slices.IndexFunc(all, func(n node) bool { return n.Name == "gateway.audit" })
	if at < 0 || all[at].PID == 0 {
		t.Fatal("no gateway.audit")
	}
	signer := head.NewSigner(forger, headKeyOf(t, forger), time.Now)
	address := fmt.Sprintf("127.0.0.1:%d", all[at].Port)
	others := gateways(t)
	delete(others, forger)
	if err := syscall.Kill(all[at].PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { forget(t) })
	listener := listen(t, address)
	given := make(chan struct{}, 1000)
	forging := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		forged := newestHead(t, others["PoliceMSP"])
		forged.StateRoot[0] ^= 1
		note, err := head.Sign(forged, signer)
		if err != nil {
			t.Error(err)
		}
		time.Sleep(200 * time.Millisecond)
		_, _ = io.WriteString(w, note)
		given <- struct{}{}
	})}
	go func() { _ = forging.Serve(listener) }() // ends with Close
	defer forging.Close()

	began := time.Now()
	for id, gateway := range others {
		for !strings.Contains(fetch(t, gateway+"/metrics"), "\nimi_forks 1\n") {
			if time.Since(began) > 20*time.Second {
				t.Fatalf("%s raises no alarm", id)
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	t.Logf("three alarms after %v and %d forged heads in all", time.Since(began).Round(time.Millisecond), len(given))
	if n := len(given); n > 2*len(others) {
		t.Errorf("only after %d forged heads", n)
	}
	for id := range others {
		file := filepath.Join(t.TempDir(), "forks.json")
		if err := os.WriteFile(file, []byte(fetch(t, others[id]+"/v1/forks")), 0o600); err != nil {
			t.Fatal(err)
		}
		if out := must(t, "audit", "fork", file); !strings.Contains(out, string(id)+" and AuditMSP signed different heads") {
			t.Errorf("%s", out)
		}
	}
	if status, stderr, code := imi("network", "status"); code != 7 || strings.Count(status, "AuditMSP signed different heads; proof at gateway.") != 3 || !strings.Contains(stderr, "imi audit fork") {
		t.Errorf("network status ended %d\n%s%s", code, status, stderr)
	}
	stream, err := http.Get(others["PoliceMSP"] + "/v1/events")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	beginning := make([]byte, 64)
	if _, err := io.ReadFull(stream.Body, beginning); err != nil || !strings.Contains(string(beginning), "event: ledger.forked\ndata: {") {
		t.Errorf("the stream of events begins with %q, %v", beginning, err)
	}
}

func headKeyOf(t *testing.T, id ledger.MSPID) ed25519.PrivateKey {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(district.dir, "organisations", string(id), "head.key"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatal("not PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(ed25519.PrivateKey)
}

// listen takes the port of a process that was killed, as soon as it is free.
func listen(t *testing.T, address string) net.Listener {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		listener, err := net.Listen("tcp", address)
		if err == nil {
			return listener
		}
		if time.Now().After(limit) {
			t.Fatal(err)
		}
	}
}

func fetch(t *testing.T, url string) string {
	response, err := http.Get(url)
	if err != nil {
		t.Error(err)
		return ""
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("%s: HTTP %d, %v", url, response.StatusCode, err)
	}
	return string(text)
}

func newestHead(t *testing.T, gateway string) head.Head {
	text, _, _ := strings.Cut(fetch(t, gateway+"/v1/heads/own"), "\n\n")
	newest, err := head.Parse(text + "\n")
	if err != nil {
		t.Error(err)
	}
	return newest
}

// forget settles the matter as an operator does: the proofs are moved away and the gateways started again.
func forget(t *testing.T) {
	t.Helper()
	must(t, "network", "stop")
	kept, err := filepath.Glob(filepath.Join(district.dir, "nodes", "gateway.*", "data", "forks.json"))
	if err != nil || len(kept) != 3 {
		t.Errorf("%d gateways keep proofs, %v", len(kept), err)
	}
	for _, name := range kept {
		if err := os.Rename(name, filepath.Join(t.TempDir(), "forks.json")); err != nil {
			t.Error(err)
		}
	}
	must(t, "network", "start")
	must(t, "network", "status")
}
