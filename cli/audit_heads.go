package cli

import (
	"slices"
	"time"

	"github.com/imi-ledger/imi/cli/inquiry"
	"github.com/imi-ledger/imi/cli/message"
	"github.com/imi-ledger/imi/evidence/audit"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

// noHeads is the value of --heads that says to do without.
const noHeads = "none"

// recentSignature is how old the signatures of a gateway's head may be, clocks that differ included. Gateways sign their
// newest head every second; an older one, signed in its time by everybody, is what somebody shows who holds blocks back.
const recentSignature = 2 * time.Minute

// headCheck compares an audit with the heads that organisations signed. A head's keys are known only at the end, when the
// audit has recomputed the trust registry; so the heads are opened then.
type headCheck struct {
	Needed   int        `json:"needed"` // organisations that must have signed one
	Compared []heldHead `json:"compared,omitempty"`
	Passed   []unheld   `json:"passedOver,omitempty"`
	Newer    uint64     `json:"newer,omitempty"` // block of the newest head, where a file ends before it

	notes    []signedNote
	gateways map[string]*inquiry.Client // by who runs them
	required bool
	file     bool
	signed   bool      // some organisation has a head key
	fetched  time.Time // when the gateways were asked; zero: the auditor chose the heads
}

// heldHead is a head that was compared.
type heldHead struct {
	Block         uint64         `json:"block"`
	Organisations []ledger.MSPID `json:"organisations"` // that signed it
	Signed        ledger.Time    `json:"signed"`        // when the last of them did
	From          []string       `json:"from"`          // who handed it over
	Equal         bool           `json:"equal"`

	times map[ledger.MSPID]time.Time // when each of them did
}

// unheld says why a head or a gateway was passed over.
type unheld struct {
	From string `json:"from"`
	Why  string `json:"why"`
}

// signedNote is a head as somebody handed it over, not checked.
type signedNote struct {
	from  string
	text  string
	block uint64
	given bool // by the auditor, in a file
}

// headsFor prepares the heads to compare with: those of the files given, else those of the gateways.
func (a *app) headsFor(f auditFlags, trusted anchor) (*headCheck, error) {
	h := &headCheck{Needed: trusted.enough, file: f.file != ""}
	switch {
	case slices.Contains(f.heads, noHeads):
		return h, nil
	case len(f.heads) > 0:
		h.required = true
		for _, name := range f.heads {
			if err := h.readFile(a, name); err != nil {
				return nil, err
			}
		}
		return h, nil
	case h.file && trusted.From != fromNetwork: // the network here, if there is one, may be another
		return h, nil
	}
	h.required = !h.file
	var err error
	h.gateways, err = a.gateways()
	return h, err
}

// newest is the greatest block of a head there is. It is only where to read on to, so it needs no signature yet.
func (h *headCheck) newest() uint64 {
	var newest uint64
	for _, n := range h.notes {
		if !n.given {
			newest = max(newest, n.block)
		}
	}
	return newest
}

// audited is an audit that is done, as far as heads can be held against it.
type audited interface {
	Organisations() []ledger.Organisation // of the registry
	At(number uint64) (audit.Block, bool) // what a block's head must say
	Next() uint64
}

// compare opens the heads with the keys of the registry, holds them against the blocks, and returns what differs.
func (h *headCheck) compare(a audited, channel string) []audit.Finding {
	registry, next := a.Organisations(), a.Next()
	h.count(registry)
	var found []audit.Finding
	compared := map[head.Head]int{}
	for _, n := range h.notes {
		signed, err := openHead(n.text, registry)
		if err != nil {
			h.pass(n.from, err)
			continue
		}
		if at, again := compared[signed.Head]; again {
			h.Compared[at].add(signed, n.from)
			continue
		}
		switch {
		case n.block >= next && !n.given:
			h.Newer = max(h.Newer, n.block)
			continue
		case n.block >= next:
			found = append(found, audit.Missing(n.block, next, "of which there is a head"))
			continue
		}
		here, _ := a.At(n.block)
		different := here.Against(channel, signed.Head)
		compared[signed.Head] = len(h.Compared)
		h.Compared = append(h.Compared, heldHead{Block: n.block, Equal: len(different) == 0})
		h.Compared[len(h.Compared)-1].add(signed, n.from)
		found = append(found, different...)
	}
	return found
}

// count settles how many organisations must have signed: as many as the trust file says, else more than half of those
// that can.
func (h *headCheck) count(registry []ledger.Organisation) {
	can := 0
	for _, o := range registry {
		if len(o.HeadKeys) > 0 {
			can++
		}
	}
	h.signed = can > 0
	if h.Needed == 0 && h.signed {
		h.Needed = can/2 + 1
	}
}

// lacking reports whether too few organisations signed any head that was compared. A ledger that nobody can sign heads of
// yet lacks none, unless there are some: then it is cut off before its trust registry.
func (h *headCheck) lacking() bool {
	return h.required && (h.signed || len(h.notes) > 0) && !slices.ContainsFunc(h.Compared, func(c heldHead) bool { return c.Equal && h.recently(c) >= h.Needed })
}

// recently counts the organisations that signed a head lately, if that matters: who brings heads in a file knows how old they
// are to be.
func (h *headCheck) recently(c heldHead) int {
	if h.fetched.IsZero() {
		return len(c.Organisations)
	}
	n := 0
	for _, at := range c.times {
		if h.fetched.Sub(at).Abs() <= recentSignature {
			n++
		}
	}
	return n
}

// openHead opens a signed note with the keys that counted when it was signed.
func openHead(text string, registry []ledger.Organisation) (head.Signed, error) {
	var every []ledger.Organisation
	for _, o := range registry {
		o.HeadKeys = slices.Clone(o.HeadKeys)
		for i := range o.HeadKeys {
			o.HeadKeys[i].Period = ledger.Period{}
		}
		every = append(every, o)
	}
	signed, err := head.Open(text, head.KeysOf(every, ledger.At(time.Unix(0, 0))))
	if err != nil {
		return signed, err
	}
	latest := time.Time{}
	for _, at := range signed.Times {
		if at.After(latest) {
			latest = at
		}
	}
	return head.Open(text, head.KeysOf(registry, ledger.At(latest)))
}

// add counts the organisations that signed another copy of the head.
func (c *heldHead) add(s head.Signed, from string) {
	for id, at := range s.Times {
		if c.times == nil {
			c.times = map[ledger.MSPID]time.Time{}
		}
		if at.After(c.times[id]) {
			c.times[id] = at
		}
		if c.Signed.Before(ledger.At(at)) {
			c.Signed = ledger.At(at)
		}
		if !slices.Contains(c.Organisations, id) {
			c.Organisations = append(c.Organisations, id)
		}
	}
	slices.Sort(c.Organisations)
	if !slices.Contains(c.From, from) {
		c.From = append(c.From, from)
	}
}

func (h *headCheck) render(p *page) {
	for _, c := range h.Compared {
		word := p.paint(green, p.say(message.Text{En: "equal", Zh: "一致"}))
		if !c.Equal {
			word = p.paint(red, p.say(message.Text{En: "DIFFERENT", Zh: "不一致"}))
		}
		p.line(message.Text{En: "  head of block %d, signed by %s: %s", Zh: "  区块 %d 的首部，签名机构 %s：%s"}, c.Block, joined(c.Organisations), word)
	}
	for _, c := range h.Compared {
		if h.required && c.Equal && len(c.Organisations) >= h.Needed && h.recently(c) < h.Needed {
			p.line(message.Text{En: "  the head of block %d was last signed at %v: newer blocks may be held back", Zh: "  区块 %d 的首部最近一次签名是在 %v：较新的区块可能被扣留"}, c.Block, c.Signed)
		}
	}
	if len(h.Compared) == 0 {
		p.line(message.Text{En: "  compared with no signed head: the newest blocks may be missing", Zh: "  未与任何已签名首部比较：可能缺少最新区块"})
	}
	if h.Newer > 0 {
		p.line(message.Text{En: "  there is a signed head of block %d, behind the end of these blocks", Zh: "  已有区块 %d 的签名首部，在这些区块之后"}, h.Newer)
	}
	for _, u := range h.Passed {
		p.line(message.Text{En: "  not compared with what %s has: %s", Zh: "  未与 %s 所持比较：%s"}, u.From, p.finding(u.Why))
	}
}
