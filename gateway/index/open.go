package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	_ "modernc.org/sqlite" // the driver "sqlite", in pure Go

	"github.com/imi-ledger/imi/ledger/kept"
)

// Errors of Open. Rebuild the index. Nothing is lost with an outdated one, since everything in it comes from the blocks.
var (
	ErrFormat   = errors.New("index: the file has another format; rebuild the index") // of a later version of this program, of something else, or damaged
	ErrOutdated = fmt.Errorf("%w (it is of an earlier version of this program)", ErrFormat)
)

// Index is an open index. It may be used by many goroutines; blocks are applied one at a time.
type Index struct {
	channel     string
	write, read *sql.DB
	writer      writer
	statements  statements
	cache       *cache
	registry    kept.Memory // as replays read it

	ahead    sync.WaitGroup // batches being read ahead
	oneAhead sync.Mutex     // held by the one that is
	closing  atomic.Bool
}

// Pragmas of every connection.
//
//   - WAL: readers never wait for the writer, nor it for them.
//   - synchronous NORMAL: after a power cut the last blocks may be missing but the file is whole, position and data
//     together; the peer delivers the blocks again. FULL waits for the disk with every block and protects nothing more:
//     blocks of 100 documents took twice as long with it (measured: 265 ms against 130 ms on a busy machine).
//   - cache 32 MiB for the writer: keys are hashes, so every new record touches a random page of one index.
//   - checkpoint at 4,000 pages: a batch of 1,000 records writes about 1,000, many of them those of the batch before, which
//     then go into the file once. Readers find pages in a log of this length as fast as in a short one: SQLite's table of
//     it has one part for up to 4,062.
//
// Memory mapping was tried for readers and gave nothing that could be measured.
const (
	pragmas       = "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=trusted_schema(0)"
	writerPragmas = pragmas + "&_pragma=cache_size(-32768)&_pragma=wal_autocheckpoint(4000)&_txlock=immediate"
	readerPragmas = pragmas + "&_pragma=cache_size(-8192)&_pragma=query_only(1)"
)

// Open opens the index of a channel in a file, or begins one. It remembers nothing of what is read from it.
func Open(ctx context.Context, path, channel string) (*Index, error) {
	if err := private(path); err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	x := &Index{channel: channel, cache: newCache(0)}
	var err error
	if x.write, err = connect(path, writerPragmas, 1); err != nil {
		return nil, err
	}
	if err = x.prepareFile(ctx); err != nil {
		return nil, errors.Join(err, x.Close())
	}
	if err = x.writer.prepare(ctx, x.write); err != nil {
		return nil, errors.Join(err, x.Close())
	}
	if x.read, err = connect(path, readerPragmas, max(4, 2*runtime.GOMAXPROCS(0))); err != nil {
		return nil, errors.Join(err, x.Close())
	}
	if err = x.prepareStatements(ctx); err != nil {
		return nil, errors.Join(err, x.Close())
	}
	return x, nil
}

// Remember has the index remember the newest version of at least that many records once they were read, and of at most
// twice as many. It is to be called before the index is used.
func (x *Index) Remember(records int) { x.cache = newCache(records) }

// private makes the file, readable by its owner only, before SQLite would make it readable by all.
func private(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

func connect(path, pragmas string, connections int) (*sql.DB, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(absolute), RawQuery: pragmas}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// prepareFile makes the tables in an empty file, and refuses a file that has others.
func (x *Index) prepareFile(ctx context.Context) error {
	tx, err := begin(ctx, x.write)
	if err != nil {
		return fault("open", err)
	}
	defer func() { _ = tx.Rollback() }() // nothing to roll back after a commit
	var version, tables int
	if err := tx.QueryRowContext(steady(ctx), "PRAGMA user_version").Scan(&version); err != nil {
		return fault("open", err)
	}
	if err := tx.QueryRowContext(steady(ctx), "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return fault("open", err)
	}
	switch {
	case version == schemaVersion:
		return nil
	case version > 0 && version < schemaVersion:
		return outdated(ctx, tx)
	case version != 0 || tables != 0:
		return ErrFormat
	}
	if _, err := tx.ExecContext(steady(ctx), schema+"PRAGMA user_version = "+strconv.Itoa(schemaVersion)); err != nil {
		return fault("open", err)
	}
	return tx.Commit()
}

// outdated is ErrOutdated, if the file really is an index.
func outdated(ctx context.Context, q querier) error {
	var own int
	if err := q.QueryRowContext(steady(ctx), "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('blocks', 'records', 'versions')").Scan(&own); err != nil {
		return fault("open", err)
	}
	if own != 3 {
		return ErrFormat
	}
	return ErrOutdated
}

// fault names what was being done when SQLite failed. A file that SQLite cannot read as a database is ErrFormat.
func fault(doing string, err error) error {
	if code, ok := err.(interface{ Code() int }); ok && (code.Code()&0xff == 26 || code.Code()&0xff == 11) { // NOTADB, CORRUPT
		return fmt.Errorf("%w (%s)", ErrFormat, err)
	}
	return fmt.Errorf("index: %s: %w", doing, err)
}

// Close closes the index.
func (x *Index) Close() error {
	x.closing.Store(true)
	x.ahead.Wait()
	var problems []error
	for _, db := range []*sql.DB{x.read, x.write} {
		if db != nil {
			problems = append(problems, db.Close())
		}
	}
	return errors.Join(problems...)
}

// Remove deletes the index in a file, which must not be open. Replaying the blocks makes it anew.
func Remove(path string) error {
	for _, suffix := range []string{"-wal", "-shm", ""} { // the file last: without it the others are nothing
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("index: %w", err)
		}
	}
	return nil
}
