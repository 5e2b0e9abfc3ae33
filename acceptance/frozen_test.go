//go:build integration

package acceptance

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/ledger"
)

const (
	maxAge   = 30 * time.Second // of the gateways: their default
	rounding = 2 * time.Second  // signatures tell whole seconds, and the others sign the old head until they have the new block
	watching = 12 * time.Second // how long to look on when that has passed
)

// gateways are the addresses of the gateways by organisation.
func gateways(t *testing.T) map[ledger.MSPID]string {
	t.Helper()
	all := map[ledger.MSPID]string{}
	for _, n := range nodes(t) {
		if n.Kind == "gateway" {
			all[ledger.MSPID(n.Organisation)] = fmt.Sprintf("http://127.0.0.1:%d", n.Port)
		}
	}
	if len(all) != 4 {
		t.Fatalf("%d gateways", len(all))
	}
	return all
}

// trusted is what a verifier of this network trusts: the head keys of the trust registry, three of which must have signed.
func trusted(t *testing.T) answer.Trust {
	t.Helper()
	var list struct{ Organisations []ledger.Organisation }
	if err := json.Unmarshal([]byte(must(t, "org", "list", "-o", "json")), &list); err != nil {
		t.Fatal(err)
	}
	trust := answer.Trust{Channel: "imi", Threshold: 3}
	for _, o := range list.Organisations {
		one := answer.Trusted{MSPID: o.MSPID}
		for _, k := range o.HeadKeys {
			one.HeadKeys = append(one.HeadKeys, k.Key)
		}
		trust.Organisations = append(trust.Organisations, one)
	}
	slices.SortFunc(trust.Organisations, func(a, b answer.Trusted) int { return strings.Compare(string(a.MSPID), string(b.MSPID)) })
	return trust
}

// reply is a gateway's answer, as it came and as it is checked by somebody who believes no gateway.
type reply struct {
	at      time.Time // when it had come
	verdict evidence.Verdict
	checked evidence.Verdict // "" where the answer carries no evidence
	text    []byte
}

// inquirer asks gateways about one document.
type inquirer struct {
	t        *testing.T
	trust    answer.Trust
	document ledger.Digest
}

func (q inquirer) question() answer.Question {
	return answer.Question{Document: &evidence.DocumentQuestion{Commitment: q.document, Method: ledger.PlainDigest}}
}

func (q inquirer) ask(gateway string) reply {
	q.t.Helper()
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Post(gateway+"/v1/verifications", "application/json", strings.NewReader(`{"document":{"digest":"`+q.document.String()+`"}}`))
	if err != nil {
		q.t.Fatalf("a gateway does not answer: %v", err)
	}
	defer response.Body.Close()
	var r reply
	if r.text, err = io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusOK {
		q.t.Fatalf("HTTP %d, %v: %s", response.StatusCode, err, r.text)
	}
	r.at = time.Now()
	var given answer.Verification
	if err := json.Unmarshal(r.text, &given); err != nil {
		q.t.Fatal(err)
	}
	r.verdict = given.Verdict
	if given.Evidence != nil {
		finding, err := answer.Check(r.text, q.trust, q.question(), r.at, maxAge)
		if err != nil {
			q.t.Errorf("an answer does not pass the check: %v\n%s", err, r.text)
		}
		r.checked = finding.Verdict
	}
	return r
}

