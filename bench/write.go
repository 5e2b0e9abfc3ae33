package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/network"
)

// auditTransactions is the least an audit is measured on.
const auditTransactions = 500

// statement is about a credential with a random digest, issued now.
func statement() ledger.AttestationStatement { return statementAt(ledger.At(time.Now())) }

func statementAt(now ledger.Time) ledger.AttestationStatement {
	var digest ledger.Digest
	_, _ = rand.Read(digest[:]) // never fails: crypto/rand ends the program instead
	return ledger.NewAttestationStatement(ledger.AttestationStatement{Credential: digest, IssuedAt: now, Issuer: issuer,
		NotBefore: now, NotAfter: now.Add(365 * 24 * time.Hour), Type: identity})
}

// issue attests one credential: signed, endorsed, ordered, committed and valid at two organisations.
func (d *district) issue(ctx context.Context) (ledger.Digest, error) {
	s := statement()
	return s.Credential, d.issueOne(ctx, s)
}

// writer puts records onto the ledger and returns them.
type writer func(ctx context.Context) ([]ledger.Digest, error)

// issueSingle is issue as a writer.
func (d *district) issueSingle(ctx context.Context) ([]ledger.Digest, error) {
	digest, err := d.issue(ctx)
	return []ledger.Digest{digest}, err
}

func (d *district) issueOne(ctx context.Context, s ledger.AttestationStatement) error {
	request, err := d.request(s)
	if err != nil {
		return err
	}
	_, err = d.writer.Submit(ctx, ledger.AttestationIssue, request)
	return err
}

func (d *district) request(s ledger.AttestationStatement) ([]byte, error) {
	author, err := ledger.NewAuthor(d.signer, issuer, network.ChannelName, s)
	if err != nil {
		return nil, err
	}
	return ledger.Encode(ledger.Issue{Author: author, Statement: s})
}

// issueMany attests a thousand credentials in one transaction.
func (d *district) issueMany(ctx context.Context) ([]ledger.Digest, error) {
	statements, digests := make([]ledger.AttestationStatement, ledger.MaxBatch), make([]ledger.Digest, ledger.MaxBatch)
	now := ledger.At(time.Now()) // one time for all of the batch
	for i := range statements {
		statements[i] = statementAt(now)
		digests[i] = statements[i].Credential
	}
	batch, err := ledger.NewBatch(d.signer, issuer, network.ChannelName, ledger.KindAttestation, now, statements)
	if err != nil {
		return nil, err
	}
	request, err := ledger.Encode(ledger.IssueMany{Batch: batch, Statements: statements})
	if err != nil {
		return nil, err
	}
	_, err = d.writer.Submit(ctx, ledger.AttestationIssueMany, request)
	return digests, err
}

// putSize is the size of a raw put: that of a request to issue.
func (d *district) putSize() (int, error) {
	request, err := d.request(statement())
	return len(request), err
}

// put writes as many bytes as an issue has, by the comparator's chaincode, under a random key.
func (d *district) put(ctx context.Context, size int) error {
	content := make([]byte, size)
	for i := range content {
		content[i] = 'x'
	}
	copy(content, rand.Text()+rand.Text()+rand.Text()) // longer than the key
	_, err := d.raw.Submit(ctx, "put", content)
	return err
}

// writeAlong has workers write for a round, and then checks the answer about the last record written.
func (d *district) writeAlong(ctx context.Context, o Options, unit string, workers int, write writer) (Sample, error) {
	var mu sync.Mutex
	before := len(d.records)
	sample, err := closed(ctx, workers, o.Round, d.everybody(), func(ctx context.Context, _ int) error {
		digests, err := write(ctx)
		if err == nil {
			mu.Lock()
			d.records = append(d.records, digests...)
			mu.Unlock()
		}
		return err
	})
	written := len(d.records) - before
	if err != nil || written == 0 {
		return sample, err
	}
	sample.Operations, sample.Checked = written, 1
	return rate(unit, float64(written), sample), d.visible(ctx, d.records[len(d.records)-1])
}

// errEnough ends a load when it has done what it had to.
var errEnough = errors.New("enough")

// writeUntil has workers write, for so long at the most, until there are so many records. more is told how many there are
// and how many of them are new.
func (d *district) writeUntil(ctx context.Context, records, workers int, limit time.Duration, write writer, more func(so, added int)) error {
	var mu sync.Mutex
	_, err := closed(ctx, workers, limit, nil, func(ctx context.Context, _ int) error {
		mu.Lock()
		enough := len(d.records) >= records
		mu.Unlock()
		if enough {
			return errEnough
		}
		digests, err := write(context.WithoutCancel(ctx)) // what has begun is finished
		if err == nil {
			mu.Lock()
			defer mu.Unlock()
			d.records = append(d.records, digests...)
			more(len(d.records), len(digests))
		}
		return err
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// atLeast makes single transactions until there have been some, in case that no row before made them.
func (d *district) atLeast(ctx context.Context, count int) error {
	if d.singles > 0 {
		return nil
	}
	return d.writeUntil(ctx, count, inFlight, time.Minute, d.issueSingle, func(int, int) {})
}

// fillTold is how many records more there are from one report of progress to the next.
const fillTold = 20_000

// fill makes batches until the ledger has enough records to ask about, and tells how far it is.
func (d *district) fill(ctx context.Context, records int, tell func(so, of int)) error {
	if err := d.endSingles(ctx); err != nil {
		return err
	}
	err := d.writeUntil(ctx, records, batchesInFlight, 24*time.Hour, d.issueMany, func(so, added int) {
		if so/fillTold > (so-added)/fillTold {
			tell(so, records)
		}
	})
	if err != nil {
		return err
	}
	return d.visible(ctx, d.records[len(d.records)-1])
}

// endSingles notes where the blocks of single transactions end.
func (d *district) endSingles(ctx context.Context) (err error) {
	if d.singles == 0 {
		d.singles, err = d.writer.Height(ctx)
	}
	return err
}
