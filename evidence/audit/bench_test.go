package audit

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence/block"
)

// BenchmarkAudit audits the ordinary blocks of a captured ledger, those after its founding, as often as it takes and, in
// turns so that a busy machine slows both alike, verifies as many signatures with crypto/ecdsa alone on the same cores.
// It reports signatures per second, how many of them are the limit, and the ratio: 1 would be an audit in which
// everything but signatures costs nothing.
func BenchmarkAudit(b *testing.B) {
	const founded = 8
	blocks, genesis := captured(b, "load")
	authors, limit := authorSignatures(b, blocks[founded:]), newLimit(b)
	var start position
	walk(b, blocks[:founded+1], func(p position, number uint64) {
		if number == founded {
			start = frozen(p)
		}
	})
	var audited, alone time.Duration
	var signatures uint64
	for b.Loop() {
		a := &Audit{genesis: genesis, position: frozen(start)}
		a.prepare(Options{})
		report, err := a.Run(b.Context(), from(blocks))
		if err != nil || !report.Sound() || report.Last != uint64(len(blocks)-1) {
			b.Fatal(err, report.Findings)
		}
		count := report.Signatures + report.Certificates + authors
		signatures += count
		audited += report.Elapsed
		alone += limit.verify(count)
	}
	b.ReportMetric(float64(signatures)/audited.Seconds(), "signatures/s")
	b.ReportMetric(float64(signatures)/alone.Seconds(), "limit/s")
	b.ReportMetric(alone.Seconds()/audited.Seconds(), "ratio")
	b.ReportMetric(float64(b.N*(len(blocks)-founded))/audited.Seconds(), "blocks/s")
}

// authorSignatures counts the signatures in the requests of valid transactions, which the rules of the ledger check.
func authorSignatures(b *testing.B, blocks [][]byte) uint64 {
	b.Helper()
	var count int
	for _, encoded := range blocks {
		parsed, err := block.ParseBytes(encoded)
		if err != nil {
			b.Fatal(err)
		}
		for _, t := range parsed.Transactions {
			if t.Valid() && t.Chaincode == chaincode && len(t.Writes) > 0 {
				count += strings.Count(string(t.Args[0]), `"signature":`) + strings.Count(string(t.Args[0]), `"holder":`)
			}
		}
	}
	return uint64(count)
}

// limit is the machine's own speed.
type limit struct {
	key       *ecdsa.PublicKey
	digest    [32]byte
	signature []byte
}

func newLimit(b *testing.B) limit {
	b.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	l := limit{key: &key.PublicKey, digest: sha256.Sum256([]byte("limit"))}
	if l.signature, err = ecdsa.SignASN1(rand.Reader, key, l.digest[:]); err != nil {
		b.Fatal(err)
	}
	return l
}

func (l limit) verify(count uint64) time.Duration {
	began := time.Now()
	var done atomic.Uint64
	var all sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for done.Add(1) <= count {
				ecdsa.VerifyASN1(l.key, l.digest[:], l.signature)
			}
		})
	}
	all.Wait()
	return time.Since(began)
}
