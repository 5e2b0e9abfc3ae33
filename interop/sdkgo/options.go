package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"time"

	"gopkg.in/yaml.v2"
)

// options are the flags of the program.
type options struct {
	profile, organisation, user string
	channel, chaincode          string
	function, argument          string
	execute, executeArgument    string
	timeout                     time.Duration
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("sdkgo", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.profile, "profile", "", "connection profile `file` (imi network profile ORG)")
	flags.StringVar(&o.organisation, "org", "", "`organisation` to act as, by its name in the profile or its MSPID; the profile's own by default")
	flags.StringVar(&o.user, "user", "Admin", "user of the profile to act as")
	flags.StringVar(&o.channel, "channel", "imi", "channel")
	flags.StringVar(&o.chaincode, "chaincode", "imi", "chaincode")
	flags.StringVar(&o.function, "function", "record:List", "`function` to query")
	flags.StringVar(&o.argument, "argument", `{"kind":"organisation","limit":10}`, "its argument, or @FILE")
	flags.StringVar(&o.execute, "execute", "", "`function` to execute; the queried one by default, which writes nothing")
	flags.StringVar(&o.executeArgument, "execute-argument", "", "its argument, or @FILE")
	flags.DurationVar(&o.timeout, "timeout", time.Minute, "limit for each step")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is not a flag", flags.Arg(0))
	}
	if o.profile == "" {
		return o, errors.New("--profile is needed; see --help")
	}
	if (o.execute == "") != (o.executeArgument == "") {
		return o, errors.New("--execute and --execute-argument go together")
	}
	return o, o.readArguments()
}

func (o *options) readArguments() (err error) {
	if o.argument, err = textOrFile(o.argument); err != nil {
		return err
	}
	if o.executeArgument, err = textOrFile(o.executeArgument); err != nil {
		return err
	}
	if o.execute == "" {
		o.execute, o.executeArgument = o.function, o.argument
	}
	return nil
}

func textOrFile(argument string) (string, error) {
	name, isFile := strings.CutPrefix(argument, "@")
	if !isFile {
		return argument, nil
	}
	text, err := os.ReadFile(name)
	return string(text), err
}

// organisationName finds what the profile calls an organisation: SDK clients name it so, people by its MSPID.
func organisationName(profile []byte, wanted string) (string, error) {
	var content struct {
		Client struct {
			Organization string `yaml:"organization"`
		} `yaml:"client"`
		Organizations map[string]struct {
			MSPID string `yaml:"mspid"`
		} `yaml:"organizations"`
	}
	if err := yaml.Unmarshal(profile, &content); err != nil {
		return "", fmt.Errorf("the connection profile is neither YAML nor JSON: %w", err)
	}
	if wanted == "" {
		wanted = content.Client.Organization
	}
	var known []string
	for name, organisation := range content.Organizations {
		if name == wanted || organisation.MSPID == wanted {
			return name, nil
		}
		known = append(known, name)
	}
	sort.Strings(known)
	return "", fmt.Errorf("no organisation %q in the connection profile: it has %s", wanted, strings.Join(known, ", "))
}
