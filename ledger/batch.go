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
	texts, err := encodeEach(statements)
	if err != nil {
		return SignedBatch{}, err
	}
	leaves := leavesOf(texts)
	statement := BatchStatement{At: at, Author: author, Of: of, Root: TreeRoot(leaves), Size: len(leaves), Header: header(KindBatch)}
	signed, err := NewAuthor(signer, author, channel, statement)
	return SignedBatch{Signed: signed, Statement: statement}, err
}

func encodeEach[S any](statements []S) ([][]byte, error) {
	texts := make([][]byte, len(statements))
	for i, s := range statements {
		var err error
		if texts[i], err = Encode(s); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

func leavesOf(texts [][]byte) []Digest {
	leaves := make([]Digest, len(texts))
	for i, text := range texts {
		leaves[i] = LeafHash(text)
	}
	return leaves
}

// batchRules are what differs between batches of different kinds of record.
type batchRules[S any] struct {
	key     func(S) Key
	allowed func(field string, statement S, author Organisation) error
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
	texts, err := encodeEach(statements)
	if err != nil {
		return Outcome{}, err
	}
	if err := authorise(env, author, batch, texts); err != nil {
		return Outcome{}, err
	}
	out, err := outcome(event, keyed{BatchKey(b.Root), batch})
	if err != nil {
		return Outcome{}, err
	}
	record, err := recordsOf(batch)
	if err != nil {
		return Outcome{}, err
	}
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
		out.Writes = append(out.Writes, Write{key, record(i, texts[i])})
	}
	return out, nil
}

// recordsOf makes the records of a batch, in canonical form, from the canonical forms of its statements: what Encode makes of
// an Attestation or a Document, without encoding every statement again.
//
//	{"author":{"batch":{"index":…,"root":…},"key":…,"organisation":…},"statement":…,"status":…}
func recordsOf(batch SignedBatch) (func(index int, statement []byte) []byte, error) {
	author, err := Encode(Author{Batch: &BatchPlace{Root: batch.Statement.Root}, Key: batch.Signed.Key, Organisation: batch.Statement.Author})
	if err != nil {
		return nil, err
	}
	status, err := Encode(newStatus())
	if err != nil {
		return nil, err
	}
	const first = `{"batch":{"index":0`
	after := author[len(first):]
	return func(index int, statement []byte) []byte {
		text := make([]byte, 0, len(author)+len(statement)+len(status)+48)
		text = append(text, `{"author":{"batch":{"index":`...)
		text = append(strconv.AppendInt(text, int64(index), 10), after...)
		text = append(append(text, `,"statement":`...), statement...)
		return append(append(append(text, `,"status":`...), status...), '}')
	}, nil
}

// authorise checks that the author signed the root of exactly these statements, now; texts are their canonical forms.
func authorise(env Env, author Organisation, batch SignedBatch, texts [][]byte) error {
	if err := batch.Statement.At.checkNear("batch.at", env.Time); err != nil {
		return err
	}
	if TreeRoot(leavesOf(texts)) != batch.Statement.Root {
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
