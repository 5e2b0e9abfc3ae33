package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/keyfile"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/network"
)

func (a *app) networkReset() *cobra.Command {
	var sure bool
	made := a.make(command{use: "reset", endless: true,
		examples: []string{"imi network reset", "imi network reset --yes # without being asked | 不再询问"},
		short:    message.Text{En: "End the network and delete it, its records and its keys", Zh: "停止网络并删除它及其全部记录和密钥"},
		long: message.Text{
			En: "End the network in --dir and delete what imi made there: the ledger, the organisations' keys, the types, the demo's\nfiles. Wallets elsewhere and files of others stay. On a terminal it asks first, unless --yes; in a script it does not ask.",
			Zh: "停止 --dir 中的网络并删除 imi 在其中生成的内容：账本、机构密钥、类型、演示文件。别处的钱包和他人的文件不受影响。\n在终端上会先询问，除非给出 --yes；在脚本中不询问。"},
		run: func(ctx context.Context, _ []string) (result, error) {
			if !sure && a.interactive {
				if err := a.confirmReset(ctx); err != nil {
					return nil, err
				}
			}
			steps := a.steps()
			if err := network.Reset(ctx, a.options.dir, steps.hear); err != nil {
				return nil, err
			}
			return a.done(textReset, a.options.dir), a.removeOurs()
		}})
	made.Flags().BoolVarP(&sure, "yes", "y", false, a.say(message.Text{En: "do not ask", Zh: "不询问"}))
	return made
}

// sureWord is what is typed to confirm, in both languages.
const sureWord = "yes"

var (
	textSure    = message.Text{En: "This deletes the network in %s, all its records and keys. Type %s to go on: ", Zh: "将删除 %s 中的网络及其全部记录和密钥。输入 %s 继续："}
	textNotSure = message.Text{En: "nothing was deleted", Zh: "未删除任何内容"}
	nextSure    = message.Text{En: "type yes when asked, or give --yes", Zh: "请在询问时输入 yes，或使用 --yes"}
)

// confirmReset asks, where there is something to delete.
func (a *app) confirmReset(ctx context.Context) error {
	if _, err := network.Open(a.options.dir); errors.Is(err, network.ErrNoNetwork) {
		return err
	}
	fmt.Fprint(a.Err, a.say(textSure, a.options.dir, sureWord))
	answer := make(chan string, 1)
	go func() { // an interrupt does not wait for the end of a line
		line, _ := bufio.NewReader(io.LimitReader(a.In, 1<<10)).ReadString('\n')
		answer <- strings.TrimSpace(line)
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.Err)
		return ctx.Err()
	case line := <-answer:
		if line != sureWord {
			return &trouble{what: textNotSure, next: nextSure}
		}
	}
	return nil
}

var textReset = message.Text{En: "the network in %s is deleted", Zh: "%s 中的网络已删除"}

// removeOurs deletes what this package keeps beside a network. Its keys are worth nothing without the ledger.
func (a *app) removeOurs() error {
	folders, _ := filepath.Glob(filepath.Join(a.options.dir, "organisations", "*"))
	for _, folder := range folders {
		for _, name := range []string{keyfile.Signing, keyfile.NextSigning, keyfile.Head, keyfile.Enrolment} {
			_ = os.Remove(filepath.Join(folder, name))
		}
		_ = os.Remove(folder)
	}
	_ = os.Remove(filepath.Join(a.options.dir, "organisations"))
	for _, name := range []string{typesFolder, demoFolder, newestFile, trustFile} {
		if err := os.RemoveAll(filepath.Join(a.options.dir, name)); err != nil {
			return err
		}
	}
	_ = os.Remove(a.options.dir) // only when nothing else is in it
	return nil
}
