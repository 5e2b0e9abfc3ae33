package credential

import (
	"maps"
	"slices"
)

// Opened is the payload with its disclosures put in and everything that belongs to SD-JWT taken out (RFC 9901 section
// 7.1, the Processed SD-JWT Payload).
type Opened struct {
	Claims    map[string]any // numbers are json.Number
	Disclosed []string       // sorted paths of what the holder chose to disclose; see path.go for their form
}

// neverHidden are the members a verifier must always see: a hidden exp would let the holder drop it (SD-JWT VC section
// 3.2.2.2, and the claims that control validity in RFC 9901 section 9.7).
var neverHidden = map[string]bool{
	"iss": true, "nbf": true, "exp": true, "cnf": true, "vct": true, "vct#integrity": true, "status": true, "aud": true,
}

// Open puts each disclosure where the issuer has its digest, and refuses those that have no place or more than one.
func (p *Parsed) Open() (Opened, error) {
	o := newOpener(p.disclosures)
	claims, err := o.open(p.issuer.payload)
	if err != nil {
		return Opened{}, err
	}
	paths := slices.Sorted(maps.Values(o.pathOf))
	return Opened{claims, paths}, nil
}

// opener walks a payload. It remembers every digest it has seen and where each disclosure belongs.
type opener struct {
	byDigest map[string]*disclosure
	pathOf   map[*disclosure]string
	digests  map[string]bool
	paths    map[string]bool // of everything, when not nil
}

func newOpener(disclosures []*disclosure) *opener {
	o := &opener{map[string]*disclosure{}, map[*disclosure]string{}, map[string]bool{}, nil}
	for _, d := range disclosures {
		o.byDigest[d.digest] = d
	}
	return o
}

func (o *opener) open(payload map[string]any) (map[string]any, error) {
	claims, err := o.object(payload, nil, 0)
	if err != nil {
		return nil, err
	}
	if unused := len(o.byDigest) - len(o.pathOf); unused != 0 {
		return nil, refuse(CheckIntegrity, UnusedDisclosure, "%d disclosures belong to no digest of the issuer", unused)
	}
	return claims, nil
}

func (o *opener) value(value any, at *place, depth int) (any, error) {
	if depth > maxDepth {
		return nil, refuse(CheckIntegrity, TooDeep, "the payload is nested deeper than %d", maxDepth)
	}
	if o.paths != nil {
		o.paths[at.String()] = true
	}
	switch value := value.(type) {
	case map[string]any:
		return o.object(value, at, depth)
	case []any:
		return o.array(value, at, depth)
	}
	return value, nil
}

func (o *opener) object(in map[string]any, at *place, depth int) (map[string]any, error) {
	out := make(map[string]any, len(in))
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if name == nameDigests || name == nameHash && depth == 0 {
			continue
		}
		if reserved(name) {
			return nil, refuse(CheckIntegrity, ReservedName, "%q stands where it means nothing", name)
		}
		value, err := o.value(in[name], &place{parent: at, name: name}, depth+1)
		if err != nil {
			return nil, err
		}
		out[name] = value
	}
	return out, o.members(out, in, at, depth)
}

// members puts the disclosed members of an object into out.
func (o *opener) members(out, in map[string]any, parent *place, depth int) error {
	list, present := in[nameDigests]
	digests, ok := list.([]any)
	if present && !ok {
		return refuse(CheckIntegrity, Malformed, "%s is not an array", nameDigests)
	}
	for _, digest := range digests {
		d, err := o.find(digest, false)
		if err != nil {
			return err
		}
		if d == nil {
			continue // undisclosed, or a decoy: nobody can tell
		}
		if depth == 0 && neverHidden[d.name] {
			return refuse(CheckIntegrity, ReservedName, "%s must not be selectively disclosed", d.name)
		}
		if _, taken := out[d.name]; taken {
			return refuse(CheckIntegrity, NameCollision, "a disclosed claim has the name of another one")
		}
		at := &place{parent: parent, name: d.name}
		o.pathOf[d] = at.String()
		if out[d.name], err = o.value(d.value, at, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (o *opener) array(in []any, parent *place, depth int) ([]any, error) {
	out := make([]any, 0, len(in))
	for i, value := range in {
		at := &place{parent: parent, index: i, element: true}
		if object, ok := value.(map[string]any); ok && object[nameElement] != nil {
			if len(object) != 1 {
				return nil, refuse(CheckIntegrity, Malformed, "a hidden array element has other members")
			}
			d, err := o.find(object[nameElement], true)
			if err != nil {
				return nil, err
			}
			if d == nil {
				continue
			}
			o.pathOf[d], value = at.String(), d.value
		}
		value, err := o.value(value, at, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, value)
	}
	return out, nil
}

// find returns the disclosure of a digest, nil when it is not disclosed. A digest seen before is refused: one disclosure
// would stand in two places.
func (o *opener) find(value any, element bool) (*disclosure, error) {
	digest, ok := value.(string)
	if !ok || !isDigest(digest) {
		return nil, refuse(CheckIntegrity, Malformed, "a digest is not SHA-256 in base64url")
	}
	if o.digests[digest] {
		return nil, refuse(CheckIntegrity, DuplicateDigest, "a digest is there twice")
	}
	o.digests[digest] = true
	d := o.byDigest[digest]
	if d != nil && d.element != element {
		return nil, refuse(CheckIntegrity, MisplacedDisclosure, "a member is disclosed as an array element, or the reverse")
	}
	return d, nil
}
