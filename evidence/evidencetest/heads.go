package evidencetest

import (
	"crypto/ed25519"

	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/evidence/statetree"
	"github.com/imi-ledger/imi/ledger"
)

// HeadKey is the head key of an organisation, always the same.
func HeadKey(organisation ledger.MSPID) ed25519.PrivateKey {
	seed := ledger.DigestOf([]byte("head key of " + organisation))
	return ed25519.NewKeyFromSeed(seed[:])
}

func (l *Ledger) headKey(organisation ledger.MSPID) ledger.PublicKey {
	l.t.Helper()
	key, err := ledger.NewPublicKey(HeadKey(organisation).Public())
	if err != nil {
		l.t.Fatal(err)
	}
	return key
}

// Tree is the state tree after the newest block.
func (l *Ledger) Tree() statetree.Tree {
	l.t.Helper()
	tree, err := statetree.FromRecords(func(yield func(ledger.Key, []byte) bool) {
		for _, key := range l.Keys() {
			if record := l.Entry(key).Record; record != nil && !yield(key, record) {
				return
			}
		}
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return tree
}

// Head is the head of the newest block.
func (l *Ledger) Head() head.Head {
	b := l.Blocks[len(l.Blocks)-1]
	return head.Head{Channel: Channel, Block: b.Number, BlockHash: b.Hash, StateRoot: l.Tree().Root()}
}

// Sign signs a head for some organisations, now.
func (l *Ledger) Sign(h head.Head, organisations ...ledger.MSPID) string {
	l.t.Helper()
	var notes []string
	for _, o := range organisations {
		note, err := head.Sign(h, head.NewSigner(o, HeadKey(o), l.Now.Time))
		if err != nil {
			l.t.Fatal(err)
		}
		notes = append(notes, note)
	}
	merged, err := head.Merge(notes...)
	if err != nil {
		l.t.Fatal(err)
	}
	return merged
}
