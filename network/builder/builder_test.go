package builder

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func put(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const connection = `{"address":"127.0.0.1:9999","domain":"chaincode.police.imi.test","rootCertificate":"tls/ca.crt","clientCertificate":"tls/server.crt","clientKey":"tls/server.key"}`

func TestDetect(t *testing.T) {
	for text, want := range map[string]bool{
		`{"type":"ccaas","label":"x"}`: true, `{"type":"CCAAS"}`: true,
		`{"type":"golang"}`: false, `{}`: false, `null`: false, `x`: false,
	} {
		dir := t.TempDir()
		put(t, filepath.Join(dir, "metadata.json"), text)
		if err := Run([]string{"/b/bin/detect", "src", dir}, "", io.Discard); (err == nil) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	if Run([]string{"detect", "src", t.TempDir()}, "", io.Discard) == nil {
		t.Error("a package without metadata is accepted")
	}
}

func TestRelease(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	file := put(t, filepath.Join(dir, "chaincode.json"), connection)
	for _, name := range []string{"ca.crt", "server.crt", "server.key"} {
		put(t, filepath.Join(dir, "tls", name), "content of "+name)
	}
	if err := Run([]string{"release", "bld", out}, file, io.Discard); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(out, "chaincode", "server", "connection.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got release
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	want := release{Address: "127.0.0.1:9999", Domain: "chaincode.police.imi.test", DialTimeout: "10s", TLSRequired: true, ClientAuthRequired: true,
		ClientKey: "content of server.key", ClientCert: "content of server.crt", RootCert: "content of ca.crt"}
	if got != want {
		t.Errorf("got %+v", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key lies in a file of mode %v, %v", info.Mode(), err)
	}
}

func TestReleaseRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, file := range map[string]string{
		"no variable":     "",
		"no file":         filepath.Join(dir, "none"),
		"missing address": put(t, filepath.Join(dir, "a"), strings.Replace(connection, "127.0.0.1:9999", "", 1)),
		"unknown field":   put(t, filepath.Join(dir, "b"), strings.Replace(connection, `"domain"`, `"tls":false,"domain"`, 1)),
		"missing key":     put(t, filepath.Join(dir, "c"), connection),
	} {
		if Run([]string{"release", "bld", t.TempDir()}, file, io.Discard) == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestOtherNames(t *testing.T) {
	if err := Run([]string{"build", "src", "meta", "out"}, "", io.Discard); err != nil {
		t.Error(err)
	}
	for _, args := range [][]string{nil, {"imi-builder"}, {"detect"}, {"build", "x"}, {"release"}, {"run", "a", "b"}} {
		if Run(args, "", io.Discard) == nil {
			t.Errorf("%v is accepted", args)
		}
	}
}
