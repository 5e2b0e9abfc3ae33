package audit

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

var (
	mangle = flag.String("mangle", "sample",
		"how much of the captured ledgers to mangle: sample (seconds), edges (every byte that no hash covers; minutes) or all (an hour)")
	mangleSeed = flag.Uint64("mangle.seed", 1, "seed of the sample, and of the bytes that are inserted")
)

// mangledLedgers are mangled in full. The ledger with rubbish transactions is the Raft one.
var mangledLedgers = []string{"bft", "raft"}

// TestMangledLedgers changes captured ledgers in every way that touches one byte or one block: all of it must be noticed,
// each on its own, given the blocks before. With -mangle all it is every one, else a sample of about one in a thousand.
func TestMangledLedgers(t *testing.T) {
	if !slices.Contains([]string{"sample", "edges", "all"}, *mangle) {
		t.Fatalf("-mangle %s: sample, edges or all", *mangle)
	}
	for _, name := range mangledLedgers {
		t.Run(name, func(t *testing.T) {
			blocks, genesis := captured(t, name)
			var total, missed, done atomic.Uint64
			began := time.Now()
			const workers = 2
			var all sync.WaitGroup
			for worker := range workers {
				all.Go(func() {
					m := mangler{t: t, genesis: genesis, blocks: blocks, random: rand.New(rand.NewPCG(*mangleSeed, uint64(worker)))}
					walk(t, blocks, func(p position, number uint64) {
						if int(number)%workers == worker {
							m.position, m.number = p, number
							m.everything()
							total.Add(m.count)
							missed.Add(m.missed)
							m.count, m.missed = 0, 0
							if n := done.Add(1); *mangle != "sample" {
								t.Logf("%s: %d of %d blocks, %d changes so far, %d unnoticed, %v", name, n, len(blocks), total.Load(), missed.Load(), time.Since(began).Round(time.Second))
							}
						}
					})
				})
			}
			all.Wait()
			t.Logf("%d of %d changes of %d blocks noticed", total.Load()-missed.Load(), total.Load(), len(blocks))
			if missed.Load() > 0 {
				t.Errorf("%d changes went unnoticed", missed.Load())
			}
		})
	}
}

// mangler mangles one block at a time and sees whether it is noticed in its place.
type mangler struct {
	t        *testing.T
	genesis  ledger.Digest
	blocks   [][]byte
	random   *rand.Rand
	position position
	number   uint64
	count    uint64
	missed   uint64
}

func (m *mangler) everything() {
	m.places()
	m.bits()
	m.bytes()
}

// try expects the bytes to be noticed as the block at the mangler's position.
func (m *mangler) try(encoded []byte, what string, args ...any) {
	m.count++
	if noticed(m.position, m.genesis, m.number, encoded) {
		return
	}
	if m.missed++; m.missed <= 10 {
		m.t.Errorf("block %d: not noticed: %s", m.number, fmt.Sprintf(what, args...))
	}
}

// places puts other blocks here: the next (this one dropped, or swapped with it), the one before (doubled), any other.
func (m *mangler) places() {
	for other, encoded := range m.blocks {
		if uint64(other) != m.number && (*mangle == "all" || other == int(m.number)+1 || other == int(m.number)-1) {
			m.try(encoded, "block %d in its place", other)
		}
	}
	original := m.blocks[m.number]
	for _, cut := range []int{0, 1, len(original) / 2, len(original) - 1} {
		m.try(original[:cut], "cut to %d bytes", cut)
	}
	m.try(append(slices.Clone(original), original...), "doubled in itself")
}

// Where no hash of a block covers it: its header before, its metadata behind.
const (
	headEdge = 100
	tailEdge = 1400
)

// sampled says whether to do one of very many. The edges are sampled more densely.
func (m *mangler) sampled(at, length int) bool {
	edge := at < headEdge || length-at < tailEdge
	switch {
	case *mangle == "all" || (*mangle == "edges" && edge):
		return true
	case edge:
		return m.random.IntN(250) == 0
	}
	return m.random.IntN(2500) == 0
}

func (m *mangler) bits() {
	changed := slices.Clone(m.blocks[m.number])
	for at := range changed {
		for bit := range 8 {
			if m.sampled(at, len(changed)) {
				changed[at] ^= 1 << bit
				m.try(changed, "bit %d of byte %d flipped", bit, at)
				changed[at] ^= 1 << bit
			}
		}
	}
}

func (m *mangler) bytes() {
	original := m.blocks[m.number]
	for at := range len(original) + 1 {
		if at < len(original) && m.sampled(at, len(original)) {
			m.try(slices.Delete(slices.Clone(original), at, at+1), "byte %d deleted", at)
		}
		if m.sampled(at, len(original)) {
			b := byte(m.random.Uint32())
			m.try(slices.Insert(slices.Clone(original), at, b), "byte %#x inserted at %d", b, at)
		}
	}
}

// noticed reports whether anything is found in a block that differs from the real one.
func noticed(p position, genesis ledger.Digest, number uint64, encoded []byte) bool {
	b := &inspected{number: number}
	if b.fill(encoded); b.findings.fatal {
		return true
	}
	if b.PreviousHash != p.hash { // found by judge as well; said here to save the work before it
		return true
	}
	if number > 0 {
		if b.orderers = checkOrderers(p.config, b); b.orderers.wrong != "" {
			return true
		}
	}
	for i := range b.transactions {
		b.transactions[i].check(p.config.identities)
	}
	p.judge(b)
	return len(b.findings.list) > 0 || (number == 0 && b.Hash != genesis)
}
