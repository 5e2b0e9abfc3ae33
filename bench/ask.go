package bench

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/ledger"
)

// maxAge is how old signatures on a head may be in answers that are checked.
const maxAge = 30 * time.Second

const routeVerify = "/v1/verifications"

func question(digest ledger.Digest) []byte { return []byte(`{"credential":"` + digest.String() + `"}`) }

// checking checks a sample of answers offline while they come in.
type checking struct {
	check  func(digest ledger.Digest, text []byte) error
	queue  chan sampled
	all    sync.WaitGroup
	next   atomic.Int64 // when an answer is taken again, in nanoseconds since began
	began  time.Time
	count  atomic.Int64
	failed atomic.Pointer[error]
}

// checkEvery is the time from one check to the next: a check takes a core a millisecond or two, which it must not take
// from those that are measured.
const checkEvery = 250 * time.Millisecond

type sampled struct {
	digest ledger.Digest
	text   []byte
}

func (d *district) checking() *checking { return newChecking(d.check) }

func newChecking(check func(ledger.Digest, []byte) error) *checking {
	c := &checking{check: check, queue: make(chan sampled, 1), began: time.Now()}
	c.all.Go(func() {
		for one := range c.queue {
			if err := c.check(one.digest, one.text); err != nil {
				c.failed.CompareAndSwap(nil, &err)
			}
			c.count.Add(1)
		}
	})
	return c
}

// offer takes the first answer, and another one whenever it is time, unless the one before is not done.
func (c *checking) offer(digest ledger.Digest, text []byte) {
	now, next := int64(time.Since(c.began)), c.next.Load()
	if now < next || !c.next.CompareAndSwap(next, now+int64(checkEvery)) {
		return
	}
	select {
	case c.queue <- sampled{digest, bytes.Clone(text)}:
	default:
	}
}

// end waits for what was taken.
func (c *checking) end() (int, error) {
	close(c.queue)
	c.all.Wait()
	if err := c.failed.Load(); err != nil {
		return 0, *err
	}
	return int(c.count.Load()), nil
}

// check makes an answer anew from its evidence, by the trust and the clock of this process.
func (d *district) check(digest ledger.Digest, text []byte) error {
	finding, err := answer.Check(text, d.trust, answer.Question{Credential: &digest}, time.Now(), maxAge)
	if err != nil {
		return wrong{err}
	}
	if finding.Verdict != evidence.Valid {
		return wrongf("the check of an answer says %s (%s)", finding.Verdict, finding.Reason)
	}
	return nil
}

var (
	saysValid    = []byte(`"verdict":"valid"`)
	saysEvidence = []byte(`{"head":"`) // with which evidence begins; what begins with a quotation mark is found ten times as slowly
)

// saysSo looks at an answer no more than the load can afford: is it "valid", with evidence? The whole check is a sample's.
func saysSo(status int, text []byte) bool {
	return status == http.StatusOK && bytes.Contains(text, saysValid) && bytes.Contains(text, saysEvidence)
}

// ask puts one question about a random record and looks at the answer.
func (d *district) ask(c *caller, sample *checking) error {
	digest := d.records[rand.IntN(len(d.records))]
	status, text, err := c.post(routeVerify, question(digest))
	if err != nil {
		return err
	}
	if !saysSo(status, text) {
		return wrongf("status %d about a record that is valid: %.300s", status, text)
	}
	if sample != nil {
		sample.offer(digest, text)
	}
	return nil
}

// visible waits until the gateway's answer about a credential is valid and can be checked.
func (d *district) visible(ctx context.Context, digest ledger.Digest) error {
	c := &caller{address: d.gateway}
	defer c.close()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		status, text, err := c.post(routeVerify, question(digest))
		if err != nil {
			return err
		}
		if saysSo(status, text) {
			return d.check(digest, text)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if time.Now().After(deadline) {
			return wrongf("a minute after its commit an attestation is not shown: %d %.300s", status, text)
		}
	}
}
