package gateway

import (
	"runtime"
	"testing"
)

// BenchmarkRemembering tells how many bytes of memory a gateway remembers of one attestation that it was asked about, besides
// its leaf of the state tree. The collector lets the heap grow to three times what is in use.
//
//	go test ./gateway -run '^$' -bench Remembering -benchtime 1x
func BenchmarkRemembering(b *testing.B) {
	h, questions := crowded(b)
	handler := h.api.handler()
	all := questions["credential"]
	for b.Loop() {
		b.StopTimer()
		h.remember(0)
		nothing := heap()
		h.remember(DefaultOptions().Remember)
		b.StartTimer()
		for _, question := range all {
			ask(b, handler, question)
		}
		b.StopTimer()
		b.ReportMetric(float64(heap()-nothing)/float64(len(all)), "B/record")
		b.StartTimer()
	}
}

// heap is how many bytes are in use once what nobody uses is collected.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what has a finalizer
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return now.HeapAlloc
}
