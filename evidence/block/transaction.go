package block

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/imi-ledger/imi/evidence/wire"
)

// Type tells what a transaction does.
type Type string

// The types of transactions.
const (
	Config   Type = "config"   // sets the channel's configuration
	Endorser Type = "endorser" // runs chaincode
	Other    Type = "other"    // neither, or not decodable
)

// Transaction is one envelope of a block, decoded as far as it can be. Fields it has no use for stay empty.
type Transaction struct {
	Index          int
	ID             string
	Channel        string
	Type           Type
	Epoch          uint64    // in the channel header; Fabric has no other than 0
	Time           time.Time // the client's claim, UTC
	ValidationCode peer.TxValidationCode

	CreatorMSPID       string
	CreatorCertificate []byte // DER
	Creator            []byte // the serialized identity, as signed

	Call         // set for Type Endorser
	Result       // set for Type Endorser
	Endorsements []Endorsement

	Raw        Raw
	Problems   []string // what does not fit; empty for a sound transaction
	undecoded  bool
	identities identities // while it is parsed
}

// Raw keeps the bytes that hashes and signatures cover.
type Raw struct {
	Envelope         []byte // as hashed into the block's data hash
	Payload          []byte // what the creator signed
	Signature        []byte // the creator's
	ChannelHeader    []byte
	SignatureHeader  []byte
	Data             []byte // the payload's data: a Transaction or a ConfigEnvelope
	ProposalPayload  []byte // the chaincode call; proposal hash = SHA-256(ChannelHeader || SignatureHeader || ProposalPayload)
	ProposalResponse []byte // endorsers signed SHA-256(ProposalResponse || Endorsement.Endorser)
	ReadWriteSet     []byte
}

// Endorsement is one peer's signature over a simulated result.
type Endorsement struct {
	MSPID       string
	Certificate []byte // DER
	Endorser    []byte // the serialized identity, as signed
	Signature   []byte
}

// Valid reports that the delivering peer found the transaction valid, which is what makes its writes count.
func (t *Transaction) Valid() bool { return t.ValidationCode == peer.TxValidationCode_VALID }

// Decoded reports that every part of the transaction could be decoded, so its fields are all there is. A valid
// transaction of this ledger that is not decoded, or has Problems, is a finding.
func (t *Transaction) Decoded() bool { return !t.undecoded }

// maxProblems bounds what is noted about one transaction: rubbish can have as many problems as bytes.
const maxProblems = 32

// problem notes what does not fit.
func (t *Transaction) problem(format string, args ...any) {
	if len(t.Problems) >= maxProblems {
		return
	}
	t.Problems = append(t.Problems, fmt.Sprintf(format, args...))
}

// read decodes one part of the transaction and reports whether its content can be used.
func (t *Transaction) read(name string, raw []byte, as part) (m wire.Message, ok bool) {
	m, odd, err := as.read(raw)
	if err != nil {
		t.undecoded = true
		t.problem("%s: %v", name, err)
		return nil, false
	}
	if odd != "" {
		t.problem("%s: %s", name, odd)
	}
	return m, true
}

func parseTransaction(index int, raw []byte, code peer.TxValidationCode, known identities) Transaction {
	t := Transaction{Index: index, Type: Other, ValidationCode: code, Raw: Raw{Envelope: raw}, identities: known}
	t.parse(raw)
	t.identities = nil
	return t
}

var (
	envelopePart        = partOf(&common.Envelope{})
	payloadPart         = partOf(&common.Payload{})
	channelHeaderPart   = partOf(&common.ChannelHeader{})
	signatureHeaderPart = partOf(&common.SignatureHeader{})
	identityPart        = partOf(&msp.SerializedIdentity{})
)

