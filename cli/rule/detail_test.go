package rule

import (
	"maps"
	"slices"
	"testing"

	"github.com/imi-ledger/imi/ledger"
)

// ofDetails finds what a check's detail can say: what package evidence says itself, the refusals of package credential, and
// why a record is not what the rules make.
var ofDetails = []finder{
	{files: "../../evidence/*.go",
		calls:   map[string]int{"pass": 1, "fail": 3, "skip": 1, "examineSignature": 5, "signature": 5, "lackVouching": 0},
		fields:  []string{"Detail", "Unsound", "fresh", "signed"},
		returns: []string{"Replay", "compareWrites"},
		known: []string{"detail", "what", "refusal.Detail", "want.NonceRefused", "disagreement.Error()", "why", "j.fresh", "j.signed", // sentences of other places here
			"compareWrites()"}},
	{files: "../../evidence/credential/*.go", fields: []string{"Detail"}, known: []string{"detail", "part", "fmt.Sprintf()"},
		calls: map[string]int{"refuse": 2, "parseJWT": 1, "decodeObject": 1, "parseDisclosure": 1, "checkTime": 1, "decodeBase64": 1}},
	{files: "../../evidence/block/*.go", calls: map[string]int{"problem": 0}},
	{files: "../../evidence/vouching.go", returns: []string{"Error"}},
	{files: "../../gateway/vouched.go", fields: []string{"why"}},
	{files: "../../evidence/answer/recorder.go", fields: []string{"unproven"}},
	{files: "../../gateway/verification.go", fields: []string{"Unsound"}, returns: []string{"refusalOf"}},
}

// TestEveryDetailHasATranslation reads the details in the source, and demands that every translation is of one of them.
func TestEveryDetailHasATranslation(t *testing.T) {
	sentences := map[string]bool{}
	for _, f := range ofDetails {
		for _, found := range f.find(t) {
			if sentences[found.text] = true; !translatedDetail(found.text) {
				t.Errorf("%s: no translation of %q", found.at, found.text)
			}
		}
	}
	if len(sentences) < 140 {
		t.Errorf("only %d details found: the test looks for them in the wrong way", len(sentences))
	}
	for _, table := range []map[string]string{ofChecks, ofCredentials, ofTransactions} {
		for _, en := range slices.Sorted(maps.Keys(table)) {
			if !sentences[en] {
				t.Errorf("nobody says %q", en)
			}
		}
	}
}

// putTogether are formats whose results are values of other sentences; TestDetail shows some.
var putTogether = []string{"%s: %s", "%s: %v", "the %s of %s", "%s%s"}

func translatedDetail(text string) bool {
	for _, table := range slices.Concat(details.tables, parts.tables) {
		if table[text] != "" {
			return true
		}
	}
	return slices.Contains(putTogether, text)
}

// TestKinds demands a translation for every kind of record that has a status.
func TestKinds(t *testing.T) {
	for _, kind := range []ledger.Kind{ledger.KindAttestation, ledger.KindDocument, ledger.KindNotarisation, ledger.KindSubject} {
		if what := "the " + string(kind); Detail(what) == what {
			t.Errorf("no translation of %q", what)
		}
	}
}

func TestDetail(t *testing.T) {
	for en, want := range map[string]string{
		"not reached": "未进行到此项",
		"the attestation (recorded in block 9) was revoked at 2026-11-23T10:00:00Z: holder_request":                                                                                                  "该凭证（记录于区块 9）已于 2026-11-23T10:00:00Z 撤销：持有人申请",
		"the change of status is signed with a key that was not PoliceMSP's at 2026-11-23T10:00:00Z":                                                                                                 "状态变更的签名密钥在 2026-11-23T10:00:00Z 不属于 PoliceMSP",
		"PoliceMSP was accredited as issuer of identity/1 at 2026-11-23T10:00:00Z":                                                                                                                   "PoliceMSP 在 2026-11-23T10:00:00Z 具有资格：签发 identity/1",
		"NotaryMSP was not accredited as notary at 2026-11-23T10:00:00Z":                                                                                                                             "NotaryMSP 在 2026-11-23T10:00:00Z 不具有资格：公证",
		"the state of block 9 is signed by AuditMSP at 2026-11-23T10:00:00Z, NotaryMSP at 2026-11-23T10:00:01Z":                                                                                      "区块 9 的状态由以下机构签名：AuditMSP（2026-11-23T10:00:00Z）、NotaryMSP（2026-11-23T10:00:01Z）",
		"too few organisations signed the state of block 9 recently: AuditMSP, NotaryMSP missing; signed by PoliceMSP at 2026-11-23T10:00:00Z; 3 are needed, within 30s before 2026-11-23T10:01:00Z": "近期对区块 9 的状态签名的机构太少：缺 AuditMSP、NotaryMSP；已签名 PoliceMSP（2026-11-23T10:00:00Z）；须有 3 个，在 30s 内（截至 2026-11-23T10:01:00Z）",
		"the document it is about is not valid itself: revoked":                                                                                                                                      "所公证的文件本身无效：已撤销",
		"what is recorded was not made by the rules of the ledger: the rules refuse it: conflict: key: a record with this key exists (document/0f3a)":                                                "所记录的内容不符合账本规则：规则拒绝它：冲突：key：该键已有记录（document/0f3a）",
		"what is recorded was not made by the rules of the ledger: the transaction is malformed: envelope: Envelope has an unknown field 7":                                                          "所记录的内容不符合账本规则：交易格式不正确：信封：Envelope has an unknown field 7",
		"the header of the key binding JWT is not JSON":                                                                                                                                              "密钥绑定 JWT的头不是 JSON",
		"the past does not change: block 4 of 2026-01-01T00:00:00Z; the newest block here is 9 of 2026-01-02T00:00:00Z":                                                                              "过去不会改变：区块 4（2026-01-01T00:00:00Z）；此处最新区块为 9（2026-01-02T00:00:00Z）",
		"something nobody translated: yet": "something nobody translated: yet",
	} {
		if got := Detail(en); got != want {
			t.Errorf("%q: got %q, want %q", en, got, want)
		}
	}
}
