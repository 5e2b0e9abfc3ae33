package wire

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

const someDigest = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

func TestDecodeRefusesWithFieldAndOffset(t *testing.T) {
	for name, c := range map[string]struct {
		body   string
		field  string
		offset int64
	}{
		"empty":                 {``, "", 0},
		"cut short":             {`{"credential":`, "", 14},
		"no object":             {`[]`, "", 1},
		"number for object":     {`7`, "", 1},
		"null":                  {`null`, "", 4},
		"trailing value":        {`{}{}`, "", 3},
		"trailing text":         {`{} x`, "", 4},
		"unknown field":         {`{"who":1}`, "", 6},
		"other capitals":        {`{"Nonce":"a"}`, "", 8},
		"twice":                 {`{"nonce":"a","nonce":"a"}`, "nonce", 20},
		"twice below":           {`{"document":{"digest":"` + someDigest + `","digest":"` + someDigest + `"}}`, "document.digest", 97},
		"null field":            {`{"nonce":null}`, "nonce", 13},
		"number for string":     {`{"nonce":5}`, "nonce", 10},
		"string for object":     {`{"document":"x"}`, "document", 15},
		"object for digest":     {`{"credential":{}}`, "credential", 15},
		"upper-case digest":     {`{"credential":"` + strings.ToUpper(someDigest) + `"}`, "credential", 80},
		"short digest":          {`{"credential":"00"}`, "credential", 18},
		"negative block":        {`{"asOf":{"block":-1}}`, "asOf.block", 19},
		"fraction":              {`{"asOf":{"block":1.0}}`, "asOf.block", 20},
		"exponent":              {`{"asOf":{"block":1e3}}`, "asOf.block", 20},
		"block over 63 bits":    {`{"asOf":{"block":9223372036854775808}}`, "asOf.block", 36},
		"time with offset":      {`{"asOf":{"time":"2026-01-31T08:00:00+08:00"}}`, "asOf.time", 43},
		"bad UTF-8":             {"{\"nonce\":\"\xff\"}", "", 10},
		"lone surrogate":        {`{"nonce":"\ud800"}`, "nonce", 17},
		"escaped name is known": {`{"\u006eonce":5}`, "nonce", 15},
		"byte order mark":       {"\ufeff{}", "", 1},
		"deep":                  {strings.Repeat(`{"document":`, 5000), "", 60000},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := decodeJSON[Verification]([]byte(c.body))
			var p *Problem
			if !errors.As(err, &p) {
				t.Fatalf("got %v, want a problem", err)
			}
			if p.Status != http.StatusBadRequest || p.Code != ledger.Malformed || p.Field != c.field || p.Offset == nil || *p.Offset != c.offset {
				t.Errorf("got %d %s field %q offset %v, want 400 malformed field %q offset %d", p.Status, p.Code, p.Field, *p.Offset, c.field, c.offset)
			}
		})
	}
}

func TestDecodeTakesAnyOrderAndSpacing(t *testing.T) {
	q, err := decodeJSON[Verification]([]byte(" {\n\"asOf\": {\"block\": 7},\t\"document\":{\"digest\":\"" + someDigest + "\"}} \n"))
	if err != nil {
		t.Fatal(err)
	}
	if *q.AsOf.Block != 7 || q.Document.Digest.String() != someDigest {
		t.Errorf("read %+v", q)
	}
}

func TestProblemsOfFaultsKeepTheirCausePrivate(t *testing.T) {
	p := ProblemOf(errors.New("disk of 10.1.2.3 is full"))
	if p.Status != http.StatusInternalServerError || p.Code != Fault || strings.Contains(p.Detail, "10.1.2.3") {
		t.Errorf("got %+v", p)
	}
}

func FuzzVerificationRequest(f *testing.F) {
	f.Add([]byte(`{"document":{"digest":"` + someDigest + `"},"asOf":{"time":"2026-01-31T08:00:00Z"}}`))
	f.Add([]byte(`{"presentation":"a.b.c~","nonce":"n"}`))
	f.Add([]byte(`{"notarisation":"00112233445566778899aabbccddeeff"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		q, err := decodeJSON[Verification](body)
		if err != nil {
			checkProblem(t, err, len(body))
			return
		}
		if err := q.Check(); err != nil {
			checkProblem(t, err, len(body))
		}
	})
}

func FuzzNonceRequest(f *testing.F) {
	f.Add([]byte(`{"purpose":"办理"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := decodeJSON[Nonce](body)
		if err == nil {
			err = n.Check()
		}
		if err != nil {
			checkProblem(t, err, len(body))
		}
	})
}

// checkProblem holds what every refusal of a body promises: a client's error, and a place inside the body.
func checkProblem(t *testing.T, err error, size int) {
	t.Helper()
	p := ProblemOf(err)
	if p.Status < 400 || p.Status > 499 || (p.Offset != nil && (*p.Offset < 0 || *p.Offset > int64(size))) {
		t.Errorf("got %+v", p)
	}
}