// parse reads Envelope { payload = 1; signature = 2 } with Payload { header = 1 { channel_header = 1; signature_header = 2 }; data = 2 }.
func (t *Transaction) parse(raw []byte) {
	envelope, ok := t.read("envelope", raw, envelopePart)
	if !ok {
		return
	}
	t.Raw.Payload, t.Raw.Signature = envelope.Bytes(1), envelope.Bytes(2)
	payload, ok := t.read("payload", t.Raw.Payload, payloadPart)
	if !ok {
		return
	}
	header := payload.Message(1)
	t.Raw.ChannelHeader, t.Raw.SignatureHeader, t.Raw.Data = header.Bytes(1), header.Bytes(2), payload.Bytes(2)
	t.parseHeaders()
	if t.Type == Endorser {
		t.parseEndorser()
	}
}

// parseHeaders reads ChannelHeader { type = 1; timestamp = 3; channel_id = 4; tx_id = 5; epoch = 6; extension = 7 } and
// SignatureHeader { creator = 1; nonce = 2 }.
func (t *Transaction) parseHeaders() {
	channel, ok := t.read("channel header", t.Raw.ChannelHeader, channelHeaderPart)
	if !ok {
		return
	}
	signature, ok := t.read("signature header", t.Raw.SignatureHeader, signatureHeaderPart)
	if !ok {
		return
	}
	t.ID, t.Channel, t.Epoch = channel.Text(5), channel.Text(4), channel.Number(6)
	switch common.HeaderType(channel.Number(1)) {
	case common.HeaderType_CONFIG:
		t.Type = Config
	case common.HeaderType_ENDORSER_TRANSACTION:
		t.Type = Endorser
	}
	t.parseTime(channel)
	t.Creator = signature.Bytes(1)
	t.CreatorMSPID, t.CreatorCertificate = t.identity("creator", t.Creator, t.Type == Endorser)
	t.checkID(signature.Bytes(2))
	if t.Type == Endorser {
		t.parseExtension(channel.Bytes(7))
	}
}

// parseTime reads Timestamp { seconds = 1; nanos = 2 }.
func (t *Transaction) parseTime(channel wire.Message) {
	given := channel.Message(3)
	stamp := timestamppb.Timestamp{Seconds: int64(given.Number(1)), Nanos: int32(given.Number(2))}
	if channel.Has(3) && stamp.IsValid() {
		t.Time = stamp.AsTime()
	} else if t.Type == Endorser {
		t.problem("channel header: no time, or none that exists")
	}
}

// checkID sees that the id is SHA-256(nonce || creator). Configuration transactions need not have an id.
func (t *Transaction) checkID(nonce []byte) {
	if t.ID == "" && t.Type != Endorser {
		return
	}
	h := sha256.New()
	h.Write(nonce)
	h.Write(t.Creator)
	if hex.EncodeToString(h.Sum(nil)) != t.ID {
		t.problem("the transaction id is not the hash of nonce and creator")
	}
	if len(nonce) == 0 && t.Type == Endorser {
		t.problem("signature header: no nonce")
	}
}

// identities are the sound ones met in a block, by their serialized form: the same few are in every transaction.
type identities map[string]identity

type identity struct {
	mspid       string
	certificate []byte // DER
}

// identity decodes a serialized identity into its MSPID and certificate.
func (t *Transaction) identity(name string, raw []byte, needed bool) (string, []byte) {
	if len(raw) == 0 && !needed {
		return "", nil
	}
	if known, ok := t.identities[string(raw)]; ok {
		return known.mspid, known.certificate
	}
	problems := len(t.Problems)
	id, ok := t.read(name, raw, identityPart) // SerializedIdentity { mspid = 1; id_bytes = 2 }
	if !ok {
		return "", nil
	}
	mspid := id.Text(1)
	blockPEM, rest := pem.Decode(id.Bytes(2))
	if mspid == "" || blockPEM == nil || blockPEM.Type != "CERTIFICATE" || len(bytes.TrimSpace(rest)) != 0 {
		t.problem("%s: not one certificate of a named organisation", name)
		return mspid, nil
	}
	if len(t.Problems) == problems && problems < maxProblems {
		t.identities[string(raw)] = identity{mspid, blockPEM.Bytes}
	}
	return mspid, blockPEM.Bytes
}
