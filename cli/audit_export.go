package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/evidence/audit"
	"github.com/imi-ledger/imi/ledger"
)

func (a *app) auditExport() *cobra.Command {
	var fromPeer, to string
	var force bool
	made := a.make(command{use: "export FILE", args: arguments(1, 1, "FILE"), endless: true,
		examples: []string{"imi audit export ledger.blocks", "imi audit export ledger.blocks --from-peer PoliceMSP --to 100"},
		short:    message.Text{En: "Write a peer's raw blocks to a file", Zh: "将节点的原始区块写入文件"},
		long: message.Text{
			En: "Write the raw blocks of an organisation's peer to a file, for an audit elsewhere and later. Nothing is checked here;\nimi audit run --file does that. The file appears when it is complete.",
			Zh: "将某机构节点的原始区块写入文件，供他处、日后审计。此处不作检查，检查由 imi audit run --file 完成。文件完整后才会出现。"},
		run: func(ctx context.Context, args []string) (result, error) {
			var last *uint64
			if to != "" {
				number, err := strconv.ParseUint(to, 10, 62)
				if err != nil {
					return nil, usage(message.Text{En: "--to is the number of a block", Zh: "--to 为区块号"})
				}
				last = &number
			}
			if !force {
				if err := refuseExisting(args[0]); err != nil {
					return nil, advise(err, nextForce)
				}
			}
			return a.export(ctx, args[0], fromPeer, last)
		}})
	made.Flags().StringVar(&fromPeer, "from-peer", "", a.say(flagFromPeer))
	made.Flags().StringVar(&to, "to", "", a.say(message.Text{En: "last block to write; default: the newest", Zh: "写出的最后一个区块；默认为最新"}))
	made.Flags().BoolVar(&force, "force", false, a.say(message.Text{En: "replace a file that exists", Zh: "覆盖已有文件"}))
	return made
}

var (
	nextForce    = message.Text{En: "choose another name, or replace it with --force", Zh: "请换一个文件名，或用 --force 覆盖"}
	textNoBlock  = message.Text{En: "the peer of %s has no block %d yet: it has %d blocks", Zh: "%s 的节点尚无区块 %d：共有 %d 个区块"}
	textExported = message.Text{En: "%d blocks are written", Zh: "已写出 %d 个区块"}
)

// export writes the blocks up to the last one wanted.
func (a *app) export(ctx context.Context, name, peer string, last *uint64) (result, error) {
	source, err := a.blocksOf(ctx, peer, "")
	if err != nil {
		return nil, err
	}
	end := source.height
	if last != nil {
		if *last >= end {
			return nil, &trouble{code: ledger.NotFound, what: textNoBlock, args: []any{source.Peer, *last, end}, next: nextPeer}
		}
		end = *last + 1
	}
	temporary, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(temporary.Name()) // gone already when it was renamed
	size, err := a.writeBlocks(ctx, temporary, source, end)
	err = errors.Join(err, temporary.Chmod(0o644), temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), name)
	}
	if err != nil {
		return nil, err
	}
	return &exported{File: name, Source: source, Blocks: end, Bytes: size}, nil
}

func (a *app) writeBlocks(ctx context.Context, file *os.File, source *blockSource, end uint64) (int64, error) {
	w, err := audit.NewFileWriter(file)
	if err != nil {
		return 0, err
	}
	t := a.ticker(0, end)
	defer t.end()
	next := uint64(0)
	for encoded, err := range source.open(ctx, 0, end) {
		if err != nil {
			return 0, err
		}
		if err := w.Add(encoded); err != nil {
			return 0, err
		}
		if next++; t.due() {
			t.tell(next)
		}
	}
	t.last = true
	t.tell(next)
	if err := w.Close(); err != nil {
		return 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// exported is the result of imi audit export.
type exported struct {
	File   string       `json:"file"`
	Source *blockSource `json:"source"`
	Blocks uint64       `json:"blocks"`
	Bytes  int64        `json:"bytes"`
}

func (e *exported) render(p *page) {
	p.line(textExported, e.Blocks)
	p.fields(row{labelFile, e.File}, row{message.Text{En: "bytes", Zh: "字节"}, e.Bytes}, row{message.Text{En: "source", Zh: "来源"}, e.Source.say(p)})
}
