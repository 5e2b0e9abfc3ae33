package cli

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/evidence/audit"
	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/ledger"
)

// capturedLedger is one of testdata/blocks: the file, its blocks and the hash of the first.
func capturedLedger(t *testing.T, name string) (file []byte, blocks [][]byte, genesis string) {
	t.Helper()
	packed, err := os.Open("../testdata/blocks/" + name + ".blocks.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	if file, err = io.ReadAll(unpacked); err != nil {
		t.Fatal(err)
	}
	for encoded, err := range audit.ReadFile(bytes.NewReader(file)) {
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, encoded)
	}
	first, err := block.ParseBytes(blocks[0])
	if err != nil {
		t.Fatal(err)
	}
	return file, blocks, first.Hash.String()
}

// withLedger is a bench whose peers have the blocks of a captured ledger.
func withLedger(t *testing.T, name string) (b *bench, file []byte, genesis string) {
	t.Helper()
	b = newBench(t)
	file, b.channel.blocks, genesis = capturedLedger(t, name)
	b.channel.block = uint64(len(b.channel.blocks)) - 1
	return b, file, genesis
}

// told is what the tests look at in a report.
type toldReport struct {
	Sound, Incomplete     bool
	Trusted               struct{ From anchorOrigin }
	Source                struct{ Peer string }
	Blocks, First, Valid  uint64
	Signatures            uint64
	Size                  int
	CommitHash, StateRoot string
	Findings              []audit.Finding
}

func decodeReport(t *testing.T, o outcome) toldReport {
	t.Helper()
	var r toldReport
	if err := json.Unmarshal([]byte(o.out), &r); err != nil {
		t.Fatalf("%v in %s%s", err, o.out, o.err)
	}
	return r
}

func TestAuditOfAPeer(t *testing.T) {
	b, _, genesis := withLedger(t, "bft")
	o := b.run("audit", "run", "--genesis", genesis, "--heads", "none", "-o", "json")
	r := decodeReport(t, o)
	if o.exit != exitDone || !r.Sound || r.Incomplete || r.Blocks != 45 || r.Size == 0 || r.Source.Peer != "ServiceMSP" || r.Trusted.From != fromCommand {
		t.Errorf("exit %d, %s%s", o.exit, o.out, o.err)
	}
	if !strings.Contains(o.err, "45 of 45 blocks") {
		t.Errorf("progress: %q", o.err)
	}
	inBoth(t, func(t *testing.T, language message.Language) {
		o := b.run("--lang", string(language), "audit", "run", "--genesis", genesis, "--heads", "none", "--from-peer", "AuditMSP")
		if want := map[message.Language]string{message.English: "SOUND", message.Chinese: "无误"}[language]; !strings.HasPrefix(o.out, want+"\n") || !strings.Contains(o.out, genesis) || !strings.Contains(o.out, "AuditMSP") {
			t.Errorf("%s%s", o.out, o.err)
		}
	})
	b.gateway = "http://127.0.0.1:1"
	if said := b.mustFail2(exitUnknown, "audit", "run", "--genesis", genesis); !strings.Contains(said, "--heads none") {
		t.Errorf("without heads: %q", said)
	}
	b.channel.block = 60 // the peer says that it has blocks which it does not give
	o = b.run("audit", "run", "--genesis", genesis, "--heads", "none", "-o", "json")
	if r := decodeReport(t, o); o.exit != exitUnknown || !r.Sound || !r.Incomplete || r.Blocks != 45 || !strings.Contains(o.err, "--from-peer") {
		t.Errorf("blocks held back: exit %d, %s%s", o.exit, o.out, o.err)
	}
}

// mustFail2 is mustFail for commands that tell their progress on standard error.
func (b *bench) mustFail2(exit int, args ...string) string {
	b.t.Helper()
	o := b.run(args...)
	if o.exit != exit || !strings.Contains(o.err, "imi: ") {
		b.t.Fatalf("imi %s: exit %d, want %d\n%s%s", strings.Join(args, " "), o.exit, exit, o.out, o.err)
	}
	return o.err
}

