package ledger

import "strconv"

// MaxBatch is the most statements one batch may hold.
const MaxBatch = 1000

// BatchStatement is what the author of a batch signs: the RFC 6962 root over the canonical forms of its statements.
type BatchStatement struct {
	At     Time   `json:"at"`
	Author MSPID  `json:"author"`
	Of     Kind   `json:"of"` // the kind of every record in it
	Root   Digest `json:"root"`
	Size   int    `json:"size"`
	Header
}

// SignedBatch is the head of a batch with its author's signature. It is also the record under batch/<root>.
type SignedBatch struct {
	Signed    Author         `json:"author"`
	Statement BatchStatement `json:"statement"`
}

// Batch is the record of a batch: who signed which root over how many statements.
type Batch = SignedBatch

// NewBatch signs the statements of one kind as a batch.
func NewBatch[S any](signer *Signer, author MSPID, channel string, of Kind, at Time, statements []S) (SignedBatch, error) {
	leaves, err := leavesOf(statements)
	if err != nil {
		return SignedBatch{}, err
	}
	statement := BatchStatement{At: at, Author: author, Of: of, Root: TreeRoot(leaves), Size: len(leaves), Header: header(KindBatch)}
	signed, err := NewAuthor(signer, author, channel, statement)
	return SignedBatch{Signed: signed, Statement: statement}, err
}

func leavesOf[S any](statements []S) ([]Digest, error) {
	leaves := make([]Digest, len(statements))
	for i, s := range statements {
		text, err := Encode(s)
		if err != nil {
			return nil, err
		}
		leaves[i] = LeafHash(text)
	}
	return leaves, nil
}

// batchRules are what differs between batches of different kinds of record.
type batchRules[S any] struct {
	key     func(S) Key
	allowed func(field string, statement S, author Organisation) error
	record  func(statement S, author Author) any
}

// applyBatch checks a batch and every statement in it. One bad statement refuses the batch and is named.
func applyBatch[S any](env Env, world World, batch SignedBatch, of Kind, event string, statements []S, rules batchRules[S]) (Outcome, error) {
	b := batch.Statement
	if err := b.check(of, len(statements)); err != nil {
		return Outcome{}, err
	}
	present, found, err := load[Batch](world, BatchKey(b.Root))
	if err != nil {
		return Outcome{}, err
	}
	if found {
		if sameStatement(present.Statement, b) {
			return unchanged(present)
		}
		return Outcome{}, Refuse(Conflict, "batch", "a batch with this root is recorded with another head").about(BatchKey(b.Root))
	}
	author, err := requireOrganisation(env, world, b.Author, "batch.author")
	if err != nil {
		return Outcome{}, err
	}
	if err := authorise(env, author, batch, statements); err != nil {
		return Outcome{}, err
	}
	writes := []keyed{{BatchKey(b.Root), batch}}
	seen := make(map[Key]bool, len(statements))
	for i, s := range statements {
		field := "statements[" + strconv.Itoa(i) + "]"
		key := rules.key(s)
		if seen[key] {
			return Outcome{}, Refuse(Invalid, field, "stands twice in this batch").about(key)
		}
		seen[key] = true
		if err := rules.allowed(field, s, author); err != nil {
			return Outcome{}, err
		}
		if data, err := world.Get(key); err != nil {
			return Outcome{}, err
		} else if data != nil {
			return Outcome{}, Refuse(Conflict, field, "a record with this key exists").about(key)
		}
		place := &BatchPlace{Index: i, Root: b.Root}
		writes = append(writes, keyed{key, rules.record(s, Author{Batch: place, Key: batch.Signed.Key, Organisation: b.Author})})
	}
	return outcome(event, writes...)
}

// authorise checks that the author signed the root of exactly these statements, now.
func authorise[S any](env Env, author Organisation, batch SignedBatch, statements []S) error {
	if err := batch.Statement.At.checkNear("batch.at", env.Time); err != nil {
		return err
	}
	leaves, err := leavesOf(statements)
	if err != nil {
		return err
	}
	if TreeRoot(leaves) != batch.Statement.Root {
		return Refuse(Invalid, "batch.root", "must be the RFC 6962 root over the canonical statements")
	}
	return env.checkAuthor(author, batch.Signed, batch.Statement, batch.Statement.At)
}

func (b BatchStatement) check(of Kind, size int) error {
	if err := b.Header.check(KindBatch); err != nil {
		return err
	}
	if err := b.Author.check("batch.author"); err != nil {
		return err
	}
	if size < 1 || size > MaxBatch {
		return Refuse(TooLarge, "statements", "a batch holds 1 to %d statements", MaxBatch)
	}
	if b.Of != of {
		return Refuse(Invalid, "batch.of", "must be %q here", of)
	}
	if b.Size != size {
		return Refuse(Invalid, "batch.size", "must be the number of statements")
	}
	return nil
}
