package index_test

import (
	"flag"
	"syscall"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/gateway/cursor"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/ledger"
)

// batches is how large the index is that the read benchmarks read from.
var batches = flag.Int("batches", 20, "batches of 1,000 records in the index of the read benchmarks")

// BenchmarkApplyBatch takes in blocks of one transaction with 1,000 attestations.
func BenchmarkApplyBatch(b *testing.B) {
	l := evidencetest.New(b)
	head := len(l.Blocks)
	for range 8 {
		l.IssueMany(1000)
	}
	benchmarkApply(b, l, head)
	b.ReportMetric(1000*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkApplySingles takes in blocks of 100 transactions with one document each.
func BenchmarkApplySingles(b *testing.B) {
	l := evidencetest.New(b)
	head := len(l.Blocks)
	for range 4 {
		for range 100 {
			add(b, l, evidencetest.Service, ledger.DocumentRegister, l.Registration(l.Document(l.Digest())))
		}
		l.Cut()
	}
	benchmarkApply(b, l, head)
	b.ReportMetric(100*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// benchmarkApply also reports the processor's time, which other work on the machine disturbs least.
func benchmarkApply(b *testing.B, l *evidencetest.Ledger, head int) {
	var x *index.Index
	var spent time.Duration
	next := len(l.Blocks)
	for b.Loop() {
		if next == len(l.Blocks) {
			b.StopTimer()
			x = fresh(b)
			apply(b, x, l.Blocks[:head]...)
			next = head
			b.StartTimer()
		}
		before := processorTime()
		apply(b, x, l.Blocks[next])
		spent += processorTime() - before
		next++
	}
	b.ReportMetric(float64(spent.Microseconds())/float64(b.N), "cpu-µs/block")
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used) // 0 where it fails: no metric
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// filled is an index with many batches, and the keys of one of them.
func filled(b *testing.B) (*evidencetest.Ledger, *index.Index, []ledger.AttestationStatement) {
	b.Helper()
	l, x := evidencetest.New(b), fresh(b)
	document := l.Digest()
	l.Register(document)
	apply(b, x, l.Blocks...)
	var statements []ledger.AttestationStatement
	for range *batches {
		_, statements = l.IssueMany(1000)
		last := len(l.Blocks) - 1
		apply(b, x, l.Blocks[last])
		l.Blocks[last].Transactions, l.Raw[last] = nil, nil // they are large
		l.Pass(time.Second)
	}
	b.ResetTimer()
	return l, x, statements
}

func BenchmarkReads(b *testing.B) {
	l, x, statements := filled(b)
	old := uint64(len(l.Blocks)) - 1
	b.Run("Record", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			e, err := x.Record(b.Context(), ledger.AttestationKey(statements[i%1000].Credential), old)
			if err != nil || e.Record == nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("RecordParallel", func(b *testing.B) {
		b.RunParallel(func(p *testing.PB) {
			for i := 0; p.Next(); i++ {
				if _, err := x.Record(b.Context(), ledger.AttestationKey(statements[i%1000].Credential), old); err != nil {
					b.Error(err)
				}
			}
		})
	})
	b.Run("Absent", func(b *testing.B) {
		for b.Loop() {
			if _, err := x.Record(b.Context(), ledger.AttestationKey(l.Digest()), old); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("BatchPath", func(b *testing.B) {
		e, err := x.Record(b.Context(), ledger.AttestationKey(statements[0].Credential), old)
		if err != nil {
			b.Fatal(err)
		}
		a, err := ledger.Decode[ledger.Attestation](e.Record, ledger.MaxRecord)
		if err != nil {
			b.Fatal(err)
		}
		for i := 0; b.Loop(); i++ {
			if path, err := x.BatchPath(b.Context(), a.Author.Batch.Root, i%1000); err != nil || path == nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Statistics", func(b *testing.B) {
		for b.Loop() {
			if _, err := x.Statistics(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	for name, f := range map[string]index.Filter{
		"Newest": {}, "Rare": {State: ledger.Revoked}, "Kind": {Kind: ledger.KindAttestation, Organisation: evidencetest.Service, Type: "degree/1"}, "Document": {Kind: ledger.KindDocument},
		"Past": {Until: l.Now.Add(-10 * time.Second)},
	} {
		b.Run("Search"+name, func(b *testing.B) {
			for b.Loop() {
				if _, err := x.Search(b.Context(), f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("Changes", func(b *testing.B) {
		for b.Loop() {
			if c, err := x.Changes(b.Context(), cursor.Cursor{Block: old - 3, Write: 500}, 100); err != nil || len(c) != 100 {
				b.Fatal(err)
			}
		}
	})
	b.Run("History", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := x.History(b.Context(), ledger.OrganisationKey(evidencetest.Service), 100); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	l, x, statements := filled(b)
	document := l.Digest()
	l.Register(document)
	last := len(l.Blocks) - 1
	apply(b, x, l.Blocks[last])
	v := evidence.Verifier{Channel: evidencetest.Channel, Source: x, MaxBehind: time.Minute}
	asked := evidence.Asked{Now: l.Now.Time(), Level: l.Now.Time()}
	b.Run("Document", func(b *testing.B) {
		for b.Loop() {
			if f := v.VerifyDocument(b.Context(), evidence.DocumentQuestion{Commitment: document}, asked); f.Verdict != evidence.Valid {
				b.Fatal(f.Verdict, f.Fault)
			}
		}
	})
	b.Run("InBatch", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			if f := v.VerifyCredential(b.Context(), statements[i%1000].Credential, asked); f.Verdict != evidence.Valid {
				b.Fatal(f.Verdict, f.Fault)
			}
		}
	})
}
