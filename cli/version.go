package cli

import (
	"bytes"
	"context"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/network"
)

func (a *app) versionCommand() *cobra.Command {
	return a.make(command{use: "version", examples: []string{"imi version"},
		short: message.Text{En: "Show the versions of this program and of Fabric", Zh: "显示本程序和 Fabric 的版本"},
		run: func(context.Context, []string) (result, error) {
			v := &versionView{Fabric: network.FabricVersion, Revision: "unknown"}
			if info, ok := debug.ReadBuildInfo(); ok {
				v.Go = info.GoVersion
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						v.Revision = s.Value
					}
				}
			}
			return v, nil
		}})
}

type versionView struct {
	Revision string `json:"revision"`
	Fabric   string `json:"fabric"`
	Go       string `json:"go"`
}

func (v *versionView) render(p *page) {
	p.fields(row{message.Text{En: "imi", Zh: "imi"}, v.Revision}, row{message.Text{En: "Fabric", Zh: "Fabric"}, v.Fabric}, row{message.Text{En: "Go", Zh: "Go"}, v.Go})
}

func (a *app) completionCommand() *cobra.Command {
	made := a.make(command{use: "completion SHELL", args: arguments(1, 1, "bash | zsh | fish | powershell"),
		examples: []string{"source <(imi completion bash)", "imi completion zsh > ~/.zfunc/_imi"},
		short:    message.Text{En: "Print a completion script for a shell", Zh: "输出 shell 补全脚本"}})
	made.ValidArgs = []string{"bash", "zsh", "fish", "powershell"}
	made.RunE = func(command *cobra.Command, args []string) error {
		root, text := command.Root(), new(bytes.Buffer)
		var err error
		switch args[0] {
		case "bash":
			err = root.GenBashCompletionV2(text, true)
		case "zsh":
			err = root.GenZshCompletion(text)
		case "fish":
			err = root.GenFishCompletion(text, true)
		case "powershell":
			err = root.GenPowerShellCompletionWithDesc(text)
		default:
			return usage(textArguments, command.CommandPath(), "bash | zsh | fish | powershell")
		}
		return a.end(&completionScript{args[0], text.String()}, err)
	}
	return made
}

type completionScript struct {
	Shell  string `json:"shell"`
	Script string `json:"script"`
}

func (s *completionScript) render(p *page) { fmt.Fprint(p.out, s.Script) }
