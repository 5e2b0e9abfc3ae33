package wire

import "github.com/imi-ledger/imi/ledger"

// maxPresentation bounds a presentation, in bytes: what package credential reads.
const maxPresentation = 64 << 10

// Verification asks about exactly one thing.
type Verification struct {
	Presentation *string        `json:"presentation,omitempty"` // SD-JWT with key binding
	Nonce        *string        `json:"nonce,omitempty"`        // that the presentation answers
	Document     *DocumentName  `json:"document,omitempty"`
	Notarisation *ledger.ID     `json:"notarisation,omitempty"`
	Credential   *ledger.Digest `json:"credential,omitempty"` // digest of its issuer-signed part
	AsOf         *AsOf          `json:"asOf,omitempty"`
}

// DocumentName names a document by its file's digest, with the salt where one was used, or by its commitment.
type DocumentName struct {
	Digest     *ledger.Digest `json:"digest,omitempty"`
	Salt       *ledger.Digest `json:"salt,omitempty"` // 32 bytes
	Commitment *ledger.Digest `json:"commitment,omitempty"`
}

// AsOf names a past state of the ledger.
type AsOf struct {
	Block *uint64      `json:"block,omitempty"`
	Time  *ledger.Time `json:"time,omitempty"`
}

// Check demands exactly one question and what belongs to it.
func (q Verification) Check() error {
	questions := 0
	for _, asked := range []bool{q.Presentation != nil, q.Document != nil, q.Notarisation != nil, q.Credential != nil} {
		if asked {
			questions++
		}
	}
	switch {
	case questions != 1:
		return ledger.Refuse(ledger.Invalid, "", "ask about exactly one of presentation, document, notarisation, credential")
	case q.Presentation != nil && q.Nonce == nil:
		return ledger.Refuse(ledger.Invalid, "nonce", "a presentation is verified with the nonce it answers")
	case q.Presentation == nil && q.Nonce != nil:
		return ledger.Refuse(ledger.Invalid, "nonce", "goes with a presentation only")
	case q.Presentation != nil && len(*q.Presentation) > maxPresentation:
		return ledger.Refuse(ledger.TooLarge, "presentation", "at most %d bytes", maxPresentation)
	case q.Nonce != nil && (*q.Nonce == "" || len(*q.Nonce) > 128):
		return ledger.Refuse(ledger.Invalid, "nonce", "must be one that POST /v1/nonces gave out")
	case q.AsOf != nil && (q.AsOf.Block == nil) == (q.AsOf.Time == nil):
		return ledger.Refuse(ledger.Invalid, "asOf", "give a block or a time")
	}
	if d := q.Document; d != nil && (d.Digest == nil) == (d.Commitment == nil) {
		return ledger.Refuse(ledger.Invalid, "document", "give the digest of the file, or the commitment")
	} else if d != nil && d.Salt != nil && d.Digest == nil {
		return ledger.Refuse(ledger.Invalid, "document.salt", "goes with a digest only")
	}
	return nil
}

// Nonce may say what a nonce is for, in the asker's words. It is checked and then dropped.
type Nonce struct {
	Purpose string `json:"purpose,omitempty"`
}

const maxPurpose = 200

// Check bounds the purpose.
func (n Nonce) Check() error {
	if len(n.Purpose) > maxPurpose {
		return ledger.Refuse(ledger.TooLarge, "purpose", "at most %d bytes", maxPurpose)
	}
	return nil
}
