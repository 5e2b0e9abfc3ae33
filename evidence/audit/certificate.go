package audit

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"sync"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"
)

// certified is a serialized identity, decoded: who it says it is, and the key its signatures are made with. Whether its
// organisation stands behind it depends on a configuration (see member).
type certified struct {
	mspid       string
	certificate *x509.Certificate
	oddForm     bool // not the one PEM form of the certificate, which Fabric does not mind
}

// readIdentity decodes a serialized identity.
func readIdentity(raw []byte) (*certified, error) {
	var id msp.SerializedIdentity
	if err := proto.Unmarshal(raw, &id); err != nil {
		return nil, errors.New("not an identity")
	}
	certificate, odd, err := readCertificate(id.GetIdBytes())
	if err != nil {
		return nil, err
	}
	return &certified{mspid: id.GetMspid(), certificate: certificate, oddForm: odd}, nil
}

// readCertificate decodes a certificate in PEM. odd says that other bytes would stand for the same certificate.
func readCertificate(text []byte) (certificate *x509.Certificate, odd bool, err error) {
	found, _ := pem.Decode(text)
	if found == nil {
		return nil, false, errors.New("not a certificate in PEM")
	}
	certificate, err = x509.ParseCertificate(found.Bytes)
	if err != nil {
		return nil, false, errors.New("not a certificate")
	}
	plain := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: found.Bytes})
	return certificate, !bytes.Equal(bytes.TrimSuffix(text, []byte("\n")), bytes.TrimSuffix(plain, []byte("\n"))), nil
}

// identities decodes every identity once. It is safe for concurrent use.
type identities struct {
	mu    sync.RWMutex
	known map[string]decodedIdentity // by the serialized identity
}

type decodedIdentity struct {
	*certified
	err error
}

// maxIdentities bounds what is remembered; a ledger has a few identities per organisation.
const maxIdentities = 10000

func (i *identities) read(raw []byte) (*certified, error) {
	i.mu.RLock()
	found, ok := i.known[string(raw)]
	i.mu.RUnlock()
	if ok {
		return found.certified, found.err
	}
	id, err := readIdentity(raw)
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.known == nil {
		i.known = map[string]decodedIdentity{}
	}
	if len(i.known) < maxIdentities {
		i.known[string(raw)] = decodedIdentity{id, err}
	}
	return id, err
}

// verify reports whether the signature over the message, given in parts, was made with the certificate's key, in the one
// form a signature has: strict DER and the smaller S.
func (c *certified) verify(signature []byte, message ...[]byte) bool {
	switch key := c.certificate.PublicKey.(type) {
	case *ecdsa.PublicKey:
		h := sha256.New()
		for _, part := range message {
			h.Write(part)
		}
		return lowS(key, signature) && ecdsa.VerifyASN1(key, h.Sum(nil), signature)
	case ed25519.PublicKey:
		return ed25519.Verify(key, bytes.Join(message, nil), signature)
	}
	return false
}

// lowS finds S in a signature: SEQUENCE { R INTEGER, S INTEGER }. It need not be strict, VerifyASN1 is.
func lowS(key *ecdsa.PublicKey, der []byte) bool {
	if len(der) < 8 || len(der) > 150 || der[0] != 0x30 {
		return false
	}
	at := 2
	if der[1] >= 0x80 {
		at++
	}
	at += 2 + int(der[at+1]) // past R
	if at+2 >= len(der) || der[at] != 0x02 {
		return false
	}
	s := new(big.Int).SetBytes(der[at+2:])
	return s.Cmp(halfOrder(key)) <= 0
}

// halfOrder is cached per curve, of which there are four.
func halfOrder(key *ecdsa.PublicKey) *big.Int {
	if half, ok := halves.Load(key.Curve); ok {
		return half.(*big.Int)
	}
	half := new(big.Int).Rsh(key.Params().N, 1)
	halves.Store(key.Curve, half)
	return half
}

var halves sync.Map
