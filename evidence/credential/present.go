package credential

import (
	"slices"
	"strings"
	"time"
)

// Binding is what the holder signs a presentation for.
type Binding struct {
	Audience string    // aud: the verifier
	Nonce    string    // what the verifier asked with
	IssuedAt time.Time // iat: now
}

// choose keeps the disclosures of the chosen paths, with everything beneath them and the parents they need, and drops the
// others. A path that is always disclosed may be chosen too; one the credential does not have is refused.
func (p *Parsed) choose(paths []string) ([]byte, error) {
	o := newOpener(p.disclosures)
	o.paths = map[string]bool{}
	if _, err := o.open(p.issuer.payload); err != nil {
		return nil, err
	}
	for _, path := range paths {
		if !o.paths[path] {
			return nil, refuse(CheckClaims, UnknownPath, "the credential has no claim %q", path)
		}
	}
	var text strings.Builder
	text.WriteString(p.issuer.compact + "~")
	for _, d := range p.disclosures {
		at := o.pathOf[d]
		if slices.ContainsFunc(paths, func(path string) bool { return within(at, path) || within(path, at) }) {
			text.WriteString(d.text + "~")
		}
	}
	return []byte(text.String()), nil
}

// Present makes a presentation: the chosen claims, signed by the holder for one verifier and one nonce.
func Present(compact []byte, paths []string, holder Signer, binding Binding) ([]byte, error) {
	if binding.Audience == "" || binding.Nonce == "" || binding.IssuedAt.IsZero() {
		return nil, refuse(CheckHolder, NoExpectation, "a presentation is for an audience, a nonce and a time")
	}
	p, err := Parse(compact)
	if err != nil {
		return nil, err
	}
	if p.holder.IsZero() {
		return nil, refuse(CheckHolder, NoHolderKey, "the credential is bound to no holder")
	}
	if !holder.Public().Equal(p.holder) {
		return nil, refuse(CheckHolder, WrongHolderKey, "the credential is bound to another key")
	}
	chosen, err := p.choose(paths)
	if err != nil {
		return nil, err
	}
	signed, err := sign(holder, typeKeyBinding, "", map[string]any{
		"aud": binding.Audience, "nonce": binding.Nonce, "iat": binding.IssuedAt.Unix(), "sd_hash": hashText(string(chosen)),
	})
	if err != nil {
		return nil, err
	}
	presentation := append(chosen, signed...)
	if len(presentation) > MaxSize {
		return nil, refuse(CheckForm, TooLarge, "a presentation has at most %d bytes", MaxSize)
	}
	return presentation, nil
}
