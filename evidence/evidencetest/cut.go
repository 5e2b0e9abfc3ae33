package evidencetest

import (
	"bytes"
	"encoding/json"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/ledger"
)

// Cut makes a block of the pending transactions and commits it.
func (l *Ledger) Cut() block.Block {
	l.t.Helper()
	raw := encoder{l.t}.bytes(l.encode())
	b, err := block.ParseBytes(raw)
	if err != nil {
		l.t.Fatal(err)
	}
	for i, tx := range l.block {
		if tx.code == peer.TxValidationCode_VALID {
			l.commit(&b, i, tx)
		}
	}
	l.block = nil
	l.Blocks, l.Raw = append(l.Blocks, b), append(l.Raw, raw)
	l.heads = append(l.heads, evidence.BlockName{Block: b.Number, Hash: b.Hash, Time: l.Now})
	return b
}

func (l *Ledger) encode() *common.Block {
	header := &common.BlockHeader{Number: uint64(len(l.Blocks))}
	if n := len(l.Blocks); n > 0 {
		header.PreviousHash = bytes.Clone(l.Blocks[n-1].Hash[:])
	}
	data := &common.BlockData{}
	var codes []byte
	for _, tx := range l.block {
		data.Data = append(data.Data, tx.envelope)
		codes = append(codes, byte(tx.code))
	}
	header.DataHash = block.DataHash(data.Data)
	metadata := make([][]byte, len(common.BlockMetadataIndex_name))
	metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER] = codes
	orderer, err := proto.Marshal(&common.OrdererBlockMetadata{LastConfig: &common.LastConfig{}})
	if err != nil {
		l.t.Fatal(err)
	}
	if metadata[common.BlockMetadataIndex_SIGNATURES], err = proto.Marshal(&common.Metadata{Value: orderer}); err != nil {
		l.t.Fatal(err)
	}
	return &common.Block{Header: header, Data: data, Metadata: &common.BlockMetadata{Metadata: metadata}}
}

// commit adds the versions a transaction wrote, judged by evidence.Replay as a gateway's index would.
func (l *Ledger) commit(b *block.Block, position int, tx transaction) {
	l.t.Helper()
	t := &b.Transactions[position]
	unsound, err := evidence.Replay(t, world{Ledger: l, reads: map[ledger.Key]bool{}})
	if err != nil {
		l.t.Fatal(err)
	}
	for _, w := range tx.writes {
		e := evidence.Entry{Key: w.Key, Record: w.Record, Block: b.Number, First: b.Number, Unsound: unsound}
		if earlier := l.state[w.Key]; len(earlier) > 0 {
			e.First = earlier[0].First
		}
		l.state[w.Key] = append(l.state[w.Key], Version{e, t.ID, l.Now, position})
		l.noteLeaf(w)
	}
}

func (l *Ledger) noteLeaf(w ledger.Write) {
	var r struct {
		Author    struct{ Batch *ledger.BatchPlace }
		Statement json.RawMessage
	}
	if json.Unmarshal(w.Record, &r) == nil && r.Author.Batch != nil && r.Author.Batch.Index == len(l.batch[r.Author.Batch.Root]) {
		root := r.Author.Batch.Root
		l.batch[root] = append(l.batch[root], ledger.LeafHash(r.Statement))
	}
}
