package credential

import (
	"io"
	"maps"
	"slices"
)

// concealer replaces what a policy names by digests, from the leaves up, and collects the disclosures.
type concealer struct {
	*salter
	hidden      map[string]bool
	pad         int
	disclosures []*disclosure
}

func newConcealer(random io.Reader, policy Policy) *concealer {
	c := &concealer{salter: newSalter(random), hidden: map[string]bool{}, pad: max(policy.Pad, 1)}
	for _, pattern := range policy.Disclosable {
		c.hidden[pattern] = true
	}
	return c
}

func (c *concealer) value(value any, pattern string) (any, error) {
	switch value := value.(type) {
	case map[string]any:
		return c.object(value, pattern)
	case []any:
		return c.array(value, pattern)
	}
	return value, nil
}

func (c *concealer) object(in map[string]any, pattern string) (map[string]any, error) {
	out := map[string]any{}
	var digests []string
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if reserved(name) {
			return nil, refuse(CheckForm, ReservedName, "a claim must not be called %q", name)
		}
		at := child(pattern, name)
		value, err := c.value(in[name], at)
		if err != nil {
			return nil, err
		}
		if !c.hidden[at] {
			out[name] = value
			continue
		}
		d, err := c.disclose(&name, value)
		if err != nil {
			return nil, err
		}
		c.disclosures = append(c.disclosures, d)
		digests = append(digests, d.digest)
	}
	if len(digests) == 0 {
		return out, nil
	}
	digests, err := c.padded(digests)
	slices.Sort(digests) // digests are random, so their order says nothing about the names
	out[nameDigests] = digests
	return out, err
}

// array hides elements in place. Decoys follow the last element: the positions of the others are part of their paths.
func (c *concealer) array(in []any, pattern string) ([]any, error) {
	at := anyElement(pattern)
	hidden := c.hidden[at] && len(in) > 0
	out := make([]any, 0, len(in))
	var digests []string
	for _, value := range in {
		value, err := c.value(value, at)
		if err != nil {
			return nil, err
		}
		if !hidden {
			out = append(out, value)
			continue
		}
		d, err := c.disclose(nil, value)
		if err != nil {
			return nil, err
		}
		c.disclosures = append(c.disclosures, d)
		digests = append(digests, d.digest)
	}
	if !hidden {
		return out, nil
	}
	digests, err := c.padded(digests)
	for _, digest := range digests {
		out = append(out, map[string]any{nameElement: digest})
	}
	return out, err
}

func (c *concealer) padded(digests []string) ([]string, error) {
	for len(digests)%c.pad != 0 {
		decoy, err := c.decoy()
		if err != nil {
			return nil, err
		}
		digests = append(digests, decoy)
	}
	return digests, nil
}
