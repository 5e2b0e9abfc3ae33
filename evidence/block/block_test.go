package block

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/ledger"
)

// captured reads the blocks of testdata, in order.
func captured(t testing.TB) [][]byte {
	names, err := filepath.Glob("../../testdata/blocks/*.block")
	if err != nil || len(names) < 5 {
		t.Fatalf("captured blocks: %v, %v", names, err)
	}
	slices.Sort(names)
	var blocks [][]byte
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, raw)
	}
	return blocks
}

func parse(t testing.TB, raw []byte) Block {
	t.Helper()
	b, err := ParseBytes(raw)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCapturedChainFits(t *testing.T) {
	var previous ledger.Digest
	codes := map[peer.TxValidationCode]int{}
	functions := map[string]int{}
	for i, raw := range captured(t) {
		b := parse(t, raw)
		if b.Number != uint64(i) || b.PreviousHash != previous || !b.DataFits {
			t.Errorf("block %d: number %d, data fits %t", i, b.Number, b.DataFits)
		}
		previous = b.Hash
		if i == 0 {
			if len(b.Transactions) != 1 || b.Transactions[0].Type != Config || len(b.Metadata.Signatures) != 0 {
				t.Error("block 0 is not a lone unsigned configuration")
			}
		} else if len(b.Metadata.Signatures) < 3 || len(b.Metadata.CommitHash) != sha256.Size {
			t.Errorf("block %d: %d signatures", i, len(b.Metadata.Signatures))
		}
		for _, transaction := range b.Transactions {
			codes[transaction.ValidationCode]++
			functions[transaction.Function]++
			if len(transaction.Problems) != 0 || !transaction.Decoded() || transaction.Channel != "imi" {
				t.Errorf("block %d: %v", i, transaction.Problems)
			}
		}
	}
	if codes[peer.TxValidationCode_VALID] == 0 || codes[peer.TxValidationCode_MVCC_READ_CONFLICT] == 0 || functions["attestation:IssueMany"] == 0 {
		t.Errorf("the blocks hold %v, %v", codes, functions)
	}
}

func TestEndorserTransaction(t *testing.T) {
	var issued *Transaction
	for _, raw := range captured(t) {
		b := parse(t, raw)
		for i := range b.Transactions {
			if t := &b.Transactions[i]; t.Function == "attestation:Issue" && t.Valid() && len(t.Writes) > 0 {
				issued = t
			}
		}
	}
	if issued == nil {
		t.Fatal("no attestation among the captured blocks")
	}
	if issued.Type != Endorser || issued.CreatorMSPID != "PoliceMSP" || issued.Chaincode != "imi" || len(issued.Args) != 1 || issued.Time.IsZero() {
		t.Errorf("read %+v", issued.Call)
	}
	if len(issued.Endorsements) < 3 || issued.Event == nil || issued.Event.Name != "attestation.issued" || issued.Status != 200 {
		t.Errorf("endorsers %v, event %v, status %d", issued.Endorsements, issued.Event, issued.Status)
	}
	write := issued.Writes[0]
	if write.Namespace != "imi" || write.Delete || !json.Valid(write.Value) || !bytes.Equal(write.Value, issued.Response) {
		t.Errorf("wrote %q", write.Key)
	}
	versions := 0
	for _, read := range issued.Reads {
		if read.Version != nil {
			versions++
		}
	}
	if versions == 0 || versions == len(issued.Reads) {
		t.Error("expected reads of records and of absent keys")
	}
}

// TestRawBytesAreThoseSigned checks every creator's and endorser's signature with nothing but what Parse gives.
func TestRawBytesAreThoseSigned(t *testing.T) {
	checked := 0
	for _, raw := range captured(t)[1:] {
		for _, transaction := range parse(t, raw).Transactions {
			verify(t, transaction.CreatorCertificate, transaction.Raw.Payload, transaction.Raw.Signature)
			for _, e := range transaction.Endorsements {
				verify(t, e.Certificate, slices.Concat(transaction.Raw.ProposalResponse, e.Endorser), e.Signature)
				checked++
			}
		}
	}
	if checked == 0 {
		t.Error("nothing was checked")
	}
}

func verify(t *testing.T, der, message, signature []byte) {
	t.Helper()
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(message)
	if !ecdsa.VerifyASN1(certificate.PublicKey.(*ecdsa.PublicKey), digest[:], signature) {
		t.Error("a signature does not fit the bytes kept for it")
	}
}

// TestEveryChangeIsNoticed flips a bit of every byte, inserts one and deletes one: ParseBytes refuses, the data hash does
// not fit, the block hash differs, or the metadata differ (which only their signers can vouch for).
func TestEveryChangeIsNoticed(t *testing.T) {
	blocks := captured(t)
	raw := blocks[len(blocks)-1]
	whole := parse(t, raw)
	noticed := func(change string, at int, changed []byte) {
		b, err := ParseBytes(changed)
		if err == nil && b.DataFits && b.Hash == whole.Hash && cmp.Equal(b.Metadata, whole.Metadata) {
			t.Errorf("%s at byte %d of %d was not noticed", change, at, len(raw))
		}
	}
	for i := range raw {
		flipped := bytes.Clone(raw)
		flipped[i] ^= 1 << (i % 8)
		noticed("a flipped bit", i, flipped)
		noticed("an inserted byte", i, slices.Insert(bytes.Clone(raw), i, 0))
		noticed("a deleted byte", i, slices.Delete(bytes.Clone(raw), i, i+1))
	}
}

func TestParseRefuses(t *testing.T) {
	hash := make([]byte, sha256.Size)
	good := func() *common.Block {
		return &common.Block{Header: &common.BlockHeader{Number: 1, PreviousHash: hash, DataHash: DataHash(nil)}, Data: &common.BlockData{}}
	}
	if _, err := Parse(good()); err != nil {
		t.Fatal(err)
	}
	cases := map[string]func(*common.Block){
		"no header":              func(b *common.Block) { b.Header = nil },
		"short data hash":        func(b *common.Block) { b.Header.DataHash = hash[:31] },
		"no previous hash":       func(b *common.Block) { b.Header.PreviousHash = nil },
		"too many transactions":  func(b *common.Block) { b.Data.Data = make([][]byte, maxTransactions+1) },
		"too large":              func(b *common.Block) { b.Data.Data = [][]byte{make([]byte, MaxBytes)} },
		"verdicts on nothing":    func(b *common.Block) { b.Metadata = &common.BlockMetadata{Metadata: [][]byte{nil, nil, {0}}} },
		"signatures not decoded": func(b *common.Block) { b.Metadata = &common.BlockMetadata{Metadata: [][]byte{{0xff}}} },
		"unknown metadata":       func(b *common.Block) { b.Metadata = &common.BlockMetadata{Metadata: make([][]byte, 6)} },
	}
	for name, spoil := range cases {
		b := good()
		spoil(b)
		if _, err := Parse(b); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := Parse(nil); err == nil {
		t.Error("nil: accepted")
	}
	if _, err := ParseBytes(make([]byte, MaxBytes+1)); err == nil {
		t.Error("too large: accepted")
	}
}

// TestElementsAreBounded parses bytes that stand for far more empty elements than anybody needs.
func TestElementsAreBounded(t *testing.T) {
	many := bytes.Repeat([]byte{0x0a, 0x00}, maxElements+1) // a BlockData with empty envelopes
	raw, err := proto.Marshal(&common.Block{Header: &common.BlockHeader{}, Metadata: &common.BlockMetadata{}})
	if err != nil {
		t.Fatal(err)
	}
	raw = append(raw, 0x12, byte(len(many)&0x7f|0x80), byte(len(many)>>7&0x7f|0x80), byte(len(many)>>14&0x7f|0x80), byte(len(many)>>21))
	if _, err := ParseBytes(append(raw, many...)); err == nil {
		t.Error("accepted")
	}
}

func FuzzParseBytes(f *testing.F) {
	for _, raw := range captured(f) {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := ParseBytes(raw)
		if err != nil {
			return
		}
		for _, transaction := range b.Transactions {
			if !transaction.Decoded() && len(transaction.Problems) == 0 {
				t.Error("not decoded, and no reason given")
			}
		}
	})
}

// FuzzTransaction goes where FuzzParseBytes cannot, since a block's encoding must be exact.
func FuzzTransaction(f *testing.F) {
	for _, raw := range captured(f) {
		for _, transaction := range parse(f, raw).Transactions {
			f.Add(transaction.Raw.Envelope)
			f.Add(transaction.Raw.ReadWriteSet)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		transaction := parseTransaction(0, raw, peer.TxValidationCode_VALID, identities{})
		if len(transaction.Problems) > maxProblems || (!transaction.Decoded() && len(transaction.Problems) == 0) {
			t.Error(fmt.Sprint(transaction.Problems))
		}
	})
}
