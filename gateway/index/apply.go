package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/kept"
)

// Errors of Apply. None of them changes the index.
var (
	ErrGap     = errors.New("index: this block is not the next one")
	ErrFork    = errors.New("index: this block does not follow the blocks before it, or differs from the one indexed")
	ErrDamaged = errors.New("index: this block is damaged, or came without its peer's verdicts on its transactions")
)

// Apply takes in the next block, all of it or nothing, and returns the records that it wrote by the rules of the ledger, each
// once and as it now is. A block that is in the index already is harmless, and has written nothing.
func (x *Index) Apply(ctx context.Context, b block.Block) (map[ledger.Key][]byte, error) {
	if !b.DataFits || (len(b.Transactions) > 0 && len(b.Metadata.Codes) == 0) {
		return nil, ErrDamaged
	}
	tx, err := begin(ctx, x.write)
	if err != nil {
		return nil, fault("apply block", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing to roll back after a commit
	interrupted := ctx.Err
	ctx = steady(ctx)
	last, err := lastBlock(ctx, tx.StmtContext(ctx, x.writer.last))
	if err != nil {
		return nil, fault("apply block", err)
	}
	switch place, err := last.admits(ctx, tx, b); {
	case err != nil:
		return nil, err
	case place == repeated:
		return nil, nil
	}
	a := &application{ctx: ctx, interrupted: interrupted, tx: tx, writer: &x.writer, channel: x.channel, registry: &x.registry, block: &b, last: last, records: map[ledger.Key]*record{}, sound: map[ledger.Key][]byte{}, counts: map[counter]int64{}}
	if err := errors.Join(a.run(), interrupted()); err != nil {
		return nil, fault("apply block", err)
	}
	x.cache.begin(a.written)
	defer x.cache.end()
	if err := tx.Commit(); err != nil {
		return nil, fault("apply block", err)
	}
	return a.sound, nil
}

// steady is a context that is never cancelled, the only kind the driver gets. modernc.org/sqlite v1.38.2 dropped a statement
// interrupted while it begins without closing it: its connection then read one old state for ever, or kept the lock on the
// file. Later versions handle interruptions anew, which was not relied on: statements here are short.
func steady(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

// begin begins a transaction, unless it is too late for it already.
func begin(ctx context.Context, db *sql.DB) (*sql.Tx, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return db.BeginTx(steady(ctx), nil)
}

// position is where the index stands after a block.
type position struct {
	next        uint64
	hash        ledger.Digest
	time        sql.NullInt64
	lastRecord  int64
	lastVersion int64
}

// querier is a database or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// lastBlock reads where the index stands, by selectLast.
func lastBlock(ctx context.Context, last *sql.Stmt) (position, error) {
	var p position
	var hash []byte
	err := last.QueryRowContext(ctx).Scan(&p.next, &hash, &p.time, &p.lastRecord, &p.lastVersion)
	if errors.Is(err, sql.ErrNoRows) {
		return position{}, nil
	}
	p.next++
	copy(p.hash[:], hash)
	return p, err
}

// Position is the number of the block to apply next and the header hash of the last one, which is zero at the beginning.
func (x *Index) Position(ctx context.Context) (next uint64, last ledger.Digest, err error) {
	p, err := lastBlock(steady(ctx), x.statements.last)
	if err != nil {
		return 0, last, fault("position", err)
	}
	return p.next, p.hash, nil
}

// place is where a block stands relative to the index.
type place int

const (
	following place = iota
	repeated
)

func (p position) admits(ctx context.Context, q querier, b block.Block) (place, error) {
	switch {
	case b.Number > p.next:
		return 0, fmt.Errorf("%w: %d came, %d is next", ErrGap, b.Number, p.next)
	case b.Number == p.next && b.PreviousHash == p.hash:
		return following, nil
	case b.Number == p.next:
		return 0, fmt.Errorf("%w: block %d", ErrFork, b.Number)
	}
	var hash []byte
	if err := q.QueryRowContext(ctx, "SELECT hash FROM blocks WHERE number = ?", b.Number).Scan(&hash); err != nil {
		return 0, fault("apply block", err)
	}
	if string(hash) != string(b.Hash[:]) {
		return 0, fmt.Errorf("%w: block %d", ErrFork, b.Number)
	}
	return repeated, nil
}

// application is one block on its way into the index.
type application struct {
	ctx         context.Context // a steady one
	interrupted func() error
	tx          *sql.Tx
	writer      *writer
	channel     string
	registry    *kept.Memory
	block       *block.Block
	last        position // moves with what is written
	records     map[ledger.Key]*record
	sound       map[ledger.Key][]byte // what was written by the rules
	counts      map[counter]int64
	valid       int
	written     []writing
	inserts     inserts
}

func (a *application) run() error {
	var writes []block.Write
	for i := range a.block.Transactions {
		t := &a.block.Transactions[i]
		a.passTime(t)
		writes = append(writes, recordsOf(t)...)
	}
	if err := a.load(writes); err != nil {
		return err
	}
	for i := range a.block.Transactions {
		if err := a.interrupted(); err != nil {
			return err
		}
		if err := a.transaction(&a.block.Transactions[i]); err != nil {
			return fmt.Errorf("transaction %d: %w", i, err)
		}
	}
	b := a.block
	a.inserts.add(insertBlock, b.Number, b.Hash[:], b.PreviousHash[:], b.DataHash[:], a.last.time, len(b.Transactions), a.valid, len(a.written),
		a.last.lastRecord, a.last.lastVersion)
	a.count("blocks", "", "", 1)
	if err := a.flush(); err != nil {
		return err
	}
	return a.storeCounts()
}

// passTime moves the time of the ledger, which never goes back. Peers endorse nothing dated far from their clocks; what
// is invalid may claim any time.
func (a *application) passTime(t *block.Transaction) {
	if seconds := unix(t.Time); t.Valid() && seconds.Valid && (!a.last.time.Valid || seconds.Int64 > a.last.time.Int64) {
		a.last.time = seconds
	}
}

func (a *application) transaction(t *block.Transaction) error {
	first, event := a.last.lastVersion+1, ""
	if t.Event != nil {
		event = t.Event.Name
	}
	a.count("transactions", t.ValidationCode.String(), "", 1)
	if t.Valid() {
		a.valid++
		if err := a.writes(t); err != nil {
			return err
		}
	}
	written := a.last.lastVersion + 1 - first
	a.inserts.add(insertTransaction, a.block.Number, t.Index, t.ID, string(t.Type), t.CreatorMSPID, t.Function, event, unix(t.Time),
		int32(t.ValidationCode), first, written)
	return nil
}

// recordsOf are the writes of a valid transaction to records.
func recordsOf(t *block.Transaction) (writes []block.Write) {
	if !t.Valid() {
		return nil
	}
	for _, w := range t.Writes {
		if w.Namespace == evidence.Namespace {
			writes = append(writes, w)
		}
	}
	return writes
}

// writes stores what a valid transaction wrote, sound or not: the index shows the ledger as it is, and says what it thinks
// of it.
func (a *application) writes(t *block.Transaction) error {
	writes := recordsOf(t)
	if len(writes) == 0 {
		return nil
	}
	world := &world{Memory: a.registry, application: a}
	unsound, err := evidence.Replay(t, world)
	if err != nil {
		return err
	}
	switch {
	case unsound != "":
	case t.Channel != a.channel:
		unsound = "the transaction is for another channel"
	case world.unsound != "":
		unsound = "it rests on an unsound record of kind " + string(world.unsound.Kind())
	}
	leaves := leaves{}
	for _, w := range writes {
		if err := a.store(w, unsound, t.Index, leaves); err != nil {
			return err
		}
	}
	a.storeParts(leaves)
	return nil
}

// world is the state before a transaction. Valid transactions of one block do not read what others in it wrote, or the
// peer would have marked them invalid; so the state so far is theirs.
type world struct {
	*kept.Memory
	*application
	unsound ledger.Key // a record it was asked for that is not sound
}

// Get implements ledger.World.
func (w *world) Get(key ledger.Key) ([]byte, error) {
	r, err := w.record(key)
	if err != nil {
		return nil, &evidence.UnreadableError{Err: err}
	}
	if r.unsound != "" {
		w.unsound = key
	}
	return r.content, nil
}

func unix(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.Unix(), Valid: !t.IsZero()}
}
