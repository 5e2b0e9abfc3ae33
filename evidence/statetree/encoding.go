package statetree

import (
	"encoding/base64"
	"encoding/binary"
	"math/bits"

	"github.com/imi-ledger/imi/ledger"
)

// MaxProof is the greatest length of an encoded proof before base64url. Real ones have less than a tenth of it.
const MaxProof = 3 + maxDepth/8 + maxDepth*digestSize + 2*digestSize

const digestSize = len(ledger.Digest{})

// MarshalText returns the one legal encoding of the proof, base64url without padding.
func (p Proof) MarshalText() ([]byte, error) { return p.AppendText(nil) }

// AppendText appends what MarshalText returns.
func (p Proof) AppendText(text []byte) ([]byte, error) {
	if p.end == 0 {
		return nil, refuseProof("was never made")
	}
	return p.appendEncoded(text), nil
}

func (p *Proof) appendEncoded(text []byte) []byte {
	var room [1024]byte // enough for most, without memory of its own
	return base64.RawURLEncoding.AppendEncode(text, p.appendBytes(room[:0]))
}

// UnmarshalText accepts the one legal encoding only, at most [MaxProof] bytes of it.
func (p *Proof) UnmarshalText(text []byte) error {
	if len(text) > base64.RawURLEncoding.EncodedLen(MaxProof) {
		return ledger.Refuse(ledger.TooLarge, "proof", "at most %d characters", base64.RawURLEncoding.EncodedLen(MaxProof))
	}
	data, err := base64.RawURLEncoding.Strict().AppendDecode(nil, text)
	// Go's decoder passes over line breaks, so the length is compared.
	if err != nil || base64.RawURLEncoding.EncodedLen(len(data)) != len(text) {
		return malformed("is not base64url without padding")
	}
	decoded, err := parseProof(data)
	if err != nil {
		return err
	}
	*p = decoded
	return nil
}

// appendBytes appends the proof in its binary form.
//
//	ending (1 byte: 1 at the record, 2 empty, 3 at another key) | uint16 depth, big-endian |
//	bitmap ((depth+7)/8 bytes) | siblings that are not empty, root first (32 bytes each) |
//	if at another key: SHA-256(that key) | SHA-256(its record)
func (p *Proof) appendBytes(out []byte) []byte {
	out = append(out, byte(p.end))
	out = binary.BigEndian.AppendUint16(out, uint16(p.depth))
	out = append(out, p.bitmap[:bitmapSize(p.depth)]...)
	for i := range p.siblings {
		out = append(out, p.siblings[i][:]...)
	}
	if p.end == endsAtOther {
		out = append(append(out, p.other.Key[:]...), p.other.Record[:]...)
	}
	return out
}

func bitmapSize(depth int) int { return (depth + 7) / 8 }

func parseProof(data []byte) (Proof, error) {
	if len(data) < 3 {
		return Proof{}, malformed("is cut short")
	}
	p := Proof{end: ending(data[0]), depth: int(binary.BigEndian.Uint16(data[1:]))}
	if p.end < endsAtRecord || p.end > endsAtOther {
		return Proof{}, malformed("has an unknown ending")
	}
	rest := data[3:]
	if p.depth > maxDepth || len(rest) < bitmapSize(p.depth) {
		return Proof{}, malformed("is too deep or cut short")
	}
	rest = rest[copy(p.bitmap[:], rest[:bitmapSize(p.depth)]):]
	if err := p.checkBitmap(); err != nil {
		return Proof{}, err
	}
	if err := p.parseDigests(rest); err != nil {
		return Proof{}, err
	}
	return p, nil
}

// checkBitmap refuses bits below the end of the path, and an empty sibling on its last level: such a subtree would have
// a single record or none, and so would not be a node.
func (p *Proof) checkBitmap() error {
	for i := p.depth; i < 8*bitmapSize(p.depth); i++ {
		if p.has(i) {
			return malformed("has a sibling below its end")
		}
	}
	if p.depth > 0 && !p.has(p.depth-1) {
		return malformed("has an empty sibling at its end")
	}
	return nil
}

func (p *Proof) parseDigests(rest []byte) error {
	count, others := 0, 0
	for _, b := range p.bitmap {
		count += bits.OnesCount8(b)
	}
	if p.end == endsAtOther {
		others = 2
	}
	if len(rest) != (count+others)*digestSize {
		return malformed("has another length than its bitmap says")
	}
	p.siblings = make([]ledger.Digest, count)
	for i := range p.siblings {
		rest = rest[copy(p.siblings[i][:], rest):]
		if p.siblings[i] == emptyHash {
			return malformed("spells out an empty sibling")
		}
	}
	copy(p.other.Record[:], rest[copy(p.other.Key[:], rest):])
	return nil
}

func malformed(what string) error {
	return ledger.Refuse(ledger.Malformed, "proof", "the proof %s", what)
}
