package statetree

import (
	"fmt"
	"iter"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

const million = 1_000_000

// records are as long as those of the ledger with one author and no status change.
func records(from, to int) iter.Seq2[ledger.Key, []byte] {
	return func(yield func(ledger.Key, []byte) bool) {
		record := make([]byte, 600)
		for i := from; i < to; i++ {
			copy(record, fmt.Sprintf("record %d", i))
			if !yield(keyNumber(i), record) {
				return
			}
		}
	}
}

func keyNumber(i int) ledger.Key {
	return ledger.DocumentKey(ledger.Digest{byte(i), byte(i >> 8), byte(i >> 16)})
}

func millionRecords(b *testing.B) Tree {
	b.Helper()
	tree, err := FromRecords(records(0, million))
	if err != nil {
		b.Fatal(err)
	}
	return tree
}

func liveBytes() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// reportMedian adds what half of the runs stay below: on a busy machine the mean says more about the neighbours.
func reportMedian(b *testing.B, runs []time.Duration) {
	slices.Sort(runs)
	b.ReportMetric(float64(runs[len(runs)/2].Nanoseconds()), "ns-median")
}

// BenchmarkBuild hashes, sorts and builds a million records. Limits: 10 s, 300 bytes a record.
func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		before := liveBytes()
		b.StartTimer()
		tree := millionRecords(b)
		b.StopTimer()
		b.ReportMetric(float64(liveBytes()-before)/million, "bytes/record")
		runtime.KeepAlive(tree)
		b.StartTimer()
	}
}

// BenchmarkBuildSorted is the same from digests in order.
func BenchmarkBuildSorted(b *testing.B) {
	tree := millionRecords(b)
	b.ResetTimer()
	for b.Loop() {
		again, err := Build(tree.All())
		if err != nil || again.Root() != tree.Root() {
			b.Fatal("another tree", err)
		}
	}
}

// BenchmarkUpdate applies blocks of 1,000 records, half of them new, to a million. Limit: 30 ms. The bytes are what the
// last version needs after all of them.
func BenchmarkUpdate(b *testing.B) {
	before := liveBytes()
	tree := millionRecords(b)
	next := million
	var runs []time.Duration
	b.ResetTimer()
	for b.Loop() {
		b.StopTimer()
		var changes []Leaf
		for key, record := range records(next, next+500) {
			changes = append(changes, NewLeaf(key, record))
		}
		for i := range 500 {
			changes = append(changes, NewLeaf(keyNumber((next*7919+i*1999)%million), []byte{byte(next), byte(next >> 8)}))
		}
		next += 500
		b.StartTimer()
		began := time.Now()
		tree = tree.Update(changes)
		runs = append(runs, time.Since(began))
	}
	reportMedian(b, runs)
	b.ReportMetric(float64(liveBytes()-before)/float64(tree.Len()), "bytes/record")
	runtime.KeepAlive(tree)
}

// BenchmarkProve makes proofs of records and of their absence. Limit: 10 µs.
func BenchmarkProve(b *testing.B) {
	tree := millionRecords(b)
	for _, kind := range []struct {
		name string
		from int
	}{{"record", 0}, {"absence", 2 * million}} {
		b.Run(kind.name, func(b *testing.B) {
			size, i := 0, 0
			var runs []time.Duration
			for b.Loop() {
				i = (i + 7919) % million
				key := keyNumber(kind.from + i)
				began := time.Now()
				proof := tree.Prove(key)
				runs = append(runs, time.Since(began))
				size = max(size, len(proof.bytes()))
			}
			reportMedian(b, runs)
			b.ReportMetric(float64(size), "bytes-at-most")
		})
	}
}

// BenchmarkVerify decodes and checks a proof that a record is one of a million.
func BenchmarkVerify(b *testing.B) {
	tree := millionRecords(b)
	record := make([]byte, 600)
	copy(record, "record 0")
	text, err := tree.Prove(keyNumber(0)).MarshalText()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var proof Proof
		if err := proof.UnmarshalText(text); err != nil {
			b.Fatal(err)
		}
		if err := VerifyRecord(tree.Root(), keyNumber(0), record, proof); err != nil {
			b.Fatal(err)
		}
	}
}
