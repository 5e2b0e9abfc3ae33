package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/imi-ledger/imi/ledger/idnumber"
)

// TestCitizens checks every citizen with the parser of the product and against the promises of the README.
func TestCitizens(t *testing.T) {
	citizens := makeCitizens()
	if len(citizens) < 220 {
		t.Errorf("%d citizens", len(citizens))
	}
	numbers, traits := map[string]bool{}, map[string]int{}
	for _, c := range citizens {
		number, err := idnumber.Parse(c.Number)
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
			continue
		}
		if got := number.BirthDate().Format("2006-01-02"); got != c.BirthDate || string(number.Sex()) != c.Sex {
			t.Errorf("%s: the number says %s, %s", c.ID, got, number.Sex())
		}
		if area := areaOf(number.Area()); area.province != c.Address.Province || area.district != c.Address.District {
			t.Errorf("%s: the number is of %s", c.ID, area.district)
		}
		if number.Area()[2:4] != "98" {
			t.Errorf("%s: the area code may be a real one", c.ID)
		}
		if numbers[c.Number] {
			t.Errorf("%s: the number is another citizen's", c.ID)
		}
		numbers[c.Number] = true
		for _, trait := range c.Traits {
			traits[trait]++
		}
		if !utf8.ValidString(c.Name) || strings.TrimSpace(c.Name) != c.Name || c.Nation == "" || c.Pinyin == "" {
			t.Errorf("%s: incomplete", c.ID)
		}
	}
	for trait, least := range map[string]int{
		"leap-day": 10, "minor": 12, "elderly": 12, "check-x": 10, "middle-dot": 14, "long-name": 2, "rare-character": 12,
		"beyond-bmp": 6, "compound-surname": 8, "four-character-surname": 3, "same-name": 4, "short-name": 2,
	} {
		if traits[trait] < least {
			t.Errorf("trait %s: %d citizens, want at least %d", trait, traits[trait], least)
		}
	}
}

// TestEveryAreaIsUsed keeps the table of areas and the citizens together.
func TestEveryAreaIsUsed(t *testing.T) {
	used := map[string]bool{}
	for _, c := range makeCitizens() {
		used[c.Number[:6]] = true
	}
	for _, a := range areas {
		if !used[a.code] {
			t.Errorf("nobody lives in %s", a.code)
		}
	}
}

// TestCreditCode compares the check character of GB 32100 with a code that its standard prints as an example.
func TestCreditCode(t *testing.T) {
	if got := creditCodeOf("91350100M000100Y4"); got != "91350100M000100Y43" {
		t.Errorf("got %s", got)
	}
	if len(creditCode) != 18 {
		t.Errorf("%s has %d characters", creditCode, len(creditCode))
	}
}
