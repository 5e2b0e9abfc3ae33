package ledger_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

// TestMemberIsWhatEncodeMakes holds every member of every type against its own encoding.
func TestMemberIsWhatEncodeMakes(t *testing.T) {
	for _, v := range encoded() {
		for _, text := range []string{"", "plain", awkward} {
			filled := reflect.New(reflect.TypeOf(v)).Elem()
			if text != "" {
				fill(filled, text)
			}
			object, err := ledger.Encode(filled.Interface())
			if err != nil {
				continue // not every type can be encoded with any text
			}
			var members map[string]json.RawMessage
			if err := json.Unmarshal(object, &members); err != nil {
				t.Fatal(err)
			}
			for name, want := range members {
				if got := ledger.Member(object, name); string(got) != string(want) {
					t.Errorf("%T, %s: got %s, want %s", v, name, got, want)
				}
			}
			if got := ledger.Member(object, "nothing of this name"); got != nil {
				t.Errorf("%T has %s", v, got)
			}
		}
	}
}

func FuzzMember(f *testing.F) {
	for _, text := range []string{``, `{}`, `{"a":1}`, `{"a":{"b":[1,"}"]},"c":"\"","d":-5,"e":null}`, `{"a"`, `{"a":"\`, `{"a":}`, `[1]`, `{"a":]],`, `{"a":1}}`} {
		f.Add([]byte(text), "a")
	}
	f.Fuzz(func(t *testing.T, text []byte, name string) {
		got := ledger.Member(text, name)
		if canonical, err := ledger.Encode(json.RawMessage(text)); err != nil || string(canonical) != string(text) {
			return // only no panic is promised
		}
		var members map[string]json.RawMessage
		if json.Unmarshal(text, &members) != nil || strings.ContainsAny(name, "\"\\") {
			return
		}
		if want, ok := members[name]; ok && string(got) != string(want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}
