package cli

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/evidence/audit"
)

// checkpointEvery is how much of an audit a crash can cost. Writing a checkpoint takes about as long as reading the state.
const checkpointEvery = 5 * time.Minute

var (
	textCheckpoint = message.Text{En: "%s is no checkpoint of this ledger's audit: %s", Zh: "%s 不是此账本审计的检查点：%s"}
	nextCheckpoint = message.Text{
		En: "name another file with --checkpoint, or delete this one: the audit then begins at block 0",
		Zh: "请用 --checkpoint 另指文件，或删除此文件：审计将从区块 0 开始"}
	wordDamaged   = message.Text{En: "it is damaged", Zh: "已损坏"}
	wordOtherOnes = message.Text{En: "it is another ledger's", Zh: "属于另一账本"}
)

// resume makes the audit: from the checkpoint where there is one, else from block 0.
func (r *auditing) resume(options audit.Options) error {
	var err error
	if r.flags.checkpoint != "" {
		text, missing := os.ReadFile(r.flags.checkpoint)
		switch {
		case missing == nil:
			if r.audit, err = audit.Resume(bytes.NewReader(text), r.anchor.Genesis, options); err != nil {
				return r.badCheckpoint(err)
			}
			r.first = r.audit.Next()
			return nil
		case !errors.Is(missing, fs.ErrNotExist):
			return missing
		}
	}
	r.audit, err = audit.New(r.anchor.Genesis, options)
	return err
}

func (r *auditing) badCheckpoint(err error) error {
	if !errors.Is(err, audit.ErrCheckpoint) {
		return err
	}
	why := wordDamaged
	if errors.Is(err, audit.ErrOtherLedger) {
		why = wordOtherOnes
	}
	return &trouble{code: codeUsage, what: textCheckpoint, args: []any{r.flags.checkpoint, r.app.say(why)}, next: nextCheckpoint, cause: err}
}

// save writes the checkpoint, if one is wanted and there is something to go on from.
func (r *auditing) save() error {
	r.saved = time.Now()
	if r.flags.checkpoint == "" || r.audit.Next() == 0 || r.report.Stopped {
		return nil
	}
	var text bytes.Buffer
	if err := r.audit.Save(&text); err != nil {
		return err
	}
	return writeFile(r.flags.checkpoint, text.Bytes(), 0o600)
}
