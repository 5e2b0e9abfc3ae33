package audit

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"reflect"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

// TestCapturedLedgersAreSound audits real ledgers. Verdicts, commit hashes and read versions are the peers' own, so this
// holds our recomputation of Fabric's rules against Fabric.
func TestCapturedLedgersAreSound(t *testing.T) {
	for name, want := range map[string]struct {
		codes   []peer.TxValidationCode
		configs int
	}{
		"bft": {[]peer.TxValidationCode{peer.TxValidationCode_MVCC_READ_CONFLICT}, 4},
		"raft": {[]peer.TxValidationCode{peer.TxValidationCode_MVCC_READ_CONFLICT, peer.TxValidationCode_PHANTOM_READ_CONFLICT,
			peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE, peer.TxValidationCode_DUPLICATE_TXID, peer.TxValidationCode_INVALID_ENDORSER_TRANSACTION,
			peer.TxValidationCode_BAD_PROPOSAL_TXID, peer.TxValidationCode_BAD_COMMON_HEADER, peer.TxValidationCode_INVALID_CHAINCODE}, 3},
		"load": {nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			blocks, genesis := captured(t, name)
			seen, configs := map[byte]bool{}, 0
			report := run(t, blocks, genesis, Options{Block: func(b Block) error {
				for _, code := range b.Codes {
					seen[code] = true
				}
				if parsed, err := block.ParseBytes(blocks[b.Number]); err != nil || parsed.Hash != b.Hash {
					t.Errorf("block %d: another hash", b.Number)
				} else if parsed.Transactions[0].Type == block.Config {
					configs++
				}
				return nil
			}})
			if !report.Sound() || report.Blocks != uint64(len(blocks)) || report.Last != uint64(len(blocks)-1) {
				t.Fatalf("%d blocks of %d, findings %v", report.Blocks, len(blocks), report.Findings)
			}
			for _, code := range want.codes {
				if !seen[byte(code)] {
					t.Errorf("no transaction with verdict %v", code)
				}
			}
			if configs != want.configs || len(blocks) < 30 {
				t.Errorf("%d configurations, %d blocks", configs, len(blocks))
			}
		})
	}
}

// TestForgedRecords is what a majority of endorsers running a modified chaincode wrote: authors' signatures skipped, one
// organisation speaking for another. Fabric found all of it valid.
func TestForgedRecords(t *testing.T) {
	blocks, genesis := captured(t, "forged")
	report := run(t, blocks, genesis, Options{KeepGoing: true})
	expected := []struct {
		block uint64
		check Check
		found string
	}{
		{9, Record, "statement.issuer"},
		{11, Endorsement, "does not verify"},
		{12, Encoding, "unknown field"},
		{12, Record, "malformed"},
		{14, Record, "statement.issuer"},
		{15, Record, "author.signature"},
		{16, Record, "rests on an unsound record"},
	}
	if len(report.Findings) != len(expected) || report.Blocks != uint64(len(blocks)) || report.Stopped {
		t.Fatalf("%d findings in %d blocks: %v", len(report.Findings), report.Blocks, report.Findings)
	}
	for i, want := range expected {
		if f := report.Findings[i]; f.Block != want.block || f.Check != want.check || !strings.Contains(f.Found, want.found) || f.Transaction != 0 || f.ID == "" {
			t.Errorf("finding %d is %q, want one about %s in block %d", i, f, want.check, want.block)
		}
	}
}

func TestStopsAtTheFirstFinding(t *testing.T) {
	blocks, genesis := captured(t, "forged")
	var last uint64
	report := run(t, blocks, genesis, Options{Block: func(b Block) error {
		last = b.Number
		if unsound := len(b.Records) > 0 && b.Records[0].Unsound != ""; unsound != (b.Number == 9) {
			t.Errorf("block %d: unsound is %v", b.Number, unsound)
		}
		return nil
	}})
	if !report.Stopped || len(report.Findings) != 1 || report.Last != 9 || last != 9 || report.Sound() {
		t.Fatalf("stopped %v at block %d with %v", report.Stopped, report.Last, report.Findings)
	}
	report = run(t, blocks, genesis, Options{KeepGoing: true, MaxFindings: 2})
	if !report.Stopped || len(report.Findings) != 2 || report.Last != 11 {
		t.Fatalf("stopped %v at block %d with %v", report.Stopped, report.Last, report.Findings)
	}
}

func TestHeads(t *testing.T) {
	blocks, genesis := captured(t, "bft")
	heads := map[uint64]head.Head{}
	run(t, blocks, genesis, Options{Block: func(b Block) error {
		heads[b.Number] = head.Head{Channel: "imi", Block: b.Number, BlockHash: ledger.Digest(b.Hash), StateRoot: b.StateRoot}
		return nil
	}})
	good := []head.Head{heads[0], heads[12], heads[12], heads[44]}
	if report := run(t, blocks, genesis, Options{Heads: good}); !report.Sound() {
		t.Fatalf("sound heads: %v", report.Findings)
	}
	for name, change := range map[string]func(*head.Head){
		"state":   func(h *head.Head) { h.StateRoot[31] ^= 1 },
		"block":   func(h *head.Head) { h.BlockHash[0] ^= 1 },
		"channel": func(h *head.Head) { h.Channel = "other" },
		"beyond":  func(h *head.Head) { h.Block = 45 },
	} {
		h := heads[20]
		change(&h)
		if report := run(t, blocks, genesis, Options{Heads: append(good, h)}); len(report.Findings) != 1 {
			t.Errorf("%s: findings %v", name, report.Findings)
		}
		// The block was judged before the checkpoint, whether its head was known then or not.
		with := Options{Heads: append(good[:3:3], h), KeepGoing: true}
		for _, before := range []Options{{}, with} {
			if name == "beyond" && len(before.Heads) > 0 {
				continue // it is a finding of every part that is read
			}
			report, err := resumed(t, blocks, 30, genesis, before, with).Run(t.Context(), from(blocks))
			if err != nil || len(report.Findings) != 1 {
				t.Errorf("%s, resumed: %v, findings %v", name, err, report.Findings)
			}
		}
	}
}

