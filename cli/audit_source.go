package cli

import (
	"context"
	"io"
	"iter"
	"os"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/evidence/audit"
)

// blockSource is where blocks are read: an organisation's peer, or a file.
type blockSource struct {
	Peer   string `json:"peer,omitempty"` // whose
	File   string `json:"file,omitempty"`
	height uint64 // number of blocks there are, or that a file claims; 0: not known
	had    uint64 // blocks of a file that were read
	open   func(ctx context.Context, from, until uint64) iter.Seq2[[]byte, error]
	closer io.Closer // nil: nothing to close
}

var flagFromPeer = message.Text{En: "organisation whose peer delivers the blocks; default: --org, else ServiceMSP", Zh: "由哪个机构的节点提供区块；默认为 --org，否则为 ServiceMSP"}

var textTwoSources = message.Text{En: "--from-peer and --file exclude each other", Zh: "--from-peer 与 --file 不能同时使用"}

// blocksOf opens the source that is named, else the peer of the organisation that usually answers.
func (a *app) blocksOf(ctx context.Context, peer, file string) (*blockSource, error) {
	switch {
	case peer != "" && file != "":
		return nil, usage(textTwoSources)
	case file != "":
		return a.blocksIn(file)
	case peer == "":
		var err error
		if peer, err = a.readerID(); err != nil {
			return nil, err
		}
	}
	c, err := a.connectionOf(ctx, peer)
	if err != nil {
		return nil, err
	}
	height, err := c.Height(ctx)
	if err != nil {
		return nil, err
	}
	return &blockSource{Peer: peer, height: max(height, a.newestBlock()+1), open: c.StoredBlocks}, nil
}

// blocksIn opens a file that imi audit export wrote.
func (a *app) blocksIn(name string) (*blockSource, error) {
	file, err := a.open(name)
	if err != nil {
		return nil, err
	}
	s := &blockSource{File: name, closer: file}
	if f, ok := file.(*os.File); ok {
		if info, err := f.Stat(); err == nil {
			s.height, _ = audit.FileCount(f, info.Size())
		}
	}
	source := audit.FileSource(file, &s.had)
	s.open = func(ctx context.Context, from, _ uint64) iter.Seq2[[]byte, error] { return source(ctx, from) }
	return s, nil
}

func (s *blockSource) close() {
	if s.closer != nil {
		_ = s.closer.Close() // it was only read
	}
}

// until is the source up to a block, for the audit.
func (s *blockSource) until(end uint64) audit.Source {
	return func(ctx context.Context, from uint64) iter.Seq2[[]byte, error] { return s.open(ctx, from, end) }
}

func (s *blockSource) say(p *page) string {
	if s.File != "" {
		return p.say(message.Text{En: "file %s", Zh: "文件 %s"}, s.File)
	}
	return p.say(message.Text{En: "peer of %s", Zh: "%s 的节点"}, s.Peer)
}
