package ledger_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gowebpki/jcs"

	"github.com/imi-ledger/imi/ledger"
)

// compareWithReference holds an encoding against what jcs makes of the same value.
func compareWithReference(t *testing.T, v any) {
	t.Helper()
	plain, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	want, wantErr := jcs.Transform(plain)
	got, err := ledger.Encode(v)
	if (err == nil) != (wantErr == nil) || string(got) != string(want) {
		t.Errorf("%T %s:\ngot  %s, %v\nwant %s, %v", v, plain, got, err, want, wantErr)
	}
}

// awkward has what JSON escapes, what it need not, and what is no text.
const awkward = "a\"b\\c/<&>\b\f\n\r\t\x00\x1f\x7f\u2028\u2029é中\U0001F600\xff"

func TestEncodingIsThatOfTheReference(t *testing.T) {
	for _, v := range encoded() {
		compareWithReference(t, v)
		for _, text := range []string{"plain", awkward} {
			filled := reflect.New(reflect.TypeOf(v)).Elem()
			fill(filled, text)
			compareWithReference(t, filled.Interface())
		}
	}
	for _, v := range []any{
		nil, true, "", awkward, 0, -1, math.MaxInt64, math.MinInt64, 1<<53 - 1, 1 << 53, 1<<53 + 1, 999999999999999, 1000000000000000,
		0.5, math.Copysign(0, -1), 1e21, math.MaxFloat64, math.SmallestNonzeroFloat64, []any{}, map[string]any{}, []any{[]any{}, map[string]any{}, nil},
		map[string]int{"": 0, "a": 1, "a!": 2, "a\"": 3, "A": 4, "aa": 5, "~": 6, "\x7f": 7, "é": 8},
		map[string]int{"\uffff": 1, "\U00010000": 2, "\ufb33": 3, "z": 4}, // the order of UTF-16, not that of UTF-8
		json.RawMessage(` { "b" : [ 1 , -0 , 1.0 , 1e2 , "\u0061\/" ] , "a" : { "d" : 0 , "c" : "\ud83d\ude00" } } `),
		json.RawMessage(`{"a":1,"a":1}`), json.RawMessage(`{"b":1,"a":1,"b":2}`), json.RawMessage(`"\ud800"`),
		json.RawMessage(`{"b":{"z":{"y":1,"x":2},"a":[{"q":1,"p":[]}]},"a":{"d":1,"c":2}}`),
	} {
		compareWithReference(t, v)
	}
}

// TestOneAwkwardFieldIsEnough spoils one field after the other of what is plain but for that.
func TestOneAwkwardFieldIsEnough(t *testing.T) {
	for _, v := range encoded() {
		spoilt := 0
		for number := 0; spoilt == number; number++ {
			filled := reflect.New(reflect.TypeOf(v)).Elem()
			fill(filled, "plain")
			spoilt += spoil(filled, number)
			compareWithReference(t, filled.Interface())
		}
		if spoilt == 0 && reflect.TypeOf(v).NumField() > 0 {
			t.Errorf("nothing in a %T was spoilt", v)
		}
	}
}

// spoil spoils the text or number that comes after so many others, and is how many it spoilt: none or one.
func spoil(v reflect.Value, after int) int {
	seen := 0
	var walk func(v reflect.Value) bool
	walk = func(v reflect.Value) bool {
		switch v.Kind() {
		case reflect.String, reflect.Int:
			if seen++; seen <= after {
				return false
			}
			if v.Kind() == reflect.Int {
				v.SetInt(1<<53 + 1)
			} else {
				v.SetString(v.String() + []string{"\n", "\"", "\\", "\x7f", "é"}[after%5])
			}
			return true
		case reflect.Pointer:
			return walk(v.Elem())
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type() != reflect.TypeFor[ledger.Time]() && walk(v.Field(i)) {
					return true
				}
			}
		case reflect.Slice:
			return walk(v.Index(v.Len() - 1)) // of two; the first stays plain
		}
		return false
	}
	if walk(v) {
		return 1
	}
	return 0
}

// fill puts something into every field, two things into every list.
func fill(v reflect.Value, text string) {
	if v.Type() == reflect.TypeFor[ledger.Time]() {
		v.Set(reflect.ValueOf(ledger.At(time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC))))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int:
		v.SetInt(int64(len(text)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		v.SetUint(uint64(len(text)))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), text)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), text)
		}
	default:
		panic("no record holds a " + v.Kind().String())
	}
}

func FuzzEncode(f *testing.F) {
	f.Add(`{"b":{"z":1,"y":-10},"a":[true,null,{}],"a!":"\u2028\n"}`)
	f.Add(`{"":0,"é":9007199254740993,"":1.50}`)
	f.Add(awkward)
	f.Fuzz(func(t *testing.T, text string) {
		compareWithReference(t, map[string]string{text: text, "b": text, text + "\"": ""})
		// jcs makes nothing sensible of half a surrogate pair in a name; no name of ours has an escape.
		if json.Valid([]byte(text)) && !strings.Contains(strings.ToLower(text), `\ud`) {
			compareWithReference(t, json.RawMessage(text))
		}
	})
}
