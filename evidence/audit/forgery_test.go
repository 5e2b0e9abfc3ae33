package audit

import (
	"crypto/elliptic"
	"encoding/asn1"
	"math/big"
	"slices"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/evidence/block"
)

// forgeries change a block of a BFT ledger as somebody would who knows its format and mends whatever hash there is to
// mend. The block has four transactions, the last two of them with read conflicts.
var forgeries = map[string]func(t *testing.T, b *common.Block, before []byte){
	"transaction changed, data hash mended": func(_ *testing.T, b *common.Block, _ []byte) {
		b.Data.Data[0][40] ^= 1
		b.Header.DataHash = block.DataHash(b.Data.Data)
	},
	"transactions exchanged, data hash mended": func(_ *testing.T, b *common.Block, _ []byte) {
		b.Data.Data[0], b.Data.Data[1] = b.Data.Data[1], b.Data.Data[0]
		b.Header.DataHash = block.DataHash(b.Data.Data)
	},
	"transaction dropped, data hash mended": func(_ *testing.T, b *common.Block, _ []byte) {
		b.Data.Data = b.Data.Data[:3]
		b.Header.DataHash = block.DataHash(b.Data.Data)
		b.Metadata.Metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER] = b.Metadata.Metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER][:3]
	},
	// The data hash does not tell where one transaction ends and the next begins.
	"a valid transaction cut in two": func(t *testing.T, b *common.Block, before []byte) {
		whole := b.Data.Data[0]
		at := len(whole) - len(signatureField(t, whole))
		b.Data.Data = slices.Insert(b.Data.Data, 1, whole[at:])
		b.Data.Data[0] = whole[:at:at]
		without(t, b, before, peer.TxValidationCode_BAD_CREATOR_SIGNATURE, peer.TxValidationCode_BAD_COMMON_HEADER, peer.TxValidationCode_VALID,
			peer.TxValidationCode_MVCC_READ_CONFLICT, peer.TxValidationCode_MVCC_READ_CONFLICT)
	},
	"two conflicts joined": func(t *testing.T, b *common.Block, before []byte) {
		b.Data.Data = append(b.Data.Data[:2:2], slices.Concat(b.Data.Data[2:]...))
		without(t, b, before, peer.TxValidationCode_VALID, peer.TxValidationCode_VALID, peer.TxValidationCode_MVCC_READ_CONFLICT)
	},
	"a conflict called valid": func(t *testing.T, b *common.Block, before []byte) {
		recode(t, b, before, 2, peer.TxValidationCode_VALID)
	},
	"a valid one called a conflict": func(t *testing.T, b *common.Block, before []byte) {
		recode(t, b, before, 0, peer.TxValidationCode_MVCC_READ_CONFLICT)
	},
	"no verdicts": func(_ *testing.T, b *common.Block, _ []byte) {
		item(b, common.BlockMetadataIndex_TRANSACTIONS_FILTER, nil)
	},
	"no commit hash": func(_ *testing.T, b *common.Block, _ []byte) { item(b, common.BlockMetadataIndex_COMMIT_HASH, nil) },
	"something in item": func(_ *testing.T, b *common.Block, _ []byte) {
		item(b, common.BlockMetadataIndex_ORDERER, []byte{10, 1, 1})
	},
	"another last configuration": func(_ *testing.T, b *common.Block, _ []byte) {
		item(b, common.BlockMetadataIndex_LAST_CONFIG, lastConfigItem(3))
	},
	"a sixth item":                      func(_ *testing.T, b *common.Block, _ []byte) { b.Metadata.Metadata = append(b.Metadata.Metadata, nil) },
	"one signature short of the quorum": sign(func(_ *testing.T, m *common.Metadata) { m.Signatures = m.Signatures[:2] }),
	"no signature":                      sign(func(_ *testing.T, m *common.Metadata) { m.Signatures = nil }),
	"one orderer twice":                 sign(func(_ *testing.T, m *common.Metadata) { m.Signatures = append(m.Signatures, m.Signatures[0]) }),
	"one orderer thrice instead of three": sign(func(_ *testing.T, m *common.Metadata) {
		m.Signatures = []*common.MetadataSignature{m.Signatures[0], m.Signatures[0], m.Signatures[0]}
	}),
	"surplus signature that is nobody's": sign(func(_ *testing.T, m *common.Metadata) { surplus(m, 9) }),
	"surplus signature that is wrong":    sign(func(_ *testing.T, m *common.Metadata) { surplus(m, 1) }),
	"a signature in its other form": sign(func(t *testing.T, m *common.Metadata) {
		m.Signatures[1].Signature = highS(t, m.Signatures[1].Signature)
	}),
	"a signature with something behind": sign(func(_ *testing.T, m *common.Metadata) {
		m.Signatures[1].Signature = append(m.Signatures[1].Signature, 0)
	}),
	"a signature header where BFT has none": sign(func(_ *testing.T, m *common.Metadata) { m.Signatures[1].SignatureHeader = []byte{18, 1, 1} }),
	"signed value changed":                  sign(func(_ *testing.T, m *common.Metadata) { m.Value = []byte{10, 2, 8, 1} }),
}

