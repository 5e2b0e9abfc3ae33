package kept_test

import (
	"bytes"
	"strconv"
	"testing"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/kept"
	"github.com/imi-ledger/imi/ledger/ledgertest"
)

// world keeps what is decoded, and counts how often that was asked for in vain.
type world struct {
	ledgertest.World
	kept.Memory
	missed int
}

func (w *world) Decoded(record []byte) (any, bool) {
	value, found := w.Memory.Decoded(record)
	if !found {
		w.missed++
	}
	return value, found
}

func (w *world) Keep(record []byte, value any) { w.Memory.Keep(record, value) }

func TestTheRegistryIsDecodedOnceForEachVersionOfIt(t *testing.T) {
	d := ledgertest.New()
	w := &world{World: d.World}
	issue := func(n uint64) error {
		_, err := d.Issue(n).Apply(d.Env(ledgertest.Police), w)
		return err
	}
	for n := range uint64(3) {
		if err := issue(n); err != nil {
			t.Fatal(err)
		}
	}
	if w.missed != 2 {
		t.Errorf("an organisation and a credential type were decoded %d times", w.missed)
	}
	key := ledger.OrganisationKey(ledgertest.Police)
	closed := ledgertest.Read[ledger.Organisation](d.World, key)
	closed.SigningKeys[0].Until = d.Now
	record, err := ledger.Encode(closed)
	if err != nil {
		t.Fatal(err)
	}
	former := d.World[key]
	d.World[key] = record
	if err := issue(4); ledger.CodeOf(err) != ledger.NotAllowed {
		t.Errorf("with a closed key: %v", err)
	}
	d.World[key] = former
	if err := issue(4); err != nil || w.missed != 3 {
		t.Errorf("with the key as it was: %v, %d decoded", err, w.missed)
	}
	d.World[key] = append(bytes.Clone(former), ' ')
	if err := issue(5); err == nil {
		t.Error("a record that is not canonical is taken for one that is")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	var m kept.Memory
	record := func(n int) []byte { return append(make([]byte, ledger.MaxRecord-20), strconv.Itoa(n)...) }
	const many = 40
	for n := range many {
		m.Keep(record(n), n)
		if value, found := m.Decoded(record(n)); !found || value != n {
			t.Fatalf("record %d is forgotten at once", n)
		}
	}
	remembered := 0
	for n := range many {
		if _, found := m.Decoded(record(n)); found {
			remembered++
		}
	}
	if remembered > 16 {
		t.Errorf("%d records of 256 kB are kept", remembered)
	}
	m.Keep(make([]byte, ledger.MaxRecord+1), 0)
	if _, found := m.Decoded(make([]byte, ledger.MaxRecord+1)); found {
		t.Error("something that is no record is kept")
	}
	var none *kept.Memory
	none.Keep(record(0), 0)
	if _, found := none.Decoded(record(0)); found {
		t.Error("a nil memory keeps something")
	}
}
