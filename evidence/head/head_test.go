package head_test

import (
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

var (
	start  = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
	sample = head.Head{Channel: "imi", Block: 42, BlockHash: ledger.DigestOf([]byte("header")), StateRoot: ledger.DigestOf([]byte("state"))}
)

func key(n byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune('a'+n)), ed25519.SeedSize)))
}

func signed(t testing.TB, h head.Head, organisation ledger.MSPID, n byte, at time.Time) string {
	t.Helper()
	text, err := head.Sign(h, head.NewSigner(organisation, key(n), func() time.Time { return at }))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func trust() head.Keys {
	return head.Keys{"ServiceMSP": {key(0).Public().(ed25519.PublicKey)}, "PoliceMSP": {key(1).Public().(ed25519.PublicKey)}}
}

func TestCosignedHead(t *testing.T) {
	one, two := signed(t, sample, "ServiceMSP", 0, start), signed(t, sample, "PoliceMSP", 1, start.Add(time.Second))
	later := signed(t, sample, "ServiceMSP", 0, start.Add(time.Minute))
	merged, err := head.Merge(one, two, later)
	if err != nil {
		t.Fatal(err)
	}
	got, err := head.Open(merged, trust())
	if err != nil {
		t.Fatal(err)
	}
	if got.Head != sample || len(got.Times) != 2 || !got.Times["ServiceMSP"].Equal(start.Add(time.Minute)) || !got.Times["PoliceMSP"].Equal(start.Add(time.Second)) {
		t.Errorf("got %+v", got)
	}
	other := sample
	other.StateRoot[0] ^= 1
	if _, err := head.Merge(one, signed(t, other, "PoliceMSP", 1, start)); err == nil {
		t.Error("signatures over different heads were put together")
	}
}

func TestEveryChangeIsRefused(t *testing.T) {
	text, err := head.Merge(signed(t, sample, "ServiceMSP", 0, start), signed(t, sample, "PoliceMSP", 1, start))
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(text) {
		for bit := range 8 {
			changed := []byte(text)
			changed[i] ^= 1 << bit
			if _, err := head.Open(string(changed), trust()); err == nil {
				t.Fatalf("byte %d bit %d of %q changed and accepted", i, bit, text)
			}
		}
		if _, err := head.Open(text[:i]+text[i+1:], trust()); err == nil {
			t.Fatalf("byte %d dropped and accepted", i)
		}
		if _, err := head.Open(text[:i]+text[i:i+1]+text[i:], trust()); err == nil {
			t.Fatalf("byte %d doubled and accepted", i)
		}
	}
}

func TestWhoMaySign(t *testing.T) {
	text := signed(t, sample, "ServiceMSP", 0, start)
	for name, keys := range map[string]head.Keys{
		"nobody":               {},
		"another key":          {"ServiceMSP": {key(5).Public().(ed25519.PublicKey)}},
		"same key, other name": {"NotaryMSP": {key(0).Public().(ed25519.PublicKey)}},
	} {
		if _, err := head.Open(text, keys); ledger.CodeOf(err) != ledger.NotAllowed {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := head.Open(strings.Repeat("a", head.MaxText+1), trust()); ledger.CodeOf(err) != ledger.TooLarge {
		t.Errorf("too large: %v", err)
	}
}

// TestAnOrganisationSignsOnce gives an organisation two keys, as while it changes from one to the other. Were both signatures
// taken, Merge would keep one of them and the time of the other would count.
func TestAnOrganisationSignsOnce(t *testing.T) {
	keys := head.Keys{"ServiceMSP": {key(0).Public().(ed25519.PublicKey), key(7).Public().(ed25519.PublicKey)}}
	fresh, old := signed(t, sample, "ServiceMSP", 0, start.Add(time.Hour)), signed(t, sample, "ServiceMSP", 7, start)
	_, line, _ := strings.Cut(old, "\n\n")
	for name, text := range map[string]string{"one": fresh, "the other": old} {
		if s, err := head.Open(text, keys); err != nil || len(s.Times) != 1 {
			t.Errorf("%s key: %+v, %v", name, s, err)
		}
	}
	if _, err := head.Open(fresh+line, keys); ledger.CodeOf(err) != ledger.Malformed {
		t.Errorf("both keys: %v", err)
	}
}

func TestOneForm(t *testing.T) {
	good := sample.Text()
	if h, err := head.Parse(good); err != nil || h != sample {
		t.Fatal(err)
	}
	for _, bad := range []string{"", good + "\n", strings.Replace(good, "imi/imi", "imi/", 1), strings.Replace(good, "42", "042", 1), strings.Replace(good, "42", "+42", 1),
		strings.Replace(good, "42", "-1", 1), strings.Replace(good, "42", "18446744073709551616", 1), strings.Replace(good, "block ", "Block ", 1), strings.ToUpper(good), strings.TrimSuffix(good, "\n")} {
		if _, err := head.Parse(bad); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(signed(f, sample, "ServiceMSP", 0, start))
	f.Add("imi/imi\n1\n\nblock \n\n— ServiceMSP AAAA\n")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := head.Open(text, trust()); err == nil && s.Text() != sample.Text() {
			t.Fatal("a head that nobody signed was accepted")
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(sample.Text())
	f.Fuzz(func(t *testing.T, text string) {
		if h, err := head.Parse(text); err == nil && h.Text() != text {
			t.Fatal("accepted another form")
		}
	})
}

func BenchmarkOpen(b *testing.B) {
	text, err := head.Merge(signed(b, sample, "ServiceMSP", 0, start), signed(b, sample, "PoliceMSP", 1, start))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := head.Open(text, trust()); err != nil {
			b.Fatal(err)
		}
	}
}
