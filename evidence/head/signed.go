package head

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/imi-ledger/imi/ledger"
)

// Signed is a head with the cosignatures that were found good.
type Signed struct {
	Head
	Times map[ledger.MSPID]time.Time // when each organisation signed
}

// Sign writes a head as a signed note of one organisation.
func Sign(h Head, signer *Signer) (string, error) {
	text, err := note.Sign(&note.Note{Text: h.Text()}, signer)
	if err != nil {
		return "", fmt.Errorf("sign head: %w", err)
	}
	return string(text), nil
}

// Keys are the head keys a verifier trusts: for each organisation those that count now.
type Keys map[ledger.MSPID][]ed25519.PublicKey

// KeysOf takes the head keys that count at a time from entries of the trust registry.
func KeysOf(organisations []ledger.Organisation, at ledger.Time) Keys {
	keys := Keys{}
	for _, o := range organisations {
		for _, k := range o.HeadKeys {
			if k.Covers(at) {
				keys.Add(o.MSPID, k.Key)
			}
		}
	}
	return keys
}

// Add adds a key of an organisation, if it is of the kind that heads are signed with.
func (k Keys) Add(organisation ledger.MSPID, registered ledger.PublicKey) {
	if key, err := registered.Crypto(); err == nil {
		if public, ok := key.(ed25519.PublicKey); ok {
			k[organisation] = append(k[organisation], public)
		}
	}
}

// Open reads a signed note and keeps the cosignatures made by the keys. A note without a single one, one that holds a
// signature which claims a known key and does not verify, and one that is written in another than the one legal form are
// refused.
func Open(text string, keys Keys) (Signed, error) {
	if len(text) > MaxText {
		return Signed{}, ledger.Refuse(ledger.TooLarge, "head", "at most %d bytes", MaxText)
	}
	opened, err := note.Open([]byte(text), note.VerifierList(keys.verifiers()...))
	var unverified *note.UnverifiedNoteError
	if errors.As(err, &unverified) {
		return Signed{}, ledger.Refuse(ledger.NotAllowed, "head", "no organisation of the trust registry signed this head")
	}
	if err != nil {
		return Signed{}, ledger.Refuse(ledger.Malformed, "head", "must be a signed note with good signatures")
	}
	if len(opened.UnverifiedSigs) > 0 {
		return Signed{}, ledger.Refuse(ledger.NotAllowed, "head", "every signature must be of an organisation of the trust registry")
	}
	if !exact(text, opened) {
		return Signed{}, malformed("a signed head has one form only, and each signature stands in it once")
	}
	h, err := Parse(opened.Text)
	if err != nil {
		return Signed{}, err
	}
	signed := Signed{Head: h, Times: map[ledger.MSPID]time.Time{}}
	for _, s := range opened.Sigs {
		if at, ok := timeOf(s); ok {
			signed.Times[ledger.MSPID(s.Name)] = at
		}
	}
	return signed, nil
}

// exact reports whether the note is written as Merge writes it. The note package is lenient about the unused bits at the
// end of base64 and about repeated lines; two texts for one note would let somebody change an answer unseen. An organisation
// with two keys that count signs once all the same: Merge keeps one of its lines, and which time counts must not depend on that.
func exact(text string, opened *note.Note) bool {
	lines, seen := "", map[string]bool{}
	for _, s := range opened.Sigs {
		if seen[s.Name] {
			return false
		}
		seen[s.Name] = true
		raw, err := base64.StdEncoding.Strict().DecodeString(s.Base64)
		if err != nil || base64.StdEncoding.EncodeToString(raw) != s.Base64 {
			return false
		}
		lines += "— " + s.Name + " " + s.Base64 + "\n"
	}
	return text == opened.Text+"\n"+lines
}

func (k Keys) verifiers() []note.Verifier {
	var all []note.Verifier
	for organisation, keys := range k {
		for _, key := range keys {
			all = append(all, verifier{string(organisation), key})
		}
	}
	return all
}

// Merge puts the signature lines of several notes over the same text into one note, each organisation's last one given.
// The first line stays first, the others are sorted.
func Merge(notes ...string) (string, error) {
	var text string
	var lines []string
	at := map[string]int{}
	for i, n := range notes {
		body, signatures, ok := strings.Cut(n, "\n\n")
		if !ok || (i > 0 && body != text) {
			return "", malformed("only signatures over the same head can be put together")
		}
		text = body
		for _, line := range strings.Split(strings.TrimSuffix(signatures, "\n"), "\n") {
			who, _, _ := strings.Cut(strings.TrimPrefix(line, "— "), " ")
			if place, seen := at[who]; seen {
				lines[place] = line
				continue
			}
			at[who] = len(lines)
			lines = append(lines, line)
		}
	}
	slices.Sort(lines[min(1, len(lines)):]) // one form, whatever order they came in; the first stays whose note it is
	return text + "\n\n" + strings.Join(lines, "\n") + "\n", nil
}
