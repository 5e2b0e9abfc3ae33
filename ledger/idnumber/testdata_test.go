package idnumber_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/idnumber"
)

func readJSON(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("../../testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// TestCitizens parses the number of every sample citizen, whose check characters another program computed.
func TestCitizens(t *testing.T) {
	var citizens []struct{ ID, Number, BirthDate, Sex string }
	readJSON(t, "citizens.json", &citizens)
	if len(citizens) < 220 {
		t.Errorf("%d citizens", len(citizens))
	}
	tags := map[idnumber.PersonTag]string{}
	for _, c := range citizens {
		number, err := idnumber.Parse(c.Number)
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		if got := number.BirthDate().Format(time.DateOnly); got != c.BirthDate || string(number.Sex()) != c.Sex {
			t.Errorf("%s: the number says %s, %s", c.ID, got, number.Sex())
		}
		tag, err := number.Tag(make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		if other, taken := tags[tag]; taken {
			t.Errorf("%s and %s have the same tag", c.ID, other)
		}
		tags[tag] = c.ID
	}
}

// TestBadNumbers checks that every bad sample number is refused with the stated code, at the stated position.
func TestBadNumbers(t *testing.T) {
	var cases []struct {
		Name, Number string
		Code         ledger.Code
		Position     int
	}
	readJSON(t, "citizens_bad.json", &cases)
	if len(cases) < 40 {
		t.Errorf("%d cases", len(cases))
	}
	for _, bad := range cases {
		t.Run(bad.Name, func(t *testing.T) {
			_, err := idnumber.Parse(bad.Number)
			var refusal *ledger.Refusal
			if !errors.As(err, &refusal) || refusal.Code != bad.Code {
				t.Fatalf("got %v, want code %s", err, bad.Code)
			}
			position := 0
			if strings.HasPrefix(refusal.Rule, "character ") {
				if _, err := fmt.Sscanf(refusal.Rule, "character %d ", &position); err != nil {
					t.Error(err)
				}
			}
			if position != bad.Position {
				t.Errorf("position %d, want %d: %v", position, bad.Position, err)
			}
			refuseEcho(t, bad.Number, err)
		})
	}
}
