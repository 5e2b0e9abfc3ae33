// Package block reads Fabric blocks: what is in them, and whether it fits together. It needs no network and trusts
// nobody: it takes bytes and names what does not fit. Signatures are not checked here; the bytes they cover are kept, so
// that an audit can.
package block

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/ledger"
)

// Limits. What is over them is refused before anything is built from it.
const (
	MaxBytes        = 128 << 20 // one encoded block; Fabric's own messages end at 100 MiB
	maxTransactions = 1 << 16   // in one block
	maxElements     = 1 << 20   // protobuf fields in one message, nested ones included
	maxDepth        = 16        // of nested protobuf messages; Fabric's have 4
)

// Block is one block, decoded.
type Block struct {
	Number       uint64
	Hash         ledger.Digest // of the header: what the next block names as its previous hash
	PreviousHash ledger.Digest // zero in block 0
	DataHash     ledger.Digest // as the header states it
	DataFits     bool          // DataHash is the hash of the envelopes that are here
	Header       []byte
	Metadata     Metadata
	Transactions []Transaction
}

// ParseBytes decodes an encoded block. Bytes that are not exactly what the block encodes to are refused, so nothing can
// be hidden beside its fields.
func ParseBytes(raw []byte) (Block, error) {
	if len(raw) > MaxBytes {
		return Block{}, fmt.Errorf("block: %d bytes, more than %d", len(raw), MaxBytes)
	}
	var b common.Block
	if odd, err := decode(raw, &b); err != nil {
		return Block{}, fmt.Errorf("block: %w", err)
	} else if odd != "" {
		return Block{}, errors.New("block: " + odd)
	}
	again, err := proto.MarshalOptions{Deterministic: true}.Marshal(&b)
	if err != nil || !bytes.Equal(again, raw) {
		return Block{}, errors.New("block: not in the one encoding it has")
	}
	return Parse(&b)
}

// Parse decodes a block as a peer delivers it. An error means that it is no block at all; what does not fit inside a
// transaction is named in that transaction's Problems, since a ledger may hold rubbish that its peers marked invalid.
// Bytes in the result are parts of those given.
func Parse(b *common.Block) (Block, error) {
	parsed, err := ParseFrame(b)
	if err == nil {
		parsed.ParseTransactions(b.GetData().GetData())
	}
	return parsed, err
}

// ParseFrame is Parse without a look into the transactions.
func ParseFrame(b *common.Block) (Block, error) {
	header := b.GetHeader()
	envelopes := b.GetData().GetData()
	switch {
	case header == nil:
		return Block{}, errors.New("block: no header")
	case len(envelopes) > maxTransactions:
		return Block{}, fmt.Errorf("block %d: %d transactions, more than %d", header.GetNumber(), len(envelopes), maxTransactions)
	case proto.Size(b) > MaxBytes:
		return Block{}, fmt.Errorf("block %d: more than %d bytes", header.GetNumber(), MaxBytes)
	}
	parsed := Block{Number: header.GetNumber(), Header: headerBytes(header)}
	parsed.Hash = sha256.Sum256(parsed.Header)
	parsed.DataFits = bytes.Equal(DataHash(envelopes), header.GetDataHash())
	if err := parsed.readHashes(header); err != nil {
		return Block{}, fmt.Errorf("block %d: %w", parsed.Number, err)
	}
	var err error
	if parsed.Metadata, err = parseMetadata(b.GetMetadata().GetMetadata(), len(envelopes)); err != nil {
		return Block{}, fmt.Errorf("block %d: %w", parsed.Number, err)
	}
	return parsed, nil
}

// ParseTransactions decodes the transactions of a block that ParseFrame made.
func (b *Block) ParseTransactions(envelopes [][]byte) {
	known := identities{}
	b.Transactions = make([]Transaction, len(envelopes))
	for i, envelope := range envelopes {
		b.Transactions[i] = parseTransaction(i, envelope, b.Metadata.code(i), known)
	}
}

func (b *Block) readHashes(header *common.BlockHeader) error {
	if len(header.GetDataHash()) != len(b.DataHash) {
		return errors.New("the data hash does not have 32 bytes")
	}
	copy(b.DataHash[:], header.GetDataHash())
	if b.Number == 0 && len(header.GetPreviousHash()) == 0 {
		return nil
	}
	if len(header.GetPreviousHash()) != len(b.PreviousHash) {
		return errors.New("the previous hash does not have 32 bytes")
	}
	copy(b.PreviousHash[:], header.GetPreviousHash())
	return nil
}

// headerBytes encodes a header for hashing and signing:
//
//	SEQUENCE { number INTEGER, previous hash OCTET STRING, data hash OCTET STRING }   (ASN.1 DER)
func headerBytes(header *common.BlockHeader) []byte {
	encoded, err := asn1.Marshal(struct {
		Number       *big.Int
		PreviousHash []byte
		DataHash     []byte
	}{new(big.Int).SetUint64(header.GetNumber()), header.GetPreviousHash(), header.GetDataHash()})
	if err != nil {
		return nil // not reached: the three types always encode
	}
	return encoded
}

// DataHash is SHA-256(envelope 0 || envelope 1 || …). It is not a Merkle root, and it does not tell where one envelope
// ends: only decoding does.
func DataHash(envelopes [][]byte) []byte {
	h := sha256.New()
	for _, envelope := range envelopes {
		h.Write(envelope)
	}
	return h.Sum(nil)
}
