package credential

import (
	"fmt"
	"io"
)

// Names with a meaning of their own in SD-JWT; no claim is called so.
const (
	nameDigests  = "_sd"
	nameElement  = "..."
	nameHash     = "_sd_alg"
	hashSHA256   = "sha-256"
	saltBytes    = 16
	decoyBytes   = 32
	elementParts = 2
	memberParts  = 3
)

// disclosure opens one digest: a member of an object (with a name) or an element of an array (without).
type disclosure struct {
	text    string // base64url, as sent
	digest  string
	salt    string
	element bool
	name    string
	value   any
}

// parseDisclosure reads base64url(JSON [salt, name, value]) or base64url(JSON [salt, value]).
func parseDisclosure(text, part string) (*disclosure, error) {
	data, err := decodeBase64(text, part)
	if err != nil {
		return nil, err
	}
	value, err := decodeJSON(data, part)
	if err != nil {
		return nil, err
	}
	array, ok := value.([]any)
	if !ok || len(array) != elementParts && len(array) != memberParts {
		return nil, refuse(CheckForm, Malformed, "%s is not an array of two or three", part)
	}
	d := &disclosure{text: text, digest: hashText(text), element: len(array) == elementParts, value: array[len(array)-1]}
	if d.salt, ok = array[0].(string); !ok || d.salt == "" {
		return nil, refuse(CheckForm, Malformed, "the salt of %s is not a string", part)
	}
	if d.element {
		return d, nil
	}
	if d.name, ok = array[1].(string); !ok {
		return nil, refuse(CheckForm, Malformed, "the claim name of %s is not a string", part)
	}
	if reserved(d.name) {
		return nil, refuse(CheckForm, ReservedName, "%s discloses a reserved name", part)
	}
	return d, nil
}

func reserved(name string) bool {
	return name == nameDigests || name == nameElement || name == nameHash
}

// salter draws salts and decoys, and notices a broken source of randomness before it makes claims guessable.
type salter struct {
	random io.Reader
	drawn  map[string]bool
}

func newSalter(random io.Reader) *salter { return &salter{random, map[string]bool{}} }

func (s *salter) draw(size int) (string, error) {
	data := make([]byte, size)
	if _, err := io.ReadFull(s.random, data); err != nil {
		return "", fmt.Errorf("credential: read randomness: %w", err)
	}
	text := b64.EncodeToString(data)
	if s.drawn[text] {
		return "", fmt.Errorf("credential: the source of randomness repeats itself")
	}
	s.drawn[text] = true
	return text, nil
}

// disclose makes the disclosure of a member, or of an array element when name is nil.
//
//	base64url( JSON [salt, name, value] )    salt = base64url(16 random bytes)
func (s *salter) disclose(name *string, value any) (*disclosure, error) {
	salt, err := s.draw(saltBytes)
	if err != nil {
		return nil, err
	}
	array := []any{salt, value}
	if name != nil {
		array = []any{salt, *name, value}
	}
	data, err := encodeJSON(array)
	if err != nil {
		return nil, fmt.Errorf("credential: encode disclosure: %w", err)
	}
	text := b64.EncodeToString(data)
	return &disclosure{text: text, digest: hashText(text)}, nil
}

// decoy makes a digest that opens to nothing.
//
//	base64url( SHA-256( base64url(32 random bytes) ) )
func (s *salter) decoy() (string, error) {
	text, err := s.draw(decoyBytes)
	return hashText(text), err
}
