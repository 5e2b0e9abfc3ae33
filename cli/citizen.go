package cli

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/ledger"
	"github.com/imi-ledger/imi/ledger/idnumber"
)

// citizen is a person's data as an enroller has them on file.
type citizen struct {
	ID        string   `json:"id,omitempty"`
	Number    string   `json:"number"`
	Name      string   `json:"name"`
	Pinyin    string   `json:"pinyin,omitempty"`
	Sex       string   `json:"sex"` // "male" or "female"
	Nation    string   `json:"nation"`
	BirthDate string   `json:"birthDate"`
	Address   address  `json:"address"`
	Traits    []string `json:"traits,omitempty"`

	number idnumber.Number
}

type address struct {
	Province string `json:"province"`
	City     string `json:"city"`
	District string `json:"district"`
	Street   string `json:"street"`
}

// district is the time zone in which people come of age.
var district = time.FixedZone("CST", 8*60*60)

var (
	textWhichCitizen = message.Text{En: "the file holds %d citizens; choose one: FILE#N, from 1, or FILE#ID", Zh: "文件中有 %d 位公民，请指定其一：文件#序号（从 1 起）或 文件#标识"}
	textNoCitizen    = message.Text{En: "the file has no citizen of that number or id", Zh: "文件中没有该序号或标识的公民"}
)

// readCitizen reads the citizen that FILE[#N] or FILE[#ID] names, and checks the data against the ID number. What is
// wrong is told by the field, never by its value.
func (a *app) readCitizen(source string) (citizen, error) {
	name, choice, chosen := cutChoice(source)
	text, err := a.readInput(name, maxInput)
	if err != nil {
		return citizen{}, err
	}
	all, err := parseCitizens(text)
	if err != nil {
		return citizen{}, err
	}
	if !chosen && len(all) != 1 {
		return citizen{}, usage(textWhichCitizen, len(all))
	}
	c, found := all[0], !chosen
	for i := range all {
		if chosen && (choice == strconv.Itoa(i+1) || choice == all[i].ID) {
			c, found = all[i], true
		}
	}
	if !found {
		return citizen{}, &trouble{code: ledger.NotFound, what: textNoCitizen}
	}
	return c, c.check(a.now())
}

// cutChoice splits FILE#N. A name may hold # itself, as long as a choice follows the last one.
func cutChoice(source string) (name, choice string, chosen bool) {
	at := strings.LastIndexByte(source, '#')
	if at < 0 || at == len(source)-1 {
		return source, "", false
	}
	return source[:at], source[at+1:], true
}

// parseCitizens reads one citizen or a list of them.
func parseCitizens(text []byte) ([]citizen, error) {
	if !bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(text, []byte(byteOrderMark))), []byte("[")) {
		all := make([]citizen, 1)
		return all, decodeStrictly(text, &all[0])
	}
	var all []citizen
	err := decodeStrictly(text, &all)
	if err == nil && len(all) == 0 {
		err = ledger.Refuse(ledger.Malformed, "", "the list is empty")
	}
	return all, err
}

// check refuses data that contradict themselves.
func (c *citizen) check(now time.Time) error {
	var err error
	if c.number, err = idnumber.ParseAsOf(c.Number, now.In(district)); err != nil {
		return err
	}
	switch {
	case strings.TrimSpace(c.Name) == "":
		return ledger.Refuse(ledger.Invalid, "name", "must not be empty")
	case c.BirthDate != c.number.BirthDate().Format(time.DateOnly):
		return ledger.Refuse(ledger.Invalid, "birthDate", "must be the date in the ID number, written like 1999-03-07")
	case c.Sex != string(c.number.Sex()):
		return ledger.Refuse(ledger.Invalid, "sex", "must be what the ID number says: male or female")
	case strings.TrimSpace(c.Nation) == "":
		return ledger.Refuse(ledger.Invalid, "nation", "must not be empty")
	}
	for field, value := range map[string]string{"province": c.Address.Province, "city": c.Address.City, "district": c.Address.District, "street": c.Address.Street} {
		if strings.TrimSpace(value) == "" {
			return ledger.Refuse(ledger.Invalid, "address."+field, "must not be empty")
		}
	}
	return nil
}

// claims are what an identity credential says about the citizen at the time of issue.
func (c *citizen) claims(now time.Time) map[string]any {
	sex := "男"
	if c.number.Sex() == idnumber.Female {
		sex = "女"
	}
	age := c.number.Age(now.In(district))
	claims := map[string]any{
		"name": c.Name, "sex": sex, "nation": c.Nation, "birth_date": c.BirthDate, "id_number": c.number.Reveal(),
		"over_14": age >= 14, "over_18": age >= 18, "over_60": age >= 60,
		"address": map[string]any{"province": c.Address.Province, "city": c.Address.City, "district": c.Address.District,
			"street": c.Address.Street},
		"issuing_authority": c.Address.City + "公安局" + c.Address.District + "分局",
	}
	if c.Pinyin != "" {
		claims["name_pinyin"] = c.Pinyin
	}
	return claims
}
