package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
)

// command describes one command in both languages.
type command struct {
	use      string // "show KEY"
	short    message.Text
	long     message.Text // "" repeats short
	examples []string     // whole command lines; a comment behind " # " is cut to the language: "en | zh"
	args     cobra.PositionalArgs
	endless  bool // bounds its own steps; see unlimited
	run      func(ctx context.Context, args []string) (result, error)
}

// works marks commands that do something themselves, in place of only having others below them.
const works = "works"

// usageOf gives the words of cobra and pflag for a command line they cannot read in both languages.
func usageOf(err error) error {
	text := oneLine(err.Error())
	for prefix, zh := range map[string]string{
		"unknown flag: ":           "未知选项：",
		"unknown shorthand flag: ": "未知短选项：",
		"flag needs an argument: ": "选项缺少参数：",
		"invalid argument ":        "参数无效：",
		"bad flag syntax: ":        "选项写法有误：",
		"unknown command ":         "未知命令：",
	} {
		if rest, found := strings.CutPrefix(text, prefix); found {
			return usage(message.Text{En: "%[1]s", Zh: zh + "%[2]s"}, text, rest)
		}
	}
	return usage(message.Text{En: "%s", Zh: "%s"}, text)
}

// make turns the description into a command of cobra.
func (a *app) make(c command) *cobra.Command {
	made := &cobra.Command{
		Use: c.use, Short: a.say(c.short), Long: a.say(c.long), Example: a.examples(c.examples),
		Args: c.args, SilenceErrors: true, SilenceUsage: true, DisableFlagsInUseLine: true,
	}
	if c.args == nil {
		made.Args = a.noArguments
	}
	if c.long == (message.Text{}) {
		made.Long = made.Short + a.say(message.Text{En: ".", Zh: "。"})
	}
	made.Annotations = map[string]string{works: "true"}
	if c.endless {
		made.Annotations[unlimited] = "true"
	}
	made.RunE = func(command *cobra.Command, args []string) error {
		return a.end(c.run(command.Context(), args))
	}
	return made
}

// end prints what a command has to tell, also when it failed, and passes its error on.
func (a *app) end(r result, err error) error {
	if r != nil {
		if problem := a.print(r); problem != nil {
			return problem
		}
	}
	return err
}

// group is a command that only has others below it.
func (a *app) group(use string, short message.Text, below ...*cobra.Command) *cobra.Command {
	made := &cobra.Command{Use: use, Short: a.say(short), Long: a.say(short) + a.say(message.Text{En: ".", Zh: "。"}),
		SilenceErrors: true, SilenceUsage: true, DisableFlagsInUseLine: true}
	made.Example = "  " + strings.TrimSpace(below[0].Example)
	made.Args = func(command *cobra.Command, args []string) error {
		if len(args) > 0 {
			return a.noSuchCommand(command, args[0])
		}
		return nil
	}
	made.RunE = func(command *cobra.Command, _ []string) error {
		if a.options.output != outputJSON {
			_ = command.Help()
		}
		return usage(textNeedsCommand, command.CommandPath())
	}
	made.AddCommand(below...)
	return made
}

// noSuchCommand refuses a word that is no command, without repeating it: it may be personal data in the wrong place. It names
// the commands that may have been meant: those below with a name like it, or those anywhere with that very name.
func (a *app) noSuchCommand(command *cobra.Command, word string) error {
	var meant []string
	command.SuggestionsMinimumDistance = 2
	for _, name := range command.SuggestionsFor(word) {
		meant = append(meant, command.CommandPath()+" "+name)
	}
	if len(meant) == 0 {
		meant = pathsTo(command.Root(), word)
	}
	refused := &trouble{code: codeUsage, what: textNoSuchCommand, args: []any{command.CommandPath()}}
	if len(meant) == 0 || len(meant) > mostMeant {
		return refused
	}
	return advise(refused, nextMeant, strings.Join(meant, ", "))
}

// mostMeant bounds what is offered in place of a wrong word.
const mostMeant = 4

// pathsTo finds the commands of a name, wherever they are.
func pathsTo(command *cobra.Command, name string) []string {
	var paths []string
	for _, below := range command.Commands() {
		if below.Name() == name && below.IsAvailableCommand() {
			paths = append(paths, below.CommandPath())
		}
		paths = append(paths, pathsTo(below, name)...)
	}
	return paths
}

var (
	nextMeant         = message.Text{En: "perhaps: %s", Zh: "是否要用：%s"}
	textNoSuchCommand = message.Text{En: "%q has no such command", Zh: "%q 没有这个子命令"}
	textNeedsCommand  = message.Text{En: "%q needs one of the commands listed", Zh: "%q 需要上列子命令之一"}
	textNoArguments   = message.Text{
		En: "%q takes no arguments; personal data come from a file or standard input",
		Zh: "%q 不接受参数；个人信息须来自文件或标准输入"}
	textArguments = message.Text{En: "%q takes %s", Zh: "%q 需要参数：%s"}
)

// noArguments refuses arguments without repeating them: they may be personal data in the wrong place.
func (a *app) noArguments(command *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage(textNoArguments, command.CommandPath())
	}
	return nil
}

// arguments demands a number of arguments, named as in the usage line.
func arguments(least, most int, names string) cobra.PositionalArgs {
	return func(command *cobra.Command, args []string) error {
		if len(args) < least || most >= 0 && len(args) > most {
			return usage(textArguments, command.CommandPath(), names)
		}
		return nil
	}
}

// examples renders example lines; what follows " # " explains them in both languages, split by " | ".
func (a *app) examples(lines []string) string {
	var out []string
	for _, line := range lines {
		text, explained, found := strings.Cut(line, " # ")
		if found {
			en, zh, _ := strings.Cut(explained, " | ")
			out = append(out, "  # "+message.Text{En: en, Zh: zh}.In(a.language))
		}
		out = append(out, "  "+text)
	}
	return strings.Join(out, "\n")
}
