package index

import (
	"reflect"
	"testing"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/ledgertest"
)

// TestANewAttestationIsDescribedAsOthersAre describes attestations that package ledger reads, and the same with a space in
// them, which only encoding/json reads.
func TestANewAttestationIsDescribedAsOthersAre(t *testing.T) {
	d := ledgertest.New()
	d.Must(ledgertest.Police, d.Issue(1))
	d.Must(ledgertest.Police, d.IssueMany(2, 3))
	for n := range uint64(4) {
		key := ledger.AttestationKey(ledgertest.Digest(n + 1))
		quick, err := describe(key, d.World[key], nil)
		if err != nil {
			t.Fatal(err)
		}
		batched := n > 0
		if quick.event != "attestation.issued" || quick.organisation != "PoliceMSP" || quick.typ != "identity/1" || quick.state != "active" ||
			batched != (quick.place != nil) || batched && quick.place.Index != int(n-1) || batched == (quick.leaf == ledger.Digest{}) {
			t.Errorf("attestation %d is described as %+v", n+1, quick)
		}
		spaced, err := describe(key, append([]byte{' '}, d.World[key]...), nil)
		if err != nil {
			t.Fatal(err)
		}
		if spaced.leaf = quick.leaf; !reflect.DeepEqual(quick, spaced) {
			t.Errorf("%+v is not %+v", quick, spaced)
		}
	}
	if _, err := describe(ledger.AttestationKey(ledgertest.Digest(1)), []byte("no JSON"), nil); err == nil {
		t.Error("what is no JSON is described")
	}
	if r, err := look("attestation/x", []byte(`{"statement":{"issuer":"X"}}`), nil); err != nil || r.Statement.Issuer != "X" {
		t.Error("JSON that is no attestation is not looked into:", r, err)
	}
}