func TestAuditNeedsAnAnchor(t *testing.T) {
	b, file, genesis := withLedger(t, "bft")
	path := b.write("l.blocks", string(file))
	for _, args := range [][]string{
		{"--file", path}, {"--file", path, "--genesis", "00"}, {"--file", path, "--genesis", genesis, "--trust", "x"},
		{"--genesis", genesis, "--file", path, "--from-peer", "AuditMSP"}, {"--genesis", genesis, "--max-findings", "0"},
	} {
		b.mustFail(exitUsage, append([]string{"audit", "run"}, args...)...)
	}
	b.mustFail(exitNotFound, "audit", "run", "--genesis", genesis, "--file", b.path("none"))
	b.mustFail(exitNotFound, "audit", "run", "--trust", b.path("none"), "--file", path)
	b.mustFail(exitNotValid, "audit", "run", "--trust", b.write("t.json", "{}"), "--file", path)
	b.mustFail(exitNotFound, "audit", "run", "--genesis", genesis, "--from-peer", "NobodyMSP")

	hash, err := ledger.ParseDigest(genesis)
	if err != nil {
		t.Fatal(err)
	}
	text, err := answer.Trust{Channel: "imi", Genesis: hash, Threshold: 1, Organisations: []answer.Trusted{{MSPID: "AuditMSP", HeadKeys: []ledger.PublicKey{}}}}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	out := b.mustRun("audit", "run", "--file", path, "--trust", b.write("trust.json", string(text)))
	if !strings.Contains(out, "from trust file "+b.path("trust.json")) || !strings.Contains(out, "compared with no signed head") {
		t.Errorf("%s", out)
	}
	if o := b.run("audit", "run", "--file", path, "--genesis", strings.Repeat("ab", 32)); o.exit != exitNotValid || !strings.Contains(o.out, "genesis block has hash") {
		t.Errorf("exit %d, %s%s", o.exit, o.out, o.err)
	}
}

// TestAuditNamesWhatIsWrong audits a ledger with records that a majority forged, and damaged files.
func TestAuditNamesWhatIsWrong(t *testing.T) {
	b, file, genesis := withLedger(t, "forged")
	path := b.write("forged.blocks", string(file))
	o := b.run("audit", "run", "--file", path, "--genesis", genesis, "-o", "json")
	if r := decodeReport(t, o); o.exit != exitNotValid || r.Sound || len(r.Findings) != 1 || r.Findings[0].Block != 9 || len(r.Findings[0].Records) == 0 ||
		r.Findings[0].Records[0].Kind() != ledger.KindAttestation {
		t.Errorf("exit %d, %s%s", o.exit, o.out, o.err)
	}
	inBoth(t, func(t *testing.T, language message.Language) {
		o := b.run("--lang", string(language), "audit", "run", "--file", path, "--genesis", genesis, "--keep-going")
		if o.exit != exitNotValid || strings.Count(o.out, "attestation/") < 4 {
			t.Errorf("exit %d, %s%s", o.exit, o.out, o.err)
		}
		if language == message.Chinese && (strings.Contains(o.out, "the rules") || strings.Contains(o.out, "expected")) {
			t.Errorf("not all of it is in Chinese: %s", o.out)
		}
	})
	for name, change := range map[string]func([]byte) []byte{
		"one bit":    func(f []byte) []byte { f[len(f)/2] ^= 4; return f },
		"cut off":    func(f []byte) []byte { return f[:len(f)/2] },
		"end gone":   func(f []byte) []byte { return f[:len(f)-12] },
		"more":       func(f []byte) []byte { return append(f, 0) },
		"other kind": func([]byte) []byte { return []byte("PK\x03\x04") },
		"empty":      func([]byte) []byte { return nil },
	} {
		sound, _, genesis := capturedLedger(t, "load")
		o := b.run("audit", "run", "--file", b.write("changed", string(change(sound))), "--genesis", genesis)
		if o.exit != exitNotValid || !strings.Contains(o.out, "NOT SOUND, findings: 1") {
			t.Errorf("%s: exit %d, %s%s", name, o.exit, o.out, o.err)
		}
	}
}

func TestExport(t *testing.T) {
	b, file, genesis := withLedger(t, "load")
	path := b.path("l.blocks")
	b.mustRun("audit", "export", path)
	if written, err := os.ReadFile(path); err != nil || !bytes.Equal(written, file) {
		t.Errorf("%v: another file than the captured one", err)
	}
	b.mustFail(exitConflict, "audit", "export", path)
	r := asJSON[exported](b, "audit", "export", path, "--force", "--to", "9", "--from-peer", "PoliceMSP")
	if r.Blocks != 10 || r.Source.Peer != "PoliceMSP" {
		t.Errorf("%+v", r)
	}
	b.mustFail(exitNotFound, "audit", "export", b.path("x"), "--to", "68")
	b.mustFail(exitUsage, "audit", "export", b.path("x"), "--to", "last")
	if out := b.mustRun("audit", "run", "--file", path, "--genesis", genesis); !strings.Contains(out, "blocks        10\n") {
		t.Errorf("%s", out)
	}
	b.channel.block = 80
	b.mustFail2(exitUnknown, "audit", "export", b.path("x"))
	left, err := os.ReadDir(b.dir)
	if err != nil || len(left) != 2 { // organisations and l.blocks
		t.Errorf("%v, left behind: %v", err, left)
	}
}

