package credential

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"math/big"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// Media types (JOSE typ) of the parts.
const (
	typeCredential      = "dc+sd-jwt" // what is issued here
	typeCredentialFirst = "vc+sd-jwt" // the name of the same in drafts of SD-JWT VC before 2025
	typeSDJWTSuffix     = "+sd-jwt"   // any other use of SD-JWT
	typeKeyBinding      = "kb+jwt"
)

// header is what is read from a JOSE header. Keys in it (jwk, x5c, jku) are never looked at: keys come from the caller.
type header struct {
	algorithm Algorithm
	keyID     string
	mediaType string
}

// jwt is one JWS in compact form, split and decoded but not verified.
type jwt struct {
	compact   string
	header    header
	payload   map[string]any
	signature []byte
}

func parseJWT(compact, part string) (*jwt, error) {
	segments := strings.Split(compact, ".")
	if len(segments) != 3 {
		return nil, refuse(CheckForm, Malformed, "%s has not three parts", part)
	}
	var decoded [3][]byte
	for i, name := range [3]string{"header", "payload", "signature"} {
		data, err := decodeBase64(segments[i], "the "+name+" of "+part)
		if err != nil {
			return nil, err
		}
		decoded[i] = data
	}
	if len(decoded[2]) != 64 {
		return nil, refuse(CheckForm, Malformed, "the signature of %s has not 64 bytes", part)
	}
	h, err := parseHeader(decoded[0], part)
	if err != nil {
		return nil, err
	}
	payload, err := decodeObject(decoded[1], "the payload of "+part)
	if err != nil {
		return nil, err
	}
	return &jwt{compact, h, payload, decoded[2]}, nil
}

func parseHeader(data []byte, part string) (header, error) {
	object, err := decodeObject(data, "the header of "+part)
	if err != nil {
		return header{}, err
	}
	for _, name := range []string{"crit", "b64"} {
		if _, ok := object[name]; ok {
			return header{}, refuse(CheckForm, Malformed, "the header of %s has %q, which nothing here understands", part, name)
		}
	}
	algorithm, _ := object["alg"].(string)
	if algorithm != string(ES256) && algorithm != string(EdDSA) {
		return header{}, refuse(CheckForm, UnsupportedAlgorithm, "%s is not signed with ES256 or EdDSA", part)
	}
	keyID, ok := object["kid"].(string)
	if _, present := object["kid"]; present && !ok {
		return header{}, refuse(CheckForm, Malformed, "the kid of %s is not a string", part)
	}
	mediaType, _ := object["typ"].(string)
	return header{Algorithm(algorithm), keyID, mediaType}, nil
}

// verify reports whether the JWS is signed by the key, under the algorithm of the key. What else the header says decides
// nothing, here as in the browser: a library that judged the keys in it would make two verdicts of one presentation.
func (j *jwt) verify(key PublicKey) bool {
	return !key.IsZero() && key.algorithm == j.header.algorithm && j.verifySignature(key)
}

func (j *jwt) verifySignature(key PublicKey) bool {
	signed := []byte(j.compact[:strings.LastIndexByte(j.compact, '.')])
	switch key := key.key.(type) {
	case *ecdsa.PublicKey:
		hash := sha256.Sum256(signed)
		r, s := new(big.Int).SetBytes(j.signature[:32]), new(big.Int).SetBytes(j.signature[32:])
		return ecdsa.Verify(key, hash[:], r, s)
	case ed25519.PublicKey:
		return ed25519.Verify(key, signed, j.signature)
	}
	return false
}

// sign makes a JWS in compact form over the JSON of payload, with kid only when named.
func sign(signer Signer, mediaType, keyID string, payload map[string]any) (string, error) {
	public := signer.Public()
	if public.IsZero() {
		return "", refuse(CheckForm, UnsupportedKey, "the signer has no key")
	}
	body, err := encodeJSON(payload)
	if err != nil {
		return "", fmt.Errorf("credential: encode payload: %w", err)
	}
	algorithm := jose.SignatureAlgorithm(public.algorithm)
	options := (&jose.SignerOptions{}).WithType(jose.ContentType(mediaType))
	maker, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: opaque{signer, keyID}}, options)
	if err != nil {
		return "", fmt.Errorf("credential: sign: %w", err)
	}
	signed, err := maker.Sign(body)
	if err != nil {
		return "", fmt.Errorf("credential: sign: %w", err)
	}
	return signed.CompactSerialize()
}

// opaque shows a Signer to go-jose.
type opaque struct {
	signer Signer
	keyID  string
}

func (o opaque) Public() *jose.JSONWebKey {
	return &jose.JSONWebKey{Key: o.signer.Public().key, KeyID: o.keyID}
}

func (o opaque) Algs() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.SignatureAlgorithm(o.signer.Public().algorithm)}
}

func (o opaque) SignPayload(message []byte, _ jose.SignatureAlgorithm) ([]byte, error) {
	signature, err := o.signer.Sign(message)
	if err == nil && len(signature) != 64 {
		err = fmt.Errorf("the signer made a signature of %d bytes", len(signature))
	}
	return signature, err
}
