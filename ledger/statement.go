package ledger

// FormatVersion is the version of every record format in this package.
const FormatVersion = 1

// Header begins every statement: what kind it is and in which version of the format. It keeps a signature made over one
// kind of statement from counting for another.
type Header struct {
	Record  Kind `json:"record"`
	Version int  `json:"version"`
}

// The kinds of statement that are signed but are not records of their own.
const (
	statementStatus    Kind = "status"
	statementApproval  Kind = "approval"
	statementKeyChange Kind = "key-change"
)

func header(kind Kind) Header { return Header{Record: kind, Version: FormatVersion} }

func (h Header) check(kind Kind) error {
	if h.Record != kind {
		return Refuse(Invalid, "record", "must be %q here", kind)
	}
	if h.Version != FormatVersion {
		return Refuse(Invalid, "version", "only format version %d is known", FormatVersion)
	}
	return nil
}

// Author says which organisation made a statement and proves it: with its own signature over the statement, or with the
// statement's place in a batch that was signed once. Exactly one of the two is present.
type Author struct {
	Batch        *BatchPlace `json:"batch,omitempty"`
	Key          KeyID       `json:"key"`
	Organisation MSPID       `json:"organisation"`
	Signature    Signature   `json:"signature,omitzero"`
}

// BatchPlace is where a statement stands in a signed batch.
type BatchPlace struct {
	Index int    `json:"index"`
	Root  Digest `json:"root"`
}

// NewAuthor signs a statement for an organisation.
func NewAuthor(signer *Signer, organisation MSPID, channel string, statement any) (Author, error) {
	signature, err := signer.Sign(channel, statement)
	if err != nil {
		return Author{}, err
	}
	return Author{Key: signer.PublicKey().ID(), Organisation: organisation, Signature: signature}, nil
}

// CheckAuthor verifies a direct signature over a statement with a key that the organisation had at the given time.
func CheckAuthor(channel string, organisation Organisation, author Author, statement any, at Time) error {
	if author.Organisation != organisation.MSPID {
		return Refuse(NotAllowed, "author.organisation", "must be the organisation the statement speaks for")
	}
	if author.Batch != nil {
		return Refuse(Invalid, "author.batch", "this statement is signed by itself, not in a batch")
	}
	key, ok := organisation.SigningKeyAt(author.Key, at)
	if !ok {
		return Refuse(NotAllowed, "author.key", "must be a signing key that the trust registry lists for %s at %v", organisation.MSPID, at)
	}
	return checkSignature("author.signature", channel, key, author.Signature, statement)
}

func checkSignature(field, channel string, key PublicKey, signature Signature, statement any) error {
	text, err := Encode(statement)
	if err != nil {
		return err
	}
	if !key.Verify(SigningBytes(channel, text), signature) {
		return Refuse(NotAllowed, field, "must be the signature of this statement by the key named")
	}
	return nil
}

// sameStatement reports whether two statements have the same canonical form. Signatures are not compared: ECDSA makes
// another one each time.
func sameStatement(a, b any) bool {
	x, errX := Encode(a)
	y, errY := Encode(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