// until asks until the verdict is the one wanted, and returns how long that took.
func (q inquirer) until(gateway string, verdict evidence.Verdict, limit time.Duration) (time.Duration, reply) {
	q.t.Helper()
	began := time.Now()
	for {
		r := q.ask(gateway)
		if r.verdict == verdict && r.checked == verdict {
			return r.at.Sub(began), r
		}
		if time.Since(began) > limit {
			q.t.Fatalf("after %v the verdict is %s, checked %s, not %s\n%s", limit, r.verdict, r.checked, verdict, r.text)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// keepWriting registers documents, one after the other, until it is told to stop; then it returns those that were
// acknowledged.
func (q inquirer) keepWriting() (stop func() []string) {
	var written []string
	stopping, stopped := make(chan struct{}), make(chan struct{})
	names := make([]string, 10)
	for i := range names {
		names[i] = newFile(q.t, fmt.Sprintf("written while frozen %d", i))
	}
	go func() {
		defer close(stopped)
		for _, name := range names {
			for done := false; !done; {
				_, stderr, code := imi("document", "register", name, "--kind", "contract")
				if done = code == 0; done {
					written = append(written, name)
				} else if code != 6 {
					q.t.Errorf("a write ended %d: %s", code, stderr)
					return
				}
				select {
				case <-stopping:
					return
				case <-time.After(3 * time.Second):
				}
			}
		}
	}()
	stop = sync.OnceValue(func() []string { close(stopping); <-stopped; return written })
	q.t.Cleanup(func() { stop() })
	return stop
}

// freeze stops the process of a node of this network as it is, and lets it go on when the test ends at the latest.
func freeze(t *testing.T, name string) (thaw func()) {
	t.Helper()
	all := nodes(t)
	at := slices.IndexFunc(all, func(n node) bool { return n.Name == name })
	if at < 0 || all[at].PID == 0 {
		t.Fatalf("no %s to freeze", name)
	}
	if err := syscall.Kill(all[at].PID, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	thaw = func() { _ = syscall.Kill(all[at].PID, syscall.SIGCONT) } // harmless when done twice
	t.Cleanup(thaw)
	return thaw
}

// eventually repeats a write until it is done: a peer asked to endorse that does not answer is passed over only after a while.
func eventually(t *testing.T, limit time.Duration, args ...string) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(time.Second) {
		stdout, stderr, code := imi(args...)
		if code == 0 {
			return
		}
		if code != 6 || time.Since(began) > limit {
			t.Fatalf("imi %s ended %d\n%s\n%s", strings.Join(args, " "), code, stdout, stderr)
		}
	}
}

// TestFrozenPeer freezes the peer of one organisation and revokes a document elsewhere. The other organisations answer and
// write as before. The gateway of the frozen peer does not learn of the revocation: as soon as what it knows is too old it
// says indeterminate, and never valid again until it has caught up.
func TestFrozenPeer(t *testing.T) {
	const frozen ledger.MSPID = "PoliceMSP"
	file := writeDocument(t, "frozen")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	q := inquirer{t, trusted(t), ledger.DigestOf(content)}
	all := gateways(t)
	var last reply // of the frozen peer's gateway that says valid
	for _, gateway := range all {
		_, r := q.until(gateway, evidence.Valid, 20*time.Second)
		last = r
	}

	thaw := freeze(t, "peer.police")
	began := time.Now()
	eventually(t, time.Minute, "document", "revoke", q.document.String())
	revoked := time.Now()
	t.Logf("revoked %v after the freeze", revoked.Sub(began).Round(time.Millisecond))
	for id, gateway := range all {
		if id != frozen {
			took, _ := q.until(gateway, evidence.Revoked, 10*time.Second)
			t.Logf("%s answers revoked %v after the acknowledgement", id, took.Round(time.Millisecond))
		}
	}
	status, _, code := imi("network", "status")
	if code != 6 || !strings.Contains(status, "unhealthy") {
		t.Errorf("network status ended %d\n%s", code, status)
	}
	written := q.keepWriting()
	counts := map[evidence.Verdict]int{}
	for time.Since(revoked) < maxAge+watching {
		for id, gateway := range all {
			r := q.ask(gateway)
			if id != frozen {
				if r.verdict != evidence.Revoked || r.checked != evidence.Revoked {
					t.Fatalf("%s answers %s, checked %s", id, r.verdict, r.checked)
				}
				continue
			}
			counts[r.verdict]++
			switch {
			case r.verdict == evidence.Valid:
				last = r
			case r.verdict != evidence.Indeterminate:
				t.Fatalf("the gateway of the frozen peer answers %s\n%s", r.verdict, r.text)
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	writes := written()
	for _, name := range writes {
		must(t, "verify", "document", name)
	}
	if stale := last.at.Sub(revoked); stale > maxAge+rounding {
		t.Errorf("valid %v after the revocation", stale)
	} else {
		t.Logf("frozen for %v: valid last %v after the revocation; its verdicts %v; %d documents written meanwhile",
			time.Since(began).Round(time.Second), stale.Round(time.Millisecond), counts, len(writes))
	}
	if counts[evidence.Indeterminate] == 0 {
		t.Error("the gateway of the frozen peer was never indeterminate")
	}
	if finding, err := answer.Check(last.text, q.trust, q.question(), last.at.Add(maxAge+time.Second), maxAge); err != nil || finding.Verdict != evidence.Indeterminate {
		t.Errorf("its last answer that says valid, checked later, is %s (%v)", finding.Verdict, err)
	}
	if status, _, code := imi("network", "status"); code != 6 || strings.Contains(status, "FORK") {
		t.Errorf("a peer that is late is no fork; network status ended %d\n%s", code, status)
	}

	thaw()
	took, _ := q.until(all[frozen], evidence.Revoked, 60*time.Second)
	t.Logf("%v after the thaw the gateway of the frozen peer answers revoked", took.Round(time.Millisecond))
	must(t, "network", "start")
}
