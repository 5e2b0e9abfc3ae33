package answer

import (
	"bytes"
	"crypto/ed25519"
	"slices"

	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

// maxTrust bounds a trust file, in bytes.
const maxTrust = 256 << 10

// Trust is all that a verifier has to know beforehand: whose signatures count, and how many are enough.
type Trust struct {
	Channel       string        `json:"channel"`
	Genesis       ledger.Digest `json:"genesis"`       // header hash of block 0
	Organisations []Trusted     `json:"organisations"` // in the order of their ids
	Threshold     int           `json:"threshold"`     // organisations that must have signed a head
}

// Trusted is an organisation with the head keys it may sign with.
type Trusted struct {
	HeadKeys []ledger.PublicKey `json:"headKeys"`
	MSPID    ledger.MSPID       `json:"mspid"`
}

// ParseTrust reads a trust file: canonical JSON, with or without a line break at its end. What no verifier should rest on
// is refused: no organisation, one listed twice, a key that two have, a threshold that nobody or a single key could meet
// by accident.
func ParseTrust(text []byte) (Trust, error) {
	t, err := ledger.Decode[Trust](bytes.TrimSuffix(text, []byte("\n")), maxTrust)
	if err != nil {
		return Trust{}, err
	}
	return t, t.check()
}

// Encode writes the trust file.
func (t Trust) Encode() ([]byte, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	text, err := ledger.Encode(t)
	return append(text, '\n'), err
}

func (t Trust) check() error {
	if t.Channel == "" {
		return refuse("channel", "must not be empty")
	}
	if t.Threshold < 1 || t.Threshold > len(t.Organisations) {
		return refuse("threshold", "must be from 1 to the number of organisations")
	}
	seen := map[ledger.KeyID]bool{}
	for i, o := range t.Organisations {
		if i > 0 && t.Organisations[i-1].MSPID >= o.MSPID {
			return refuse("organisations", "must be in the order of their ids, each once")
		}
		if _, err := ledger.ParseKey(string(ledger.OrganisationKey(o.MSPID))); err != nil {
			return err
		}
		for _, k := range o.HeadKeys {
			key, err := k.Crypto()
			if _, ok := key.(ed25519.PublicKey); err != nil || !ok || seen[k.ID()] {
				return refuse("organisations.headKeys", "must be Ed25519 keys, each of one organisation")
			}
			seen[k.ID()] = true
		}
	}
	return nil
}

// keys are the head keys that count.
func (t Trust) keys() head.Keys {
	keys := head.Keys{}
	for _, o := range t.Organisations {
		for _, k := range o.HeadKeys {
			keys.Add(o.MSPID, k)
		}
	}
	return keys
}

// OpenHead checks a signed head of the channel. Every signature in it must be made with a key that is trusted, and one is
// enough: how many must have signed depends on what the head is for.
func (t Trust) OpenHead(note string) (head.Signed, error) {
	signed, err := head.Open(note, t.keys())
	if err == nil && signed.Channel != t.Channel {
		return head.Signed{}, refuse("head", "is about another channel")
	}
	return signed, err
}

// signatories are the organisations that have a head key.
func (t Trust) signatories() []ledger.MSPID {
	var ids []ledger.MSPID
	for _, o := range t.Organisations {
		if len(o.HeadKeys) > 0 && !slices.Contains(ids, o.MSPID) {
			ids = append(ids, o.MSPID)
		}
	}
	return ids
}
