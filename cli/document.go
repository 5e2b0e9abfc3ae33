package cli

import (
	"context"
	"reflect"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/ledger"
)

func (a *app) documentCommands() *cobra.Command {
	return a.group("document", message.Text{En: "Register files, by their hash only", Zh: "登记文件（只登记摘要）"},
		a.documentRegister(), a.documentRegisterMany(), a.documentHash(), a.documentShow(),
		a.statusCommand("suspend", ledger.KindDocument, ledger.Suspended), a.statusCommand("reinstate", ledger.KindDocument, ledger.Active),
		a.statusCommand("revoke", ledger.KindDocument, ledger.Revoked))
}

func (a *app) documentHash() *cobra.Command {
	return a.make(command{use: "hash FILE", args: arguments(1, 1, "FILE"), examples: []string{"imi document hash diploma.pdf"},
		short: message.Text{En: "Print the SHA-256 of a file", Zh: "输出文件的 SHA-256"},
		run: func(_ context.Context, args []string) (result, error) {
			digest, err := a.digestOf(args[0])
			if err != nil {
				return nil, err
			}
			return &hashView{args[0], digest}, nil
		}})
}

type hashView struct {
	File   string        `json:"file"`
	Digest ledger.Digest `json:"digest"`
}

func (v *hashView) render(p *page) { p.text(v.Digest.String()) }

// receipt is what opens a salted commitment. It stays with whoever has the file.
type receipt struct {
	Commitment ledger.Digest  `json:"commitment"`
	Digest     ledger.Digest  `json:"digest"` // of the file
	Kind       ledger.Word    `json:"kind"`
	Salt       *ledger.Digest `json:"salt,omitempty"`
	Version    int            `json:"version"`
}

func (a *app) readReceipt(path string) (receipt, error) {
	text, err := a.readInput(path, 64<<10)
	if err != nil {
		return receipt{}, err
	}
	var r receipt
	if err := decodeStrictly(text, &r); err != nil {
		return r, err
	}
	if r.Version != 1 {
		return r, ledger.Refuse(ledger.Malformed, "receipt.version", "only version 1 is known")
	}
	return r, nil
}

func (a *app) documentRegister() *cobra.Command {
	var kind, supersedes, out, proofFile string
	var salted bool
	made := a.make(command{use: "register FILE --kind KIND", args: arguments(1, 1, "FILE"),
		examples: []string{
			"imi document register diploma.pdf --kind degree-certificate",
			"imi document register diploma.pdf --kind degree-certificate --proof diploma.proof.json",
			"imi document register marriage.pdf --kind marriage-certificate --salted # when the content could be guessed | 内容可被猜出时"},
		short: message.Text{En: "Register a file", Zh: "登记一个文件"},
		long: message.Text{
			En: "Record that the file existed and who vouches for it. Only its SHA-256 goes on the ledger; with --salted a commitment that\ntells nothing without the salt, which is written to a receipt: keep that with the file.",
			Zh: "记录文件存在以及由谁担保。账本上只有其 SHA-256；使用 --salted 时为加盐承诺值，没有盐便无从得知内容。盐写入回执，\n请与文件一同保存。"},
		run: func(ctx context.Context, args []string) (result, error) {
			if kind == "" {
				return nil, usage(textNeedsFlag, "--kind")
			}
			if err := refuseOldProof(proofFile); err != nil {
				return nil, err
			}
			r, err := a.register(ctx, args[0], ledger.Word(kind), salted, supersedes, out)
			if err != nil {
				return nil, err
			}
			if err := a.proveWritten(ctx, ledger.DocumentKey(r.Commitment), proofFile); err != nil {
				return r, err
			}
			r.ProofFile = proofFile
			return r, nil
		}})
	made.Flags().StringVar(&kind, "kind", "", a.say(message.Text{En: "kind of document, such as degree-certificate; imi org list shows who registers what", Zh: "文件种类，例如 degree-certificate；imi org list 可查看谁登记哪些种类"}))
	made.Flags().BoolVar(&salted, "salted", false, a.say(message.Text{En: "hide the hash behind a random salt", Zh: "用随机盐隐藏摘要"}))
	made.Flags().StringVar(&supersedes, "supersedes", "", a.say(message.Text{En: "commitment of the document it replaces, which is revoked", Zh: "所替代文件的承诺值（原文件随之撤销）"}))
	made.Flags().StringVar(&proofFile, "proof", "", a.say(flagProof))
	made.Flags().StringVar(&out, "receipt", "", a.say(message.Text{En: "where to write the receipt; default FILE.receipt.json", Zh: "回执文件；默认为 文件.receipt.json"}))
	return made
}

