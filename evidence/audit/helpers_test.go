package audit

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"iter"
	"maps"
	"os"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/kept"
)

// ledgerFile reads a captured ledger, see testdata/blocks/README.md.
func ledgerFile(t testing.TB, name string) []byte {
	t.Helper()
	file, err := os.Open("../../testdata/blocks/" + name + ".blocks.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// captured returns the blocks of a captured ledger and the hash of the first.
func captured(t testing.TB, name string) ([][]byte, ledger.Digest) {
	t.Helper()
	var blocks [][]byte
	for encoded, err := range ReadFile(bytes.NewReader(ledgerFile(t, name))) {
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, encoded)
	}
	genesis, err := block.ParseBytes(blocks[0])
	if err != nil {
		t.Fatal(err)
	}
	return blocks, genesis.Hash
}

// from is a source of blocks that are in memory.
func from(blocks [][]byte) Source {
	return func(_ context.Context, first uint64) iter.Seq2[[]byte, error] {
		return func(yield func([]byte, error) bool) {
			for _, encoded := range blocks[min(int(first), len(blocks)):] {
				if !yield(encoded, nil) {
					return
				}
			}
		}
	}
}

// run audits blocks and expects it to get to an end.
func run(t testing.TB, blocks [][]byte, genesis ledger.Digest, options Options) Report {
	t.Helper()
	a, err := New(genesis, options)
	if err != nil {
		t.Fatal(err)
	}
	report, err := a.Run(context.Background(), from(blocks))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func decoded(t testing.TB, encoded []byte) *common.Block {
	t.Helper()
	b := &common.Block{}
	if err := proto.Unmarshal(encoded, b); err != nil {
		t.Fatal(err)
	}
	return b
}

func encodedBytes(t testing.TB, m proto.Message) []byte {
	t.Helper()
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// walk judges a sound ledger block by block, and lets each look at the position before a block.
func walk(t testing.TB, blocks [][]byte, each func(p position, number uint64)) {
	t.Helper()
	p := position{config: &channelConfig{identities: &identities{}}, state: state{}, registry: &kept.Memory{}, seen: map[string]bool{}}
	for number, encoded := range blocks {
		each(p, uint64(number))
		b := &inspected{number: uint64(number)}
		examine(p, b, encoded)
		j := p.judge(b)
		if len(b.findings.list) > 0 {
			t.Fatalf("a sound ledger: %v", b.findings.list)
		}
		p = j.after()
	}
}

// frozen is a copy of a position that stays when the walk goes on.
func frozen(p position) position {
	p.state, p.seen = maps.Clone(p.state), maps.Clone(p.seen)
	return p
}

// examine does what the pipeline does with a block, in one goroutine.
func examine(p position, b *inspected, encoded []byte) {
	if b.fill(encoded); b.findings.fatal {
		return
	}
	newest := p.config
	if b.number == 0 {
		newest = nil
	}
	for _, check := range b.checks(p.config.identities, newest) {
		check()
	}
}
