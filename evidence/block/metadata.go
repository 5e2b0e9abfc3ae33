package block

import (
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// Metadata is what orderers and the delivering peer wrote beside a block. It is not part of the block's hash.
type Metadata struct {
	// Signed is the value the orderers signed together with the header (an OrdererBlockMetadata).
	Signed []byte
	// Signatures are the orderers' signatures; empty in block 0.
	Signatures []Signature
	// LastConfig is the number of the newest configuration block at this block, as the orderers state it in Signed.
	LastConfig uint64
	// Codes are the delivering peer's verdicts on the transactions, one byte each; nil when it gave none. Nobody signs
	// them: an audit computes its own.
	Codes []byte
	// CommitHash is the delivering peer's running hash of its commits; nobody signs it either.
	CommitHash []byte
}

// Signature is one orderer's signature over Metadata.Signed || (IdentifierHeader or SignatureHeader) || Block.Header.
type Signature struct {
	IdentifierHeader []byte // BFT: names the signer by its consenter number and holds a nonce
	Identifier       uint32 // that number; 0 when there is no identifier header
	SignatureHeader  []byte // Raft: names the signer by its certificate; in BFT empty
	Value            []byte
}

// code is the delivering peer's verdict on a transaction.
func (m Metadata) code(i int) peer.TxValidationCode {
	if len(m.Codes) == 0 {
		return peer.TxValidationCode_NOT_VALIDATED
	}
	return peer.TxValidationCode(m.Codes[i])
}

func parseMetadata(items [][]byte, transactions int) (Metadata, error) {
	item := func(i common.BlockMetadataIndex) []byte {
		if int(i) < len(items) {
			return items[i]
		}
		return nil
	}
	var m Metadata
	if len(items) > len(common.BlockMetadataIndex_name) {
		return m, fmt.Errorf("metadata: %d items, more than are known", len(items))
	}
	if err := m.readSignatures(item(common.BlockMetadataIndex_SIGNATURES)); err != nil {
		return m, err
	}
	m.Codes = item(common.BlockMetadataIndex_TRANSACTIONS_FILTER)
	if len(m.Codes) != 0 && len(m.Codes) != transactions {
		return m, fmt.Errorf("metadata: %d verdicts on %d transactions", len(m.Codes), transactions)
	}
	var commit common.Metadata
	if err := strict(item(common.BlockMetadataIndex_COMMIT_HASH), &commit); err != nil {
		return m, fmt.Errorf("commit hash: %w", err)
	}
	m.CommitHash = commit.GetValue()
	return m, nil
}

func (m *Metadata) readSignatures(raw []byte) error {
	var signed common.Metadata
	if err := strict(raw, &signed); err != nil {
		return fmt.Errorf("orderer signatures: %w", err)
	}
	m.Signed = signed.GetValue()
	var value common.OrdererBlockMetadata
	if err := strict(m.Signed, &value); err != nil {
		return fmt.Errorf("orderer metadata: %w", err)
	}
	m.LastConfig = value.GetLastConfig().GetIndex()
	for _, s := range signed.GetSignatures() {
		var identifier common.IdentifierHeader
		if err := strict(s.GetIdentifierHeader(), &identifier); err != nil {
			return fmt.Errorf("orderer signature: %w", err)
		}
		m.Signatures = append(m.Signatures, Signature{
			IdentifierHeader: s.GetIdentifierHeader(), Identifier: identifier.GetIdentifier(),
			SignatureHeader: s.GetSignatureHeader(), Value: s.GetSignature(),
		})
	}
	return nil
}
