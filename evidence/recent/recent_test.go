package recent_test

import (
	"sync"
	"testing"

	"github.com/imi-ledger/imi/evidence/recent"
)

func TestKeepsWhatIsUsedAndIsBounded(t *testing.T) {
	m := recent.NewMap[int, int](10)
	m.Put(-1, -1)
	for i := range 1000 {
		m.Put(i, i)
		if v, ok := m.Get(-1); !ok || v != -1 {
			t.Fatalf("what is used all the time was forgotten after %d others", i+1)
		}
		for back := range min(9, i) {
			if v, ok := m.Get(i - back); !ok || v != i-back {
				t.Fatalf("key %d was forgotten after %d others", i-back, back)
			}
		}
	}
	held := 0
	for i := range 1000 {
		if _, ok := m.Get(i); ok {
			held++
		}
	}
	if held > 20 {
		t.Errorf("%d keys are remembered", held)
	}
}

func TestForgets(t *testing.T) {
	m := recent.NewMap[string, int](2)
	for _, key := range []string{"a", "b", "c"} { // a and b are old now
		m.Put(key, 1)
	}
	m.Put("a", 2)
	if v, _ := m.Get("a"); v != 2 {
		t.Errorf("an old value came back: %d", v)
	}
	m.Delete("a")
	m.Delete("b")
	for _, key := range []string{"a", "b"} {
		if _, ok := m.Get(key); ok {
			t.Errorf("%s was deleted", key)
		}
	}
	m.Clear()
	if _, ok := m.Get("c"); ok {
		t.Error("something outlived Clear")
	}
	none := recent.NewMap[string, int](0)
	none.Put("a", 1)
	none.Delete("a")
	none.Clear()
	if _, ok := none.Get("a"); ok {
		t.Error("a map for nothing remembers something")
	}
}

func TestManyAtOnce(t *testing.T) {
	m := recent.NewMap[int, int](8)
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := range 2000 {
				key := (i * (worker + 1)) % 32
				if v, ok := m.Get(key); ok && v != key {
					t.Errorf("key %d has the value %d", key, v)
				}
				m.Put(key, key)
				if i%100 == 0 {
					m.Delete(key)
				}
			}
		})
	}
	all.Wait()
}