func (a *app) register(ctx context.Context, file string, kind ledger.Word, salted bool, supersedes, out string) (*registered, error) {
	digest, err := a.digestOf(file)
	if err != nil {
		return nil, err
	}
	var former *ledger.Digest
	if supersedes != "" {
		parsed, err := ledger.ParseDigest(supersedes)
		if err != nil {
			return nil, err
		}
		former = &parsed
	}
	d, err := a.actor(ctx, ledger.Registrar, string(kind))
	if err != nil {
		return nil, err
	}
	r := &registered{File: file, Digest: digest, Kind: kind, Registrar: d.MSPID, Commitment: digest, Method: ledger.PlainDigest}
	if salted {
		if err := a.salt(d, r, out); err != nil {
			return nil, err
		}
	}
	return r, a.recordDocument(ctx, d, r, former)
}

// recordDocument registers the document, unless this registrar did before with the same content: a repeat is harmless.
func (a *app) recordDocument(ctx context.Context, d *desk, r *registered, supersedes *ledger.Digest) error {
	key := ledger.DocumentKey(r.Commitment)
	known, err := office.ReadMany[ledger.Document](ctx, d.Ledger, []ledger.Key{key})
	if err != nil {
		return err
	}
	if before, found := known[key]; found {
		s := before.Statement
		same := s.Registrar == r.Registrar && s.Kind == r.Kind && s.Method == r.Method && reflect.DeepEqual(s.Supersedes, supersedes)
		if same && before.Status.State == ledger.Active {
			r.Before, r.Receipt = true, office.Receipt{Key: key}
			return nil
		}
	}
	done := a.waiting(message.Text{En: "%s records the document", Zh: "%s 正在登记文件"}, d.MSPID)
	defer done()
	r.Receipt, err = d.Register(ctx, r.Commitment, r.Kind, r.Method, supersedes)
	return err
}

// salt turns a plain commitment into a salted one and writes the receipt, before anything is recorded: without the salt
// the record could never be used. A receipt of the same file, left by an attempt that failed, serves again.
func (a *app) salt(d *desk, r *registered, out string) error {
	if out == "" {
		out = r.File + ".receipt.json"
	}
	if r.File == standardInput && out == standardInput+".receipt.json" {
		return usage(textNeedsFlag, "--receipt")
	}
	r.Method, r.ReceiptFile = ledger.SaltedDigest, out
	if kept, err := a.readReceipt(out); err == nil && kept.Digest == r.Digest && kept.Kind == r.Kind && kept.Salt != nil {
		r.Commitment = ledger.SaltedCommitment(*kept.Salt, r.Digest)
		return nil
	}
	if err := refuseExisting(out); err != nil {
		return err
	}
	salt, err := d.NewSalt()
	if err != nil {
		return err
	}
	r.Commitment = ledger.SaltedCommitment(salt, r.Digest)
	text, err := ledger.Encode(receipt{Commitment: r.Commitment, Digest: r.Digest, Kind: r.Kind, Salt: (*ledger.Digest)(&salt), Version: 1})
	if err != nil {
		return err
	}
	return writeFile(out, append(text, '\n'), 0o600)
}

type registered struct {
	File        string                  `json:"file"`
	Digest      ledger.Digest           `json:"digest"`
	Commitment  ledger.Digest           `json:"commitment"`
	Method      ledger.CommitmentMethod `json:"method"`
	Kind        ledger.Word             `json:"kind"`
	Registrar   ledger.MSPID            `json:"registrar"`
	ReceiptFile string                  `json:"receiptFile,omitempty"`
	ProofFile   string                  `json:"proofFile,omitempty"`
	Before      bool                    `json:"before,omitempty"` // by an earlier command
	Receipt     office.Receipt          `json:"receipt"`
}

func (r *registered) render(p *page) {
	if r.Before {
		p.line(message.Text{En: "%s registered this document of kind %s before", Zh: "%s 此前已登记该 %s 文件"}, r.Registrar, r.Kind)
	} else {
		p.line(message.Text{En: "%s registered a document of kind %s", Zh: "%s 已登记一份 %s 文件"}, r.Registrar, r.Kind)
	}
	rows := []row{{labelFile, r.File}, {labelReceipt, r.ReceiptFile}, {labelProof, r.ProofFile}}
	p.fields(append(rows, receiptRows(r.Receipt)...)...)
}

func (a *app) documentShow() *cobra.Command {
	return a.make(command{use: "show COMMITMENT", args: arguments(1, 1, "COMMITMENT"), examples: []string{"imi document show " + exampleID(ledger.KindDocument)},
		short: message.Text{En: "Show what the ledger says about a document", Zh: "显示账本上有关某文件的记录"},
		run: func(ctx context.Context, args []string) (result, error) {
			return a.showRecord(ctx, ledger.KindDocument, args[0])
		}})
}
