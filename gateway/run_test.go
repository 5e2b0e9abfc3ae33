package gateway

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRunRefusesWhatCannotWork(t *testing.T) {
	folder := t.TempDir()
	profile := filepath.Join(folder, "profile.json")
	if err := os.WriteFile(profile, []byte(`{"organisation":"PoliceMSP","secret":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no profile":         {nil, "--profile is needed"},
		"words":              {[]string{"--profile", "x", "serve"}, "only flags"},
		"unknown flag":       {[]string{"--colour", "red"}, "not defined"},
		"no such file":       {[]string{"--profile", filepath.Join(folder, "none.json")}, "no such file"},
		"unknown field":      {[]string{"--profile", profile}, `unknown field "secret"`},
		"rebuild likewise":   {[]string{"rebuild", "--profile", profile}, `unknown field "secret"`},
		"half of TLS":        {[]string{"--profile", profile, "--tls-cert", "x"}, "go together"},
		"long nonces":        {[]string{"--profile", profile, "--nonce-lifetime", "121s"}, "--nonce-lifetime"},
		"no quota":           {[]string{"--profile", profile, "--quota", "0"}, "--quota"},
		"quota is no number": {[]string{"--profile", profile, "--quota", "NaN"}, "--quota"},
		"no lag":             {[]string{"--profile", profile, "--max-lag", "0s"}, "--max-lag"},
		"URL with user":      {[]string{"--profile", profile, "--public-url", "https://me@example.org"}, "--public-url"},
		"URL without host":   {[]string{"--profile", profile, "--public-url", "example.org"}, "--public-url"},
	} {
		var stdout, stderr bytes.Buffer
		if err := Run(t.Context(), c.args, &stdout, &stderr); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestHelpNamesEveryFlagWithItsDefault(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if err := Run(t.Context(), []string{"--help"}, &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"-profile", "-listen", "-data", "-public-url", "-audience", "-tls-cert", "-tls-key", "-max-lag",
		"-nonce-lifetime", "-quota", "-streams", "-all-streams", "-shutdown"} {
		_, text, found := strings.Cut(stderr.String(), "\n  "+flag+" ")
		text, _, _ = strings.Cut(text, "\n  -")
		if !found || (!strings.Contains(text, "(default ") && flag != "-profile" && flag != "-tls-key") {
			t.Errorf("%s: %q", flag, text)
		}
	}
}
