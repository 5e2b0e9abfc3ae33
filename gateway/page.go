package gateway

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"

	"github.com/imi-ledger/imi/gateway/wire"
	"github.com/imi-ledger/imi/ledger"
)

//go:embed page
var pageFiles embed.FS

var pageTemplate = template.Must(template.ParseFS(pageFiles, "page/index.html"))

// pagePolicy lets the page load its style sheet and nothing else.
const pagePolicy = "default-src 'none'; style-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// word is an entry of a list on the page, in both languages.
type word struct{ Name, Zh, En string }

// verdictWords explains the verdicts to people.
var verdictWords = []word{
	{"valid", "各项检查均通过", "every check passed"},
	{"revoked", "已被撤销", "revoked by its author"},
	{"suspended", "已被暂停", "suspended by its author"},
	{"expired", "不在有效期内", "outside its validity period"},
	{"not_found", "账本上没有这条记录", "the ledger has no such record"},
	{"mismatch", "内容、签名或随机数不符", "content, signature or nonce does not fit"},
	{"indeterminate", "目前无法判断，请稍后再试；这不表示无效", "cannot be known now, retry; it does not mean invalid"},
}

// problemWords explains the problem codes to people.
var problemWords = []word{
	{string(ledger.Malformed), "请求的格式不对；field 与 offset 指出位置", "not a request this API reads; field and offset say where"},
	{string(ledger.Invalid), "格式正确，但违反规则", "well-formed, but a rule forbids it"},
	{string(ledger.NotAllowed), "不允许这样做", "this caller may not do it"},
	{string(ledger.NotFound), "没有找到", "there is no such thing"},
	{string(ledger.TooLarge), "超过大小限制", "over a stated limit"},
	{string(ledger.Unavailable), "现在做不到，请按 Retry-After 重试", "cannot be done now; retry after Retry-After"},
	{string(wire.Fault), "网关自身故障，原因见其日志", "the gateway's own failure; its log says why"},
}

// pageView is what the page shows.
type pageView struct {
	Organisation, Audience  string
	TitleZh, TitleEn        string
	State, StateZh, StateEn string
	Blocks                  uint64
	Verdicts, Problems      []word
}

// page is the gateway's front door for people. It holds links, no forms and no scripts.
func (a *api) page(w http.ResponseWriter, r *http.Request) error {
	view := pageView{Organisation: a.organisation, Audience: a.audience, Blocks: a.follower.lag().Next,
		TitleZh: "网关", TitleEn: "Gateway of " + a.organisation, Verdicts: verdictWords, Problems: problemWords,
		State: "ready", StateZh: "就绪，与本机构节点同步", StateEn: "ready and in step with the organisation's peer"}
	if reason := a.behind(); reason != "" {
		view.State, view.StateZh, view.StateEn = "waiting", "未就绪，核验结果可能为 indeterminate", "not ready: "+reason+"; verdicts may be indeterminate"
	}
	var text bytes.Buffer
	if err := pageTemplate.Execute(&text, view); err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", pagePolicy)
	w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(text.Bytes())
	return nil
}

func (a *api) style(w http.ResponseWriter, _ *http.Request) error {
	text, err := pageFiles.ReadFile("page/style.css")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(text)
	return nil
}
