package cli

import (
	"cmp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/network"
)

var (
	textRoot = message.Text{
		En: "Identities, credentials and notarised documents on the IMI ledger",
		Zh: "IMI 账本：身份、凭证与公证文件"}
	textRootLong = message.Text{
		En: `imi runs an IMI network, keeps its trust registry, enrols citizens, issues and verifies credentials, registers and
notarises documents. Try it: imi demo

Personal data are read from files or standard input, never from arguments.

Exit codes: 0 done or verified · 2 usage · 3 not valid · 4 not allowed · 5 not found · 6 cannot know now, retry ·
7 conflict · 130 interrupted · 1 anything else`,
		Zh: `imi 可运行 IMI 网络、维护信任登记簿、登记公民、签发和核验凭证、登记和公证文件。试一试：imi demo

个人信息只从文件或标准输入读取，从不出现在命令参数里。

退出码：0 完成或核验有效 · 2 用法错误 · 3 无效 · 4 无权限 · 5 未找到 · 6 暂时无法得知，请重试 · 7 冲突 · 130 已中断 · 1 其他`}
	flagDir     = message.Text{En: "folder of the network, keys and types; default $IMI_DIR, else ./.imi", Zh: "网络、密钥和类型所在目录；默认 $IMI_DIR，否则 ./.imi"}
	flagOrg     = message.Text{En: "organisation to act as, such as PoliceMSP; default: the one that may", Zh: "以哪个机构的身份操作，例如 PoliceMSP；默认选择有权限的机构"}
	flagGateway = message.Text{En: "URL of the gateway to ask; default $IMI_GATEWAY, else that of --org in the network", Zh: "要查询的网关 URL；默认 $IMI_GATEWAY，否则为网络中 --org 的网关"}
	flagOutput  = message.Text{En: "form of the result: text or json", Zh: "输出格式：text 或 json"}
	flagLang    = message.Text{En: "language: zh or en; default from the locale", Zh: "语言：zh 或 en；默认取自系统区域设置"}
	flagTimeout = message.Text{En: "longest time for the whole command", Zh: "整个命令的最长时间"}
	flagHelp    = message.Text{En: "help for this command", Zh: "显示此命令的帮助"}
)

const usualTimeout = 2 * time.Minute

func (a *app) root() *cobra.Command {
	root := &cobra.Command{Use: "imi", Short: a.say(textRoot), Long: a.say(textRootLong),
		SilenceErrors: true, SilenceUsage: true, DisableFlagsInUseLine: true, CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true}}
	root.Args = func(command *cobra.Command, args []string) error {
		if len(args) > 0 {
			return a.noSuchCommand(command, args[0])
		}
		return nil
	}
	root.RunE = func(command *cobra.Command, _ []string) error { return command.Help() }
	root.Example = a.examples([]string{"imi demo", "imi network up", "imi verify document diploma.pdf"})
	flags := root.PersistentFlags()
	flags.StringVar(&a.options.dir, "dir", network.DefaultDir(), a.say(flagDir))
	flags.StringVar(&a.options.organisation, "org", "", a.say(flagOrg))
	flags.StringVar(&a.options.gateway, "gateway", "", a.say(flagGateway))
	flags.StringVarP(&a.options.output, "output", "o", cmp.Or(a.getenv("IMI_OUTPUT"), outputText), a.say(flagOutput))
	flags.String("lang", "", a.say(flagLang))
	flags.DurationVar(&a.options.timeout, "timeout", usualTimeout, a.say(flagTimeout))
	flags.BoolP("help", "h", false, a.say(flagHelp))
	flags.Lookup("dir").DefValue = ""
	root.SetUsageTemplate(a.usageTemplate())
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageOf(err) })
	root.SetHelpCommand(&cobra.Command{Hidden: true})
	root.AddCommand(a.commands()...)
	a.tellDefaults(root)
	return root
}

// tellDefaults puts the defaults of flags into the words of the language; pflag knows English only.
func (a *app) tellDefaults(c *cobra.Command) {
	nothing := map[string]string{"int": "0", "bool": "false", "duration": "0s", "strings": "[]", "stringArray": "[]", "stringSlice": "[]"}
	tell := func(f *pflag.Flag) {
		if f.DefValue != nothing[f.Value.Type()] {
			f.Usage += a.say(message.Text{En: " (default %s)", Zh: "（默认 %s）"}, shortDuration(f.DefValue))
			f.DefValue = nothing[f.Value.Type()]
		}
	}
	c.LocalNonPersistentFlags().VisitAll(tell)
	c.PersistentFlags().VisitAll(tell)
	for _, below := range c.Commands() {
		a.tellDefaults(below)
	}
}

// shortDuration writes 2m0s as 2m.
func shortDuration(text string) string {
	for _, zero := range []string{"0s", "0m"} {
		if short := strings.TrimSuffix(text, zero); strings.TrimRight(short, "hm") != short {
			text = short
		}
	}
	return text
}

func (a *app) commands() []*cobra.Command {
	return []*cobra.Command{
		a.demoCommand(), a.networkCommands(), a.organisationCommands(), a.typeCommands(), a.enrolCommand(), a.walletCommands(),
		a.credentialCommands(), a.nonceCommand(), a.presentCommand(), a.verifyCommands(), a.trustCommands(), a.proofCommands(), a.documentCommands(),
		a.notariseCommand(), a.historyCommand(),
		a.auditCommands(),
		a.benchCommand(), a.completionCommand(), a.versionCommand(),
	}
}

var (
	headUsage    = message.Text{En: "Usage:", Zh: "用法："}
	headCommands = message.Text{En: "Commands:", Zh: "命令："}
	headExamples = message.Text{En: "Examples:", Zh: "示例："}
	headFlags    = message.Text{En: "Flags:", Zh: "选项："}
	headGlobal   = message.Text{En: "Flags of every command:", Zh: "通用选项："}
	headMore     = message.Text{En: "More: {{.CommandPath}} COMMAND --help", Zh: "更多：{{.CommandPath}} 命令 --help"}
	wordCommand  = message.Text{En: "COMMAND", Zh: "命令"}
	wordFlags    = message.Text{En: "[flags]", Zh: "[选项]"}
)

func (a *app) usageTemplate() string {
	return a.say(headUsage) + `
{{if or (not .HasAvailableSubCommands) .Annotations.` + works + `}}  {{.UseLine}} ` + a.say(wordFlags) + `
{{end}}{{if .HasAvailableSubCommands}}  {{.CommandPath}} ` + a.say(wordCommand) + ` ` + a.say(wordFlags) + `
{{end}}{{if .HasExample}}
` + a.say(headExamples) + `
{{.Example}}
{{end}}{{if .HasAvailableSubCommands}}
` + a.say(headCommands) + `{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}
{{end}}{{if .HasAvailableLocalFlags}}
` + a.say(headFlags) + `
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}{{if .HasAvailableInheritedFlags}}
` + a.say(headGlobal) + `
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}
{{end}}{{if .HasAvailableSubCommands}}
` + a.say(headMore) + `
{{end}}`
}
