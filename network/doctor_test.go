package network

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestDoctorOfCertificates(t *testing.T) {
	n := prepared(t, Native)
	made := time.Now()
	for name, c := range map[string]struct {
		at    time.Time
		want  Verdict
		found string
	}{
		"new":          {made, Good, "the first expires"},
		"31 days left": {made.AddDate(certificateYears, 0, -31), Good, "the first expires"},
		"29 days left": {made.AddDate(certificateYears, 0, -29), Warning, "expires"},
		"over":         {made.AddDate(certificateYears, 0, 1), Bad, "expired"},
	} {
		check := n.checkCertificates(c.at)
		if check.Verdict != c.want || !strings.Contains(check.Found, c.found) || (check.Remedy == "") != (c.want == Good) {
			t.Errorf("%s: %+v", name, check)
		}
	}
	if err := os.WriteFile(n.layout.organisation("PoliceMSP", "admin.crt"), []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	if check := n.checkCertificates(made); check.Verdict != Bad || !strings.Contains(check.Found, "admin.crt is no certificate") {
		t.Errorf("%+v", check)
	}
}

// TestDoctorFollowsALink: a folder that is a symbolic link holds the same keys and certificates.
func TestDoctorFollowsALink(t *testing.T) {
	n := prepared(t, Native)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(n.Dir(), link); err != nil {
		t.Fatal(err)
	}
	linked := &Network{layout: layout{link}, state: n.state}
	for i, pair := range [][2]Check{{n.checkKeys(), linked.checkKeys()}, {n.checkCertificates(time.Now()), linked.checkCertificates(time.Now())}} {
		if pair[0] != pair[1] || strings.HasPrefix(pair[0].Found, "0,") {
			t.Errorf("%d: %+v, by the link %+v", i, pair[0], pair[1])
		}
	}
	key := n.layout.organisation("PoliceMSP", "admin.key")
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	if check := linked.checkKeys(); check.Verdict != Bad {
		t.Errorf("a key that others can read: %+v", check)
	}
}

func TestLargeLogs(t *testing.T) {
	n := prepared(t, Native)
	log := n.layout.log(n.Nodes()[0].Name)
	if err := os.MkdirAll(filepath.Dir(log), 0o700); err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{"first run", "second run", "third run"} {
		if err := os.WriteFile(log, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if check := n.checkLogs(5); check.Verdict != Warning || !strings.Contains(check.Found, log) || check.Remedy == "" {
			t.Errorf("run %d: %+v", i, check)
		}
		if check := n.checkLogs(1 << 20); check.Verdict != Good || check.Remedy != "" {
			t.Errorf("run %d: %+v", i, check)
		}
		if err := putAside(log, 100); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(log); err != nil {
			t.Errorf("a small log was put aside: %v", err)
		}
		if err := putAside(log, 5); err != nil {
			t.Fatal(err)
		}
		aside, err := os.ReadFile(log + ".1")
		if _, gone := os.Stat(log); !os.IsNotExist(gone) || err != nil || string(aside) != text {
			t.Errorf("put aside: %q, %v, %v", aside, err, gone)
		}
	}
	if err := putAside(log, 5); err != nil { // there is none
		t.Error(err)
	}
}