// signatureField is the end of an envelope: the creator's signature with its tag and length.
func signatureField(t *testing.T, envelope []byte) []byte {
	t.Helper()
	var e common.Envelope
	if err := proto.Unmarshal(envelope, &e); err != nil {
		t.Fatal(err)
	}
	return encodedBytes(t, &common.Envelope{Signature: e.Signature})
}

// without gives other verdicts, and the commit hash that goes with them.
func without(t *testing.T, b *common.Block, before []byte, codes ...peer.TxValidationCode) {
	t.Helper()
	var verdicts []byte
	for _, code := range codes {
		verdicts = append(verdicts, byte(code))
	}
	item(b, common.BlockMetadataIndex_TRANSACTIONS_FILTER, verdicts)
	parsed, err := block.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	written := changes{}
	for i := range parsed.Transactions {
		if verdicts[i] == 0 {
			written.add(block.Version{Block: b.Header.Number, Transaction: uint64(i)}, &parsed.Transactions[i], nil)
		}
	}
	hash := commitHash(verdicts, updateBytes(written), before)
	item(b, common.BlockMetadataIndex_COMMIT_HASH, encodedBytes(t, &common.Metadata{Value: hash[:]}))
}

func item(b *common.Block, index common.BlockMetadataIndex, value []byte) {
	b.Metadata.Metadata[index] = value
}

// recode changes a verdict and computes the commit hash that would go with it, were the writes still the same.
func recode(t *testing.T, b *common.Block, before []byte, i int, code peer.TxValidationCode) {
	t.Helper()
	codes := slices.Clone(b.Metadata.Metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER])
	codes[i] = byte(code)
	hash := commitHash(codes, nil, before)
	item(b, common.BlockMetadataIndex_TRANSACTIONS_FILTER, codes)
	item(b, common.BlockMetadataIndex_COMMIT_HASH, encodedBytes(t, &common.Metadata{Value: hash[:]}))
}

func sign(change func(*testing.T, *common.Metadata)) func(*testing.T, *common.Block, []byte) {
	return func(t *testing.T, b *common.Block, _ []byte) {
		var m common.Metadata
		if err := proto.Unmarshal(b.Metadata.Metadata[common.BlockMetadataIndex_SIGNATURES], &m); err != nil {
			t.Fatal(err)
		}
		change(t, &m)
		item(b, common.BlockMetadataIndex_SIGNATURES, encodedBytes(t, &m))
	}
}

func surplus(m *common.Metadata, identifier byte) {
	other := proto.CloneOf(m.Signatures[0])
	other.IdentifierHeader[1] = identifier
	m.Signatures = append(m.Signatures, other)
}

// highS gives the other of the two signatures that ECDSA has for everything.
func highS(t *testing.T, der []byte) []byte {
	t.Helper()
	var parts struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &parts); err != nil {
		t.Fatal(err)
	}
	parts.S.Sub(elliptic.P256().Params().N, parts.S)
	der, err := asn1.Marshal(parts)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestForgeries(t *testing.T) {
	const at = 13
	blocks, genesis := captured(t, "bft")
	walk(t, blocks[:at+1], func(p position, number uint64) {
		if number != at {
			return
		}
		for name, forge := range forgeries {
			b := decoded(t, blocks[at])
			if len(b.Data.Data) != 4 {
				t.Fatalf("%d transactions", len(b.Data.Data))
			}
			forge(t, b, p.commitHash)
			forged := encodedBytes(t, b)
			if !noticed(p, genesis, at, forged) {
				t.Errorf("%s: not noticed", name)
			}
			a := &Audit{genesis: genesis, position: frozen(p)}
			a.prepare(Options{})
			report, err := a.Run(t.Context(), from(slices.Insert(slices.Clone(blocks[:at]), at, forged)))
			if err != nil || len(report.Findings) == 0 || !report.Stopped {
				t.Errorf("%s: an audit finds %v, %v", name, report.Findings, err)
			}
		}
	})
}

// TestSignaturesOfOtherBlocks gives each block the signatures of another.
func TestSignaturesOfOtherBlocks(t *testing.T) {
	for _, name := range []string{"bft", "raft"} {
		blocks, genesis := captured(t, name)
		walk(t, blocks[:16], func(p position, number uint64) {
			if number == 0 {
				return
			}
			b, other := decoded(t, blocks[number]), decoded(t, blocks[number+1])
			b.Metadata.Metadata[common.BlockMetadataIndex_SIGNATURES] = other.Metadata.Metadata[common.BlockMetadataIndex_SIGNATURES]
			if !noticed(p, genesis, number, encodedBytes(t, b)) {
				t.Errorf("%s: block %d with the signatures of the next", name, number)
			}
		})
	}
}