// TestCheckpoint interrupts an audit and goes on.
func TestCheckpoint(t *testing.T) {
	b, file, genesis := withLedger(t, "bft")
	path, checkpoint := b.write("l.blocks", string(file)), b.path("ck")
	args := []string{"audit", "run", "--file", path, "--genesis", genesis, "-o", "json"}
	whole := decodeReport(t, b.run(args...))
	part := b.write("part.blocks", "")
	b.mustRun("audit", "export", part, "--force", "--to", "20")
	args = append(args, "--checkpoint", checkpoint)
	o := b.run("audit", "run", "--file", part, "--genesis", genesis, "--checkpoint", checkpoint, "-o", "json")
	if r := decodeReport(t, o); o.exit != exitDone || r.Blocks != 21 {
		t.Fatalf("exit %d, %s%s", o.exit, o.out, o.err)
	}
	for range 2 { // the second has nothing new to read
		o = b.run(args...)
		if r := decodeReport(t, o); o.exit != exitDone || r.First == 0 || r.StateRoot != whole.StateRoot || r.CommitHash != whole.CommitHash || r.Valid != whole.Valid || r.Signatures != whole.Signatures {
			t.Fatalf("exit %d, %s%s", o.exit, o.out, o.err)
		}
	}
	if o := b.run("audit", "run", "--file", part, "--genesis", genesis, "--checkpoint", checkpoint); o.exit != exitNotValid || !strings.Contains(o.out, "the ledger ends before block 21") {
		t.Errorf("a file that ends before the checkpoint: exit %d, %s%s", o.exit, o.out, o.err)
	}
	b.mustFail(exitUsage, "audit", "run", "--file", path, "--genesis", strings.Repeat("ab", 32), "--checkpoint", checkpoint)
	b.channel.block = 20 // a peer that is behind the checkpoint
	b.mustFail(exitUnknown, "audit", "run", "--genesis", genesis, "--heads", "none", "--checkpoint", checkpoint)
	b.write("ck", "imi audit v1\nsomething else")
	if said := b.mustFail(exitUsage, "audit", "run", "--file", path, "--genesis", genesis, "--checkpoint", checkpoint); !strings.Contains(said, "delete this one") {
		t.Errorf("%q", said)
	}
}

// TestCheckpointInTheWay: another audit has the file, it cannot be written, or all of standard input was audited before.
func TestCheckpointInTheWay(t *testing.T) {
	b, file, genesis := withLedger(t, "bft")
	path, checkpoint := b.write("l.blocks", string(file)), b.path("ck")
	args := []string{"audit", "run", "--genesis", genesis, "--checkpoint", checkpoint, "--file"}
	other, err := openCheckpoint(checkpoint, 0)
	if err != nil {
		t.Fatal(err)
	}
	if said := b.mustFail(exitConflict, append(args, path)...); !strings.Contains(said, "another audit is at work") {
		t.Errorf("%q", said)
	}
	other.close()

	obstacle := b.path(".ck.new/in the way")
	if err := os.MkdirAll(obstacle, 0o700); err != nil {
		t.Fatal(err)
	}
	o := b.run(append(args, path, "--checkpoint-every", "0")...)
	if o.exit != exitFault || !strings.HasPrefix(o.out, "SOUND\n") || strings.Count(o.err, "cannot be written to "+checkpoint) != 46 || !strings.Contains(o.err, "the report stands") {
		t.Errorf("exit %d, %s%s", o.exit, o.out, o.err)
	}
	if err := os.RemoveAll(b.path(".ck.new")); err != nil {
		t.Fatal(err)
	}

	for _, first := range []uint64{0, 45} {
		b.stdin = string(file)
		o := b.run(append(args, "-", "-o", "json")...)
		if r := decodeReport(t, o); o.exit != exitDone || r.First != first || r.Blocks != 45 {
			t.Errorf("exit %d, %s%s", o.exit, o.out, o.err)
		}
	}
	for _, wrong := range [][]string{{"--checkpoint-every", "-1s"}, {"--checkpoint", "-"}} {
		b.mustFail(exitUsage, append([]string{"audit", "run", "--file", path, "--genesis", genesis}, wrong...)...)
	}
}

// TestAuditInterrupted sees what was reached reported and saved.
func TestAuditInterrupted(t *testing.T) {
	b, _, genesis := withLedger(t, "bft")
	ctx, cancel := context.WithCancel(t.Context())
	b.channel.served = func(number uint64) {
		if number == 30 {
			cancel()
		}
	}
	checkpoint := b.path("ck")
	o := b.runWith(ctx, "audit", "run", "--genesis", genesis, "--heads", "none", "--checkpoint", checkpoint)
	if o.exit != exitInterrupted || !strings.Contains(o.out, "SOUND SO FAR") {
		t.Errorf("exit %d, %s%s", o.exit, o.out, o.err)
	}
	b.channel.served = nil
	o = b.run("audit", "run", "--genesis", genesis, "--heads", "none", "--checkpoint", checkpoint, "-o", "json")
	if r := decodeReport(t, o); o.exit != exitDone || r.Blocks != 45 {
		t.Errorf("exit %d, %s%s", o.exit, o.out, o.err)
	}
}