func TestOtherGenesis(t *testing.T) {
	blocks, genesis := captured(t, "bft")
	if _, err := New(ledger.Digest{}, Options{}); err == nil {
		t.Error("an audit without trust")
	}
	genesis[5] ^= 4
	if report := run(t, blocks, genesis, Options{KeepGoing: true}); len(report.Findings) != 1 || report.Blocks != 0 {
		t.Errorf("findings %v", report.Findings)
	}
	other, _ := captured(t, "raft")
	_, genesis = captured(t, "bft")
	if report := run(t, append(blocks[:3:3], other[3:]...), genesis, Options{KeepGoing: true}); len(report.Findings) != 1 || report.Last != 2 {
		t.Errorf("findings %v", report.Findings)
	}
}

// TestInterrupted sees that an audit that was cut short says so, and finds nothing that is not there.
func TestInterrupted(t *testing.T) {
	blocks, genesis := captured(t, "bft")
	lost := errors.New("the peer went away")
	for name, source := range map[string]Source{
		"error": func(context.Context, uint64) iter.Seq2[[]byte, error] {
			return func(yield func([]byte, error) bool) {
				_ = yield(blocks[0], nil) && yield(blocks[1], nil) && yield(nil, lost)
			}
		},
		"waiting": func(ctx context.Context, _ uint64) iter.Seq2[[]byte, error] {
			return func(yield func([]byte, error) bool) {
				if yield(blocks[0], nil) && yield(blocks[1], nil) {
					<-ctx.Done()
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			a, err := New(genesis, Options{Block: func(b Block) error {
				if name == "waiting" && b.Number == 1 {
					cancel(lost)
				}
				return nil
			}})
			if err != nil {
				t.Fatal(err)
			}
			report, err := a.Run(ctx, source)
			if !errors.Is(err, lost) || len(report.Findings) != 0 || report.Blocks != 2 || a.Next() != 2 {
				t.Fatalf("error %v, findings %v, blocks %d", err, report.Findings, report.Blocks)
			}
		})
	}
}

// TestCheckpoints: an audit that is resumed reports what one without a pause does, findings included.
func TestCheckpoints(t *testing.T) {
	for name, cuts := range map[string][]int{"bft": {1, 3, 17, 31, 45}, "raft": {1, 20, 36, 76}, "forged": {9, 10, 12, 17, 18}} {
		blocks, genesis := captured(t, name)
		options := Options{KeepGoing: true}
		want := run(t, blocks, genesis, options)
		for _, cut := range cuts {
			second := resumed(t, blocks, cut, genesis, options, options)
			got, err := second.Run(t.Context(), from(blocks))
			want.Elapsed = got.Elapsed
			if err != nil || (name == "forged") == got.Sound() || !reflect.DeepEqual(got, want) {
				t.Errorf("%s resumed at %d: %v\n got %+v\nwant %+v", name, cut, err, got, want)
			}
		}
	}
}

// resumed is an audit that was saved behind the first blocks.
func resumed(t *testing.T, blocks [][]byte, cut int, genesis ledger.Digest, before, after Options) *Audit {
	t.Helper()
	first, err := New(genesis, before)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.Run(t.Context(), from(blocks[:cut])); err != nil {
		t.Fatal(err)
	}
	var saved bytes.Buffer
	if err := first.Save(&saved); err != nil {
		t.Fatal(err)
	}
	second, err := Resume(&saved, genesis, after)
	if err != nil {
		t.Fatal(err)
	}
	return second
}

func TestBadCheckpoints(t *testing.T) {
	blocks, genesis := captured(t, "bft")
	a, err := New(genesis, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Save(&bytes.Buffer{}); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("saved before block 0: %v", err)
	}
	if _, err := a.Run(t.Context(), from(blocks[:5])); err != nil {
		t.Fatal(err)
	}
	var saved bytes.Buffer
	if err := a.Save(&saved); err != nil {
		t.Fatal(err)
	}
	for at := 0; at < saved.Len(); at += 97 {
		damaged := bytes.Clone(saved.Bytes())
		damaged[at] ^= 0x10
		if _, err := Resume(bytes.NewReader(damaged), genesis, Options{}); !errors.Is(err, ErrCheckpoint) {
			t.Fatalf("byte %d changed: %v", at, err)
		}
	}
	genesis[0] ^= 1
	if _, err := Resume(&saved, genesis, Options{}); !errors.Is(err, ErrCheckpoint) {
		t.Errorf("of another ledger: %v", err)
	}
}

func TestNoBlocksAreNoSoundLedger(t *testing.T) {
	_, genesis := captured(t, "bft")
	if report := run(t, nil, genesis, Options{}); report.Sound() || report.Findings[0].Check != Extent {
		t.Errorf("found %v", report.Findings)
	}
}
