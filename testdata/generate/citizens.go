package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// citizen is one invented person of citizens.json.
type citizen struct {
	ID        string   `json:"id"`
	Number    string   `json:"number"`
	Name      string   `json:"name"`
	Pinyin    string   `json:"pinyin"`
	Sex       string   `json:"sex"`
	Nation    string   `json:"nation"`
	BirthDate string   `json:"birthDate"`
	Address   address  `json:"address"`
	Traits    []string `json:"traits,omitempty"`
}

type address struct {
	Province string `json:"province"`
	City     string `json:"city"`
	District string `json:"district"`
	Street   string `json:"street"`
}

// population is how many citizens there are; those of special.go come first.
const population = 240

// Days on which traits "minor" and "elderly" turn: born after the one, or before the other.
const (
	minorAfter    = "2008-01-01"
	elderlyBefore = "1946-01-01"
)

func makeCitizens() []citizen {
	r := &random{state: 11643}
	taken := map[string]bool{}
	var all []citizen
	add := func(p person) {
		c := p.citizen(r, taken)
		c.ID = fmt.Sprintf("citizen-%03d", len(all)+1)
		all = append(all, c)
	}
	for _, p := range special {
		add(p)
	}
	for len(all) < population {
		add(randomPerson(r))
	}
	return all
}

// person is what is decided about a citizen by hand or by chance; the number and the street follow.
type person struct{ name, pinyin, sex, nation, born, area, traits string }

func randomPerson(r *random) person {
	family := pick(r, familyNames)
	given, sex := maleNames, "male"
	if r.below(2) == 0 {
		given, sex = femaleNames, "female"
	}
	first := pick(r, given)
	name, pinyin := family.text+first.text, family.pinyin+" "+capital(first.pinyin)
	if r.below(5) != 0 {
		second := pick(r, given)
		name, pinyin = name+second.text, pinyin+second.pinyin
	}
	day := time.Date(1935, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.below(90*365))
	return person{name, pinyin, sex, "汉族", day.Format(time.DateOnly), pick(r, areas).code, ""}
}

func (p person) citizen(r *random, taken map[string]bool) citizen {
	where := areaOf(p.area)
	number := newNumber(r, p, taken)
	street := fmt.Sprintf("%s%d号", pick(r, streets), 1+r.below(199))
	if r.below(2) == 0 {
		street += fmt.Sprintf("%d栋%d单元%d室", 1+r.below(20), 1+r.below(4), 101+100*r.below(30)+r.below(4))
	}
	return citizen{
		Number: number, Name: p.name, Pinyin: p.pinyin, Sex: p.sex, Nation: p.nation, BirthDate: p.born,
		Address: address{where.province, where.city, where.district, street}, Traits: p.allTraits(number),
	}
}

// newNumber draws sequences until the number is not taken. Odd sequences are male, even ones female; 000 is not used.
func newNumber(r *random, p person, taken map[string]bool) string {
	for {
		sequence := 2 + 2*r.below(498)
		if p.sex == "male" {
			sequence--
		}
		body := fmt.Sprintf("%s%s%03d", p.area, strings.ReplaceAll(p.born, "-", ""), sequence)
		if number := body + checkCharacter(body); !taken[number] {
			taken[number] = true
			return number
		}
	}
}

// checkCharacter is the check of GB 11643 by the table of weights in the standard; package idnumber, which is tested
// against these numbers, computes it in another way.
func checkCharacter(body string) string {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, weight := range weights {
		sum += weight * int(body[i]-'0')
	}
	return "10X98765432"[sum%11 : sum%11+1]
}

// allTraits adds to the traits given by hand those that can be seen from the rest.
func (p person) allTraits(number string) []string {
	traits := strings.Fields(p.traits)
	if strings.HasSuffix(p.born, "-02-29") {
		traits = append(traits, "leap-day")
	}
	if p.born > minorAfter {
		traits = append(traits, "minor")
	}
	if p.born < elderlyBefore {
		traits = append(traits, "elderly")
	}
	if strings.HasSuffix(number, "X") {
		traits = append(traits, "check-x")
	}
	if strings.Contains(p.name, "·") {
		traits = append(traits, "middle-dot")
	}
	if utf8.RuneCountInString(p.name) > 12 {
		traits = append(traits, "long-name")
	}
	if strings.ContainsFunc(p.name, func(c rune) bool { return c > 0xffff }) {
		traits = append(traits, "beyond-bmp")
	}
	slices.Sort(traits)
	return slices.Compact(traits)
}

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }
