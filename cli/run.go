package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/imi-ledger/imi/cli/message"
)

// Run carries out one command line and returns the exit code. The program's name is how it was called.
func Run(ctx context.Context, program string, args []string, s Streams) int {
	return newApp(program, s).run(ctx, args)
}

func (a *app) run(ctx context.Context, args []string) int {
	a.language = languageOf(args, a.getenv)
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.In)
	root.SetOut(a.Out)
	root.SetErr(a.Err)
	started := false
	root.PersistentPreRunE = func(command *cobra.Command, _ []string) error {
		if err := a.checkOptions(command); err != nil {
			return err
		}
		started, a.dirGiven = true, command.Flags().Changed("dir")
		limited, cancel := a.limit(command.Context(), command)
		a.cancel = cancel
		command.SetContext(limited)
		return nil
	}
	a.cancel = func() {}
	err := root.ExecuteContext(ctx)
	if closing := a.close(); err == nil {
		err = closing
	}
	if err != nil && !started {
		if codeOf(err) == "" {
			err = usageOf(err)
		}
		if wantsJSON(args) { // cobra stops reading at the first thing that is wrong
			a.options.output = outputJSON
		}
	}
	return a.report(ctx, err)
}

// languageOf finds --lang before anything is parsed, since it decides the words of the help too.
func languageOf(args []string, getenv func(string) string) message.Language {
	for _, value := range valuesOf(args, "--lang") {
		if language, known := message.ParseLanguage(value); known {
			return language
		}
	}
	return message.FromEnvironment(getenv)
}

func wantsJSON(args []string) bool {
	return slices.Contains(args, "-ojson") || slices.Contains(append(valuesOf(args, "-o"), valuesOf(args, "--output")...), outputJSON)
}

// valuesOf finds what a flag is given on a command line that need not be right otherwise.
func valuesOf(args []string, flag string) []string {
	var values []string
	for i, arg := range args {
		if value, found := strings.CutPrefix(arg, flag+"="); found {
			values = append(values, value)
		} else if arg == flag && i+1 < len(args) {
			values = append(values, args[i+1])
		}
	}
	return values
}

// unlimited marks commands that bound each of their own steps instead, or work until they are interrupted.
const unlimited = "unlimited"

func (a *app) limit(ctx context.Context, command *cobra.Command) (context.Context, context.CancelFunc) {
	if command.Annotations[unlimited] != "" && !command.Flags().Changed("timeout") {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, a.options.timeout)
}

func (a *app) checkOptions(command *cobra.Command) error {
	if flag := command.Flags().Lookup("lang"); flag.Changed {
		if _, known := message.ParseLanguage(flag.Value.String()); !known {
			return usage(message.Text{En: "--lang is zh or en", Zh: "--lang 只能是 zh 或 en"})
		}
	}
	if a.options.output != outputText && a.options.output != outputJSON {
		return usage(message.Text{En: "--output is text or json", Zh: "--output 只能是 text 或 json"})
	}
	if a.options.timeout <= 0 {
		return usage(message.Text{En: "--timeout must be positive, such as 30s", Zh: "--timeout 必须为正，例如 30s"})
	}
	return nil
}
