package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/imi-ledger/imi/cli/lockfile"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/evidence/audit"
	"github.com/imi-ledger/imi/ledger"
)

const (
	// checkpointEvery is how much of an audit a crash can cost.
	checkpointEvery = 10 * time.Second
	// checkpointShare is how many times as long as the last writing an audit works before the next: the state of a large
	// ledger takes its time.
	checkpointShare = 20
)

var (
	textCheckpoint = message.Text{En: "%s is no checkpoint of this ledger's audit: %s", Zh: "%s 不是此账本审计的检查点：%s"}
	nextCheckpoint = message.Text{
		En: "name another file with --checkpoint, or delete this one: the audit then begins at block 0",
		Zh: "请用 --checkpoint 另指文件，或删除此文件：审计将从区块 0 开始"}
	wordDamaged   = message.Text{En: "it is damaged", Zh: "已损坏"}
	wordOtherOnes = message.Text{En: "it is another ledger's", Zh: "属于另一账本"}
	textInUse     = message.Text{En: "another audit is at work with checkpoint %s", Zh: "另一审计正在使用检查点 %s"}
	nextInUse     = message.Text{En: "wait for it to end, or name another file with --checkpoint", Zh: "请等待其结束，或用 --checkpoint 另指文件"}
	textGoingOn   = message.Text{En: "going on at block %d, from checkpoint %s", Zh: "自区块 %d 继续，检查点 %s"}
	textSaved     = message.Text{En: "checkpoint written", Zh: "检查点已写出"}
	textNotSaved  = message.Text{En: "the checkpoint cannot be written to %s: %s", Zh: "检查点无法写到 %s：%s"}
	nextNotSaved  = message.Text{
		En: "the report stands; see that there is room and may be written: the next run goes on from the last checkpoint there is",
		Zh: "报告有效；请确认有空间且可写入：下次将从现有的最后一个检查点继续"}
)

// checkpoint is where an audit's position is kept, if it is: this process alone works with the file, until close.
type checkpoint struct {
	path  string // "": nowhere
	every time.Duration
	lock  *lockfile.Lock
	saved time.Time     // when the position was last written, or was not yet
	took  time.Duration // what that took
}

func openCheckpoint(path string, every time.Duration) (*checkpoint, error) {
	c := &checkpoint{path: path, every: every, saved: time.Now()}
	if path == "" {
		return c, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	var err error
	if c.lock, err = lockfile.Try(path); err == nil && c.lock == nil {
		err = &trouble{code: ledger.Conflict, what: textInUse, args: []any{path}, next: nextInUse}
	}
	return c, err
}

func (c *checkpoint) close() {
	if c.lock != nil {
		_ = c.lock.Release() // the kernel does it, if this cannot
	}
}

// due reports whether it is time to write again.
func (c *checkpoint) due() bool {
	if c.path == "" {
		return false
	}
	return c.every == 0 || time.Since(c.saved) >= max(c.every, checkpointShare*c.took)
}

// write replaces the file.
func (c *checkpoint) write(save func(io.Writer) error) error {
	began := time.Now()
	defer func() { c.saved, c.took = time.Now(), time.Since(began) }()
	return c.lock.Replace(save)
}

// resume makes the audit: from the checkpoint where there is one, else from block 0.
func (r *auditing) resume(options audit.Options) (err error) {
	if r.flags.checkpoint == "" {
		r.audit, err = audit.New(r.anchor.Genesis, options)
		return err
	}
	text, err := os.ReadFile(r.flags.checkpoint)
	if errors.Is(err, fs.ErrNotExist) {
		r.audit, err = audit.New(r.anchor.Genesis, options)
		return err
	}
	if err != nil {
		return err
	}
	if r.audit, err = audit.Resume(bytes.NewReader(text), r.anchor.Genesis, options); err != nil {
		return r.badCheckpoint(err)
	}
	r.first = r.audit.Next()
	return nil
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

// save writes the position down, if that is wanted and there is something to go on from.
func (r *auditing) save() error {
	if r.checkpoint.path == "" || r.audit.Next() == 0 || r.report.Stopped {
		return nil
	}
	if err := r.checkpoint.write(r.audit.Save); err != nil {
		return &trouble{what: textNotSaved, args: []any{r.checkpoint.path, oneLine(err.Error())}, next: nextNotSaved, cause: err}
	}
	return nil
}

// saveOnTheWay saves and says so. That it cannot be done is no reason to give the audit up: the last checkpoint stays.
func (r *auditing) saveOnTheWay() {
	if err := r.save(); err != nil {
		r.app.warn(err)
		return
	}
	r.ticker.tell(r.audit.Next(), r.app.say(textSaved))
}

// warn tells of something on standard error that does not end the command.
func (a *app) warn(err error) { fmt.Fprintln(a.Err, a.explain(exitFault, err).line) }
