package bench

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/network"
)

// auditTransactions is the least an audit is measured on.
const auditTransactions = 500

// statement is about a credential with a random digest.
func statement() ledger.AttestationStatement {
	var digest ledger.Digest
	_, _ = rand.Read(digest[:]) // never fails: crypto/rand ends the program instead
	now := ledger.At(time.Now())
	return ledger.NewAttestationStatement(ledger.AttestationStatement{Credential: digest, IssuedAt: now, Issuer: issuer,
		NotBefore: now, NotAfter: now.Add(365 * 24 * time.Hour), Type: identity})
}

// issue attests one credential: signed, endorsed, ordered, committed and valid at two organisations.
func (d *district) issue(ctx context.Context) (ledger.Digest, error) {
	s := statement()
	return s.Credential, d.issueOne(ctx, s)
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
	for i := range statements {
		statements[i] = statement()
		digests[i] = statements[i].Credential
	}
	batch, err := ledger.NewBatch(d.signer, issuer, network.ChannelName, ledger.KindAttestation, ledger.At(time.Now()), statements)
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

// atLeast makes single transactions until there have been some, in case that no row before made them.
func (d *district) atLeast(ctx context.Context, count int) error {
	if d.singles > 0 || len(d.records) >= count {
		return nil
	}
	var mu sync.Mutex
	_, err := closed(ctx, inFlight, time.Minute, nil, func(ctx context.Context, _ int) error {
		mu.Lock()
		enough := len(d.records) >= count
		mu.Unlock()
		if enough {
			return errEnough
		}
		digest, err := d.issue(context.WithoutCancel(ctx)) // what has begun is finished
		if err == nil {
			mu.Lock()
			d.records = append(d.records, digest)
			mu.Unlock()
		}
		return err
	})
	return ignoreEnough(err)
}

// fillTold is how many records more there are from one report of progress to the next.
const fillTold = 20_000

// fill makes batches until the ledger has enough records to ask about, and tells how far it is.
func (d *district) fill(ctx context.Context, records int, tell func(so, of int)) error {
	if err := d.endSingles(ctx); err != nil {
		return err
	}
	var mu sync.Mutex
	_, err := closed(ctx, batchesInFlight, 24*time.Hour, nil, func(ctx context.Context, _ int) error {
		mu.Lock()
		enough := len(d.records) >= records
		mu.Unlock()
		if enough {
			return errEnough
		}
		digests, err := d.issueMany(context.WithoutCancel(ctx))
		if err == nil {
			mu.Lock()
			d.records = append(d.records, digests...)
			if so := len(d.records); so/fillTold > (so-len(digests))/fillTold {
				tell(so, records)
			}
			mu.Unlock()
		}
		return err
	})
	if err := ignoreEnough(err); err != nil {
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
