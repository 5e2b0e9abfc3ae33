package index

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"

	"github.com/imi-ledger/imi/ledger"
)

// The tree over a batch is kept in parts: sixteen leaves each, with the path of the root over them. Whoever wants one path
// reads one row of 700 bytes and hashes twenty times; the whole tree's leaves are 32 KB, and a thousand hashes. Parts of
// thirty-two would take one per cent less of the file, and fifteen hashes more.
const (
	partLevel = 4 // levels of a tree below the root of a part
	partSize  = 1 << partLevel
	maxParts  = 64
)

const _ = uint(maxParts*partSize - ledger.MaxBatch) // does not compile where a batch has more

const (
	selectPart   = "SELECT b.parts, b.leaves, b.path FROM records r JOIN batches b ON b.part = r.id * 64 + ? WHERE r.key = ?"
	selectLeaves = `SELECT b.leaves FROM records r JOIN batches b ON b.part BETWEEN r.id * 64 AND r.id * 64 + 63
	WHERE r.key = ? ORDER BY b.part`
)

// errDamagedBatch: only sound batches are kept, so hashes that do not fit mean a damaged file, not a false statement.
var errDamagedBatch = errors.New("index: the leaves of a batch do not fit its root; rebuild the index")

// BatchPath implements evidence.Links.
func (x *Index) BatchPath(ctx context.Context, root ledger.Digest, index int) ([]ledger.Digest, error) {
	if index < 0 || index >= maxParts*partSize {
		return nil, nil
	}
	if tree := x.askedAgain(root); tree != nil {
		if index >= tree.Len() {
			return nil, nil
		}
		return tree.Path(index), nil
	}
	var parts int
	var leaves, path []byte
	err := x.statements.part.QueryRowContext(steady(ctx), index/partSize, string(ledger.BatchKey(root))).Scan(&parts, &leaves, &path)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fault("read batch", err)
	}
	return pathOf(root, index, parts, leaves, path)
}

// pathOf is the path of a leaf, by the part it stands in. All that the part says is held against the root.
func pathOf(root ledger.Digest, index, parts int, leaves, path []byte) ([]ledger.Digest, error) {
	if len(leaves) == 0 || len(leaves)%sha256.Size != 0 || len(path)%sha256.Size != 0 {
		return nil, errDamagedBatch
	}
	part, above := ledger.NewTree(split(leaves)), split(path)
	if !ledger.CheckTreePath(part.Root(), index/partSize, parts, above, root) {
		return nil, errDamagedBatch
	}
	if index %= partSize; index >= part.Len() {
		return nil, nil
	}
	return append(part.Path(index), above...), nil
}

func split(joined []byte) []ledger.Digest {
	digests := make([]ledger.Digest, len(joined)/sha256.Size)
	for i := range digests {
		copy(digests[i][:], joined[i*sha256.Size:])
	}
	return digests
}

func join(digests []ledger.Digest) []byte {
	joined := make([]byte, 0, len(digests)*sha256.Size)
	for _, d := range digests {
		joined = append(joined, d[:]...)
	}
	return joined
}

// leaves are the leaf hashes of the batches a transaction wrote, by the batch's root.
type leaves map[string]*batch

type batch struct {
	record *record // of the batch; nil when the transaction did not write it
	leaves map[int]ledger.Digest
}

func (l leaves) of(root string) *batch {
	if l[root] == nil {
		l[root] = &batch{leaves: map[int]ledger.Digest{}}
	}
	return l[root]
}

func (l leaves) note(key ledger.Key, r *record, d description) {
	if r.unsound != "" {
		return
	}
	if key.Kind() == ledger.KindBatch {
		l.of(key.ID()).record = r
	}
	if d.place != nil {
		l.of(d.place.Root.String()).leaves[d.place.Index] = d.leaf
	}
}

// storeParts keeps the trees of sound batches: every statement of such a batch was written with it.
func (a *application) storeParts(l leaves) {
	for _, b := range l {
		if b.record == nil || len(b.leaves) == 0 {
			continue
		}
		all := make([]ledger.Digest, len(b.leaves))
		for i := range all {
			all[i] = b.leaves[i]
		}
		tree := ledger.NewTree(all)
		above := tree[min(partLevel, len(tree)-1):]
		for part := range above.Len() {
			a.inserts.add(insertPart, b.record.id*maxParts+int64(part), above.Len(),
				join(all[part*partSize:min((part+1)*partSize, len(all))]), join(above.Path(part)))
		}
	}
}
