package chaincode_test

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/ledgertest"
)

var hostile = flag.Int("hostile", 1000, "hostile argument lists to try for every function")

// TestNamesAreExact closes contractapi's trap that other spellings reach a function and miss its checks.
func TestNamesAreExact(t *testing.T) {
	s := founded(t)
	before := s.Size()
	request, err := ledger.Encode(s.district.Issue(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", ":", "Issue", "issue", "attestation:issue", "attestation:ISSUE", "Attestation:Issue", "attestation::Issue", "x:attestation:Issue",
		"attestation:Issue ", "attestation:GetName", "attestation:GetInfo", "attestation:GetBeforeTransaction", "record:GetEvaluateTransactions", "record:GetIgnoredFunctions",
		"record:getIgnoredFunctions", "org.hyperledger.fabric:getMetadata", "attestation:\xff", "\xff\xfe:Issue", strings.Repeat("a", 1<<20)} {
		s.mustRefuse(t, [][]byte{[]byte(name), request})
		s.mustRefuse(t, [][]byte{[]byte(name)})
	}
	s.mustRefuse(t, nil)
	for _, function := range append(ledger.Functions(), ledger.ReadFunctions()...) {
		s.mustRefuse(t, [][]byte{[]byte(function)})
		s.mustRefuse(t, [][]byte{[]byte(function), request, nil}) // surplus arguments are not ignored
		s.mustRefuse(t, [][]byte{[]byte(function), []byte("null")})
		s.mustRefuse(t, [][]byte{[]byte(function), []byte("NaN")})
		s.mustRefuse(t, [][]byte{[]byte(function), []byte("")})
	}
	if s.Size() != before {
		t.Errorf("%d records were written", s.Size()-before)
	}
	if response, err := s.Submit(s.creators[police], []byte("org.hyperledger.fabric:GetMetadata")); err != nil || response.Status != 200 {
		t.Errorf("metadata: %v %v", response, err)
	}
}

func (s *setup) mustRefuse(t testing.TB, args [][]byte) {
	t.Helper()
	response, err := s.Submit(s.creators[police], args...)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := ledger.ParseRefusal(response.Message); !ok || response.Status < 400 || !utf8.ValidString(response.Message) {
		t.Fatalf("%.80q: status %d, %.200q", args, response.Status, response.Message)
	}
}

// TestHostileArguments mangles true requests and makes wild ones up, for every function. Nothing may be written, no
// answer may be anything but a refusal, and no rule may panic.
func TestHostileArguments(t *testing.T) {
	s := founded(t)
	before := s.Size()
	samples := s.samples(t)
	random := rand.New(rand.NewPCG(1, 2))
	for _, function := range append(ledger.Functions(), ledger.ReadFunctions()...) {
		for range *hostile {
			request := mangle(random, samples[random.IntN(len(samples))])
			if _, err := ledger.ParseOperation(function, request); err == nil {
				continue // still well-formed, so not hostile in form; its signature no longer fits, which other tests show
			}
			response, err := s.Submit(s.creators[police], []byte(function), request)
			if err != nil {
				t.Fatal(err)
			}
			_, refusal := ledger.ParseRefusal(response.Message)
			reads := strings.HasPrefix(function, "record:")
			if !refusal && !(reads && response.Status == 200) {
				t.Fatalf("%s: status %d, %.200q", function, response.Status, response.Message)
			}
		}
	}
	if s.Size() != before {
		t.Errorf("%d records were written", s.Size()-before)
	}
	t.Logf("%d hostile argument lists", *hostile*(len(ledger.Functions())+len(ledger.ReadFunctions())))
}

// samples are true requests to start from.
func (s *setup) samples(t testing.TB) [][]byte {
	t.Helper()
	d := s.district
	var out [][]byte
	for _, request := range []any{d.Issue(1), d.IssueMany(1, 3), d.Register(1), d.RegisterMany(1, 3), d.Notarise(1), d.Enrol(1, ledgertest.NewSigner("P-256")),
		d.Propose(d.Charter()), d.Approve(notary, d.Charter()), ledger.Read{Key: "organisation/PoliceMSP"}, ledger.ReadMany{Keys: []ledger.Key{"a/b"}},
		ledger.List{Kind: ledger.KindDocument, Limit: 3}, ledger.History{Key: "type/identity/1"},
		d.ChangeStatus(police, ledger.AttestationKey(ledgertest.Digest(1)), ledger.Status{}, ledger.Suspended, ledger.ReasonHold)} {
		text, err := ledger.Encode(request)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, text)
	}
	return out
}

var nasty = [][]byte{[]byte("null"), []byte("{}"), []byte("[]"), []byte("-1"), []byte("1e999"), []byte("NaN"), []byte(`"\u0000"`), []byte("\xff\xfe"), []byte(`""`),
	[]byte("9223372036854775808"), []byte("true"), bytes.Repeat([]byte("["), 5000), bytes.Repeat([]byte(`{"a":`), 2000), []byte(`"\ud800"`), {0}}

func mangle(random *rand.Rand, sample []byte) []byte {
	b := bytes.Clone(sample)
	for range 1 + random.IntN(4) {
		at := random.IntN(len(b) + 1)
		switch random.IntN(6) {
		case 0: // cut
			b = b[:at]
		case 1: // flip
			if at < len(b) {
				b[at] ^= 1 << random.IntN(8)
			}
		case 2: // insert something nasty
			b = append(b[:at:at], append(bytes.Clone(nasty[random.IntN(len(nasty))]), b[at:]...)...)
		case 3: // replace a value
			if i := bytes.IndexByte(b[at:], ':'); i >= 0 {
				b = append(b[:at+i+1:at+i+1], append(bytes.Clone(nasty[random.IntN(len(nasty))]), b[at+i+1:]...)...)
			}
		case 4: // double a part
			b = append(b, b[at:]...)
		case 5: // only something nasty
			b = bytes.Clone(nasty[random.IntN(len(nasty))])
		}
	}
	return b
}

func FuzzInvoke(f *testing.F) {
	s := founded(f)
	for _, sample := range s.samples(f) {
		f.Add(ledger.AttestationIssue, sample)
	}
	before := s.Size()
	f.Fuzz(func(t *testing.T, function string, request []byte) {
		if _, err := s.Submit(s.creators[police], []byte(function), request); err != nil {
			t.Fatal(err)
		}
		if s.Size() != before && !strings.HasPrefix(function, "attestation:Issue") {
			t.Fatal("something was written")
		}
	})
}
