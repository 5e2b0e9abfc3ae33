package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseOptions(t *testing.T) {
	file := filepath.Join(t.TempDir(), "argument.json")
	if err := os.WriteFile(file, []byte(`{"a":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := parseOptions([]string{"--profile", "p", "--execute", "f", "--execute-argument", "@" + file}, io.Discard)
	if err != nil || o.executeArgument != `{"a":1}` || o.function != "record:List" {
		t.Errorf("%+v, %v", o, err)
	}
	if o, err = parseOptions([]string{"--profile", "p"}, io.Discard); err != nil || o.execute != o.function {
		t.Errorf("%+v, %v", o, err)
	}
	for _, args := range [][]string{{}, {"--profile", "p", "more"}, {"--profile", "p", "--execute", "f"}, {"--profile", "p", "--argument", "@" + file + "x"}} {
		if _, err := parseOptions(args, io.Discard); err == nil {
			t.Errorf("%v: accepted", args)
		}
	}
}

func TestOrganisationName(t *testing.T) {
	profile := []byte("client: {organization: police}\norganizations: {police: {mspid: PoliceMSP}, audit: {mspid: AuditMSP}}\n")
	for wanted, want := range map[string]string{"": "police", "audit": "audit", "AuditMSP": "audit"} {
		if got, err := organisationName(profile, wanted); err != nil || got != want {
			t.Errorf("%q is %q, %v", wanted, got, err)
		}
	}
	if _, err := organisationName(profile, "other"); err == nil || !strings.Contains(err.Error(), "audit, police") {
		t.Errorf("an unknown organisation gave %v", err)
	}
	if _, err := organisationName([]byte("\t"), ""); err == nil {
		t.Error("rubbish was accepted")
	}
}
