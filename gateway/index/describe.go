package index

import (
	"encoding/json"

	"github.com/imi-ledger/imi/ledger"
)

// description is what can be searched for, and what a version means.
type description struct {
	organisation string
	kind, typ    string
	state        string
	document     string // key of the document a notarisation is about
	event        string
	place        *ledger.BatchPlace // in a signed batch
	leaf         ledger.Digest      // of its statement, where it has a place
}

// shape is what the records have in common, as far as the index looks into them.
type shape struct {
	Author struct {
		Batch *ledger.BatchPlace `json:"batch"`
	} `json:"author"`
	Statement stated `json:"statement"`
	Status    struct {
		Sequence int          `json:"sequence"`
		State    ledger.State `json:"state"`
	} `json:"status"`
	Keys []struct {
		Change *struct {
			Witness json.RawMessage `json:"witness"`
		} `json:"change"`
	} `json:"keys"`
	Applied   bool              `json:"applied"`
	Approvals []json.RawMessage `json:"approvals"`
	MSPID     string            `json:"mspid"`
}

// stated is what statements hold that can be searched for; each kind has some of it.
type stated struct {
	Issuer    string `json:"issuer"`
	Enroller  string `json:"enroller"`
	Registrar string `json:"registrar"`
	Notary    string `json:"notary"`
	Proposer  string `json:"proposer"`
	Author    string `json:"author"`
	Type      string `json:"type"`
	Kind      string `json:"kind"`
	Finding   string `json:"finding"`
	Of        string `json:"of"`
	Document  string `json:"document"`
}

// describe looks into a new version of a record. before is the version it replaces, nil for a new record. What the rules of
// package ledger made is canonical, and a part of canonical JSON is the canonical form of that part.
func describe(key ledger.Key, content, before []byte) (description, error) {
	d := description{kind: string(key.Kind())}
	r, err := look(key, content, before)
	if err != nil {
		return d, err
	}
	d.state = string(r.Status.State)
	d.place = r.Author.Batch
	if d.place != nil {
		d.leaf = ledger.LeafHash(ledger.Member(content, "statement"))
	}
	d.fill(key, r)
	d.event = d.kind + "." + eventOf(key.Kind(), r, before)
	return d, nil
}

// look reads what is to be described. A new attestation, which most records are, package ledger reads quicker than encoding/json.
func look(key ledger.Key, content, before []byte) (r shape, err error) {
	if key.Kind() == ledger.KindAttestation && before == nil {
		if a, err := ledger.Decode[ledger.Attestation](content, ledger.MaxRecord); err == nil {
			r.Author.Batch = a.Author.Batch
			r.Statement.Issuer, r.Statement.Type = string(a.Statement.Issuer), string(a.Statement.Type)
			r.Status.Sequence, r.Status.State = a.Status.Sequence, a.Status.State
			return r, nil
		}
	}
	err = json.Unmarshal(content, &r)
	return r, err
}

func (d *description) fill(key ledger.Key, r shape) {
	s := r.Statement
	switch key.Kind() {
	case ledger.KindAttestation:
		d.organisation, d.typ = s.Issuer, s.Type
	case ledger.KindDocument:
		d.organisation, d.typ = s.Registrar, s.Kind
	case ledger.KindNotarisation:
		d.organisation, d.typ, d.document = s.Notary, s.Finding, string(ledger.KindDocument)+"/"+s.Document
	case ledger.KindSubject, ledger.KindPerson:
		d.organisation = s.Enroller
	case ledger.KindBatch:
		d.organisation, d.typ = s.Author, s.Of
	case ledger.KindProposal:
		d.organisation, d.state = s.Proposer, string(ProposalOpen)
		if r.Applied {
			d.state = string(ProposalApplied)
		}
	case ledger.KindOrganisation:
		d.organisation = r.MSPID
	case ledger.KindCredentialType:
		d.typ = key.ID()
	}
}

// eventOf says in the past tense what made this version.
func eventOf(kind ledger.Kind, r shape, before []byte) string {
	if before == nil {
		switch kind {
		case ledger.KindAttestation:
			return "issued"
		case ledger.KindDocument, ledger.KindOrganisation:
			return "registered"
		case ledger.KindSubject:
			return "enrolled"
		case ledger.KindProposal:
			return "made"
		}
		return "recorded"
	}
	switch kind {
	case ledger.KindProposal:
		if r.Applied {
			return "applied"
		}
		return "approved"
	case ledger.KindSubject:
		return subjectEvent(r, before)
	case ledger.KindAttestation, ledger.KindDocument, ledger.KindNotarisation:
		return r.Status.State.Event()
	}
	return "amended"
}

// subjectEvent tells a change of key from a change of status.
func subjectEvent(r shape, before []byte) string {
	var former shape
	if json.Unmarshal(before, &former) == nil && len(former.Keys) == len(r.Keys) {
		return r.Status.State.Event()
	}
	if n := len(r.Keys); n > 0 && r.Keys[n-1].Change != nil && r.Keys[n-1].Change.Witness != nil {
		return "key_rebound"
	}
	return "key_rotated"
}
