package audit

import (
	"encoding/hex"
	"testing"

	"github.com/imi-ledger/imi/evidence/block"
)

func v(number, transaction uint64) *block.Version {
	return &block.Version{Block: number, Transaction: transaction}
}

// TestRanges has ranges as Fabric records them: an exhausted one excludes its end, another ends with the last key seen.
func TestRanges(t *testing.T) {
	s := state{{namespace: "n", key: "a"}: {version: *v(1, 0)}, {namespace: "n", key: "b"}: {version: *v(2, 1)},
		{namespace: "n", key: "c"}: {version: *v(2, 2)}, {namespace: "m", key: "b"}: {version: *v(9, 9)}, {"n", "collection", "b"}: {version: *v(8, 8)}}
	a, b, c := block.Read{Key: "a", Version: v(1, 0)}, block.Read{Key: "b", Version: v(2, 1)}, block.Read{Key: "c", Version: v(2, 2)}
	key := func(k string) stateKey { return stateKey{namespace: "n", key: k} }
	for name, r := range map[string]struct {
		query   block.RangeRead
		pending changes
		same    bool
	}{
		"all":                     {block.RangeRead{Exhausted: true, Reads: []block.Read{a, b, c}}, nil, true},
		"up to c":                 {block.RangeRead{End: "c", Exhausted: true, Reads: []block.Read{a, b}}, nil, true},
		"stopped at c":            {block.RangeRead{End: "c", Reads: []block.Read{a, b, c}}, nil, true},
		"stopped, c is missing":   {block.RangeRead{End: "c", Reads: []block.Read{a, b}}, nil, false},
		"one is missing":          {block.RangeRead{Exhausted: true, Reads: []block.Read{a, c}}, nil, false},
		"out of order":            {block.RangeRead{Exhausted: true, Reads: []block.Read{b, a, c}}, nil, false},
		"another version":         {block.RangeRead{Start: "b", End: "c", Exhausted: true, Reads: []block.Read{{Key: "b", Version: v(2, 0)}}}, nil, false},
		"nothing there":           {block.RangeRead{Start: "x", Exhausted: true}, nil, true},
		"nothing there any more":  {block.RangeRead{Start: "b", End: "c", Exhausted: true}, changes{key("b"): {deleted: true}}, true},
		"deleted before it":       {block.RangeRead{Exhausted: true, Reads: []block.Read{a, b, c}}, changes{key("b"): {deleted: true}}, false},
		"written before it":       {block.RangeRead{Exhausted: true, Reads: []block.Read{a, b, c}}, changes{key("b"): {version: *v(3, 0)}}, false},
		"new before it":           {block.RangeRead{Exhausted: true, Reads: []block.Read{a, b, c}}, changes{key("bb"): {version: *v(3, 0)}}, false},
		"other namespace changed": {block.RangeRead{Exhausted: true, Reads: []block.Read{a, b, c}}, changes{{namespace: "m", key: "b"}: {deleted: true}}, true},
	} {
		r.query.Namespace = "n"
		if s.sameRange(r.query, r.pending) != r.same {
			t.Errorf("%s: same is %v", name, !r.same)
		}
	}
	for name, r := range map[string]struct {
		key     string
		read    *block.Version
		pending changes
		current bool
	}{
		"newest": {"a", v(1, 0), nil, true}, "older": {"b", v(2, 0), nil, false}, "absent": {"x", nil, nil, true}, "absent, was there": {"a", nil, nil, false},
		"there, was absent": {"x", v(1, 0), nil, false}, "written before it": {"a", v(1, 0), changes{key("a"): {}}, false},
	} {
		if s.current(key(r.key), r.read, r.pending) != r.current {
			t.Errorf("%s: current is %v", name, !r.current)
		}
	}
}

func TestVersionBytes(t *testing.T) {
	for want, version := range map[string]*block.Version{"0000": v(0, 0), "010100": v(1, 0), "020100" + "01ff": v(256, 255), "08ffffffffffffffff00": v(1<<64-1, 0)} {
		if got := hex.EncodeToString(versionBytes(*version)); got != want {
			t.Errorf("%v: %s, want %s", *version, got, want)
		}
	}
}
