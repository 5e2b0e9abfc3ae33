// Package oracle holds the audit against Fabric's own verification of blocks: whatever Fabric's orderers and peers refuse in a
// stream of blocks, the audit must notice too. It is a module of its own so that the product does not depend on Fabric's.
package oracle

import (
	"compress/gzip"
	"context"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/hyperledger/fabric-lib-go/bccsp/sw"
	"github.com/hyperledger/fabric-lib-go/common/flogging"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric/common/deliverclient"
	"github.com/hyperledger/fabric/protoutil"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/evidence/audit"
	"github.com/imi-ledger/imi/ledger"
)

// changesPerBlock are how many single bits of every block are flipped.
const changesPerBlock = 3

func captured(t *testing.T, name string) (blocks [][]byte) {
	t.Helper()
	file, err := os.Open("../../testdata/blocks/" + name + ".blocks.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for encoded, err := range audit.ReadFile(text) {
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, encoded)
	}
	return blocks
}

func decode(t *testing.T, encoded []byte) *common.Block {
	t.Helper()
	b := &common.Block{}
	if err := proto.Unmarshal(encoded, b); err != nil {
		t.Fatal(err)
	}
	return b
}

// accept moves Fabric's verifier behind a block.
func accept(t *testing.T, v deliverclient.CloneableUpdatableBlockVerifier, b *common.Block) {
	t.Helper()
	if err := v.VerifyBlock(b); err != nil {
		t.Fatalf("Fabric refuses block %d: %v", b.Header.Number, err)
	}
	if protoutil.IsConfigBlock(b) {
		if err := v.UpdateConfig(b); err != nil {
			t.Fatal(err)
		}
	}
	v.UpdateBlockHeader(b)
}

// sound audits blocks and reports whether nothing was found.
func sound(t *testing.T, genesis ledger.Digest, blocks [][]byte) bool {
	t.Helper()
	a, err := audit.New(genesis, audit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	report, err := a.Run(context.Background(), func(context.Context, uint64) iter.Seq2[[]byte, error] {
		return func(yield func([]byte, error) bool) {
			for _, b := range blocks {
				if !yield(b, nil) {
					return
				}
			}
		}
	})
	return err == nil && report.Sound() && report.Last == uint64(len(blocks)-1)
}

func TestAuditNoticesWhatFabricRefuses(t *testing.T) {
	flogging.Init(flogging.Config{Writer: io.Discard})
	crypto, err := sw.NewDefaultSecurityLevelWithKeystore(sw.NewDummyKeyStore())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bft", "raft"} {
		t.Run(name, func(t *testing.T) {
			blocks, random := captured(t, name), rand.New(rand.NewPCG(1, 2))
			first := decode(t, blocks[0])
			genesis := ledger.Digest(protoutil.BlockHeaderHash(first.Header))
			verifier, err := deliverclient.NewBlockVerificationAssistant(first, first, crypto, flogging.MustGetLogger("oracle"))
			if err != nil {
				t.Fatal(err)
			}
			if !sound(t, genesis, blocks) {
				t.Fatal("the audit finds something in a ledger that is sound")
			}
			refused, unread := 0, 0
			var v deliverclient.CloneableUpdatableBlockVerifier = verifier
			for i := 1; i < len(blocks); i++ {
				for range changesPerBlock {
					changed := slices.Clone(blocks[i])
					changed[random.IntN(len(changed))] ^= 1 << random.IntN(8)
					b := &common.Block{}
					if proto.Unmarshal(changed, b) != nil {
						unread++
						continue
					}
					if v.Clone().VerifyBlock(b) == nil {
						continue // what peers add themselves, or what Fabric does not look at
					}
					refused++
					if sound(t, genesis, append(slices.Clone(blocks[:i]), changed)) {
						t.Errorf("block %d: Fabric refuses a change that the audit does not notice", i)
					}
				}
				accept(t, v, decode(t, blocks[i]))
			}
			t.Logf("%d blocks accepted by both; of %d changes Fabric could not read %d, refused %d, and the audit noticed all of these",
				len(blocks), changesPerBlock*(len(blocks)-1), unread, refused)
			if refused < 100 {
				t.Errorf("only %d changes were refused: they are not what they should be", refused)
			}
		})
	}
}
