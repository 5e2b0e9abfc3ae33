package answer

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/statetree"
	"github.com/imi-ledger/imi/ledger"
)

// Append writes the answer as Encode does, to the byte, several times as fast: what is the same in many answers is written
// once and copied, and nothing is looked up by reflection but the claims of a presentation.
func (v *Verification) Append(text []byte) ([]byte, error) {
	w := writer{text: text}
	w.verification(v)
	return w.text, w.err
}

// writer appends JSON as encoding/json makes it of the types of an answer.
type writer struct {
	text []byte
	err  error

	// For an answer to be kept, what is in the standing or is one of the records is left out, and noted as a gap.
	standing *Standing
	records  []Proven
	gaps     []gap
}

// gap leaves something out that belongs to the standing. It reports false if it is to be written.
func (w *writer) gap(kind gapKind) bool {
	if w.standing == nil {
		return false
	}
	w.gaps = append(w.gaps, gap{at: int32(len(w.text)), kind: kind})
	return true
}

// gapOf does the same with a record.
func (w *writer) gapOf(kind gapKind, key string, record []byte) bool {
	for i := range w.records {
		if p := &w.records[i]; string(p.Key) == key && bytes.Equal(p.content, record) {
			w.gaps = append(w.gaps, gap{int32(len(w.text)), kind, uint8(i)})
			return true
		}
	}
	return false
}

func (w *writer) verification(v *Verification) {
	w.finding(&v.Finding)
	if v.AsOf != nil {
		w.raw(`,"asOf":`).moment(*v.AsOf)
	}
	if l := v.Ledger; l != nil {
		w.raw(`,"ledger":{"block":`).height(l.Block).raw(`,"blockHash":`)
		if !w.gap(gapHash) {
			w.string(l.BlockHash)
		}
		w.time("time", l.Time).raw("}")
	}
	w.member("organisation", string(v.Organisation)).optional("audience", v.Audience)
	if v.Evidence != nil {
		w.evidence(v.Evidence)
	}
	w.raw("}\n")
}

func (w *writer) raw(text string) *writer {
	w.text = append(w.text, text...)
	return w
}

func (w *writer) number(n uint64) *writer {
	w.text = strconv.AppendUint(w.text, n, 10)
	return w
}

func (w *writer) string(s string) *writer {
	w.text = appendString(w.text, s)
	return w
}

// member writes a member that is not the first of its object.
func (w *writer) member(name, value string) *writer {
	return w.raw(`,"`).raw(name).raw(`":`).string(value)
}

// optional leaves a member out that is empty.
func (w *writer) optional(name, value string) *writer {
	if value == "" {
		return w
	}
	return w.member(name, value)
}

// time leaves a member out that is no time.
func (w *writer) time(name string, t ledger.Time) *writer {
	if t.IsZero() {
		return w
	}
	return w.member(name, t.String())
}

// any leaves it to encoding/json.
func (w *writer) any(value any) {
	text, err := Encode(value)
	if err != nil {
		w.err = err
		return
	}
	w.text = append(w.text, bytes.TrimSuffix(text, []byte("\n"))...)
}

// list writes an array, null for a nil one.
func list[T any](w *writer, items []T, write func(*T)) {
	if items == nil {
		w.raw("null")
		return
	}
	w.raw("[")
	for i := range items {
		if i > 0 {
			w.raw(",")
		}
		write(&items[i])
	}
	w.raw("]")
}

// finding writes all but the end of a finding, and but what a Verification has in place of the finding's own.
func (w *writer) finding(f *evidence.Finding) {
	w.raw(`{"verdict":`).string(string(f.Verdict)).member("reason", string(f.Reason)).raw(`,"checks":`)
	list(w, f.Checks, w.check)
	w.optional("key", f.Key)
	if len(f.Record) > 0 {
		if w.raw(`,"record":`); !w.gapOf(gapRecord, f.Key, f.Record) {
			w.record(f.Record)
		}
	}
	if s := f.Status; s != nil {
		w.raw(`,"status":{"state":`).string(string(s.State)).optional("reason", string(s.Reason)).member("since", s.Since.String())
		w.block(s.Block).raw("}")
	}
	w.optional("subject", f.Subject)
	if len(f.Claims) > 0 {
		w.raw(`,"claims":`).any(f.Claims)
	}
	if len(f.Disclosed) > 0 {
		w.raw(`,"disclosed":`)
		list(w, f.Disclosed, func(name *string) { w.string(*name) })
	}
	if len(f.Notarisations) > 0 {
		w.raw(`,"notarisations":`)
		list(w, f.Notarisations, w.notarisation)
	}
	if f.MoreNotarisations {
		w.raw(`,"moreNotarisations":true`)
	}
}

// notarisation writes a finding that stands for itself.
func (w *writer) notarisation(f *evidence.Finding) {
	w.finding(f)
	w.raw(`,"asOf":`).moment(f.AsOf)
	w.raw(`,"ledger":{"block":`).height(f.Ledger.Block).time("time", f.Ledger.Time).raw("}}")
}

func (w *writer) moment(m evidence.Moment) {
	if !w.gap(gapMoment) {
		w.raw(`{"block":`).number(m.Block).member("time", m.Time.String()).raw("}")
	}
}

// height writes the number of the newest block.
func (w *writer) height(block uint64) *writer {
	if w.gap(gapBlock) {
		return w
	}
	return w.number(block)
}

// block leaves out a block that is not known.
func (w *writer) block(number uint64) *writer {
	if number == 0 {
		return w
	}
	return w.raw(`,"block":`).number(number)
}

func (w *writer) check(c *evidence.Check) {
	w.raw(`{"name":`).string(string(c.Name)).member("result", string(c.Result)).raw(`,"detail":`)
	if !w.vouched(c) {
		w.string(c.Detail)
	}
	if len(c.LookedAt) > 0 {
		w.raw(`,"lookedAt":`)
		list(w, c.LookedAt, func(l *evidence.Looked) { w.raw(`{"key":`).string(l.Key).block(l.Block).raw("}") })
	}
	w.raw("}")
}

// vouched leaves out what a check says of the head.
func (w *writer) vouched(c *evidence.Check) bool {
	switch {
	case w.standing == nil:
		return false
	case c.Name == evidence.CheckFreshness && c.Result == evidence.Pass:
		return w.gap(gapFresh)
	case c.Name == evidence.CheckEvidence && c.Result == evidence.Pass:
		return w.gap(gapSigned)
	case c.Name == evidence.CheckFreshness, c.Name == evidence.CheckEvidence:
		w.err = errors.New("an answer that a head does not speak for is not kept")
	}
	return false
}

// record writes JSON, without white space between its parts.
func (w *writer) record(text json.RawMessage) {
	if !bytes.ContainsAny(text, " \t\r\n") {
		w.text = append(w.text, text...)
		return
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, text); err != nil {
		w.err = err
	}
	w.text = append(w.text, compact.Bytes()...)
}

func (w *writer) evidence(e *Evidence) {
	if w.raw(`,"evidence":{"head":`); !w.gap(gapNote) {
		w.string(e.Head)
	}
	if e.Cosigners != 0 {
		w.raw(`,"cosigners":`).raw(strconv.Itoa(e.Cosigners))
	}
	if e.MaxAge != 0 {
		w.raw(`,"maxAgeSeconds":`).raw(strconv.FormatInt(e.MaxAge, 10))
	}
	w.raw(`,"records":`)
	list(w, e.Records, w.proven)
	if len(e.Paths) > 0 {
		w.raw(`,"paths":`)
		list(w, e.Paths, w.path)
	}
	if len(e.Notarisations) > 0 {
		w.raw(`,"notarisations":`)
		list(w, e.Notarisations, func(key *ledger.Key) { w.string(string(*key)) })
	}
	w.raw("}")
}

func (w *writer) proven(p *Proven) {
	if p.text != nil && w.standing == nil {
		w.text = append(w.text, p.text...)
		return
	}
	w.raw(`{"key":`).string(string(p.Key))
	if p.content != nil && w.gapOf(gapProven, string(p.Key), p.content) {
		return
	}
	if p.Record != nil {
		w.member("record", *p.Record)
	}
	w.proof(&p.Proof)
}

// proof ends the evidence of a record.
func (w *writer) proof(p *statetree.Proof) {
	w.raw(`,"proof":"`)
	text, err := p.AppendText(w.text)
	if err != nil {
		w.err = err
		return
	}
	w.text = append(text, `"}`...)
}

func (w *writer) path(p *Path) {
	w.raw(`{"root":`).digest(&p.Root)
	w.raw(`,"index":`).raw(strconv.Itoa(p.Index)).raw(`,"path":`)
	list(w, p.Path, w.digest)
	w.raw("}")
}

func (w *writer) digest(d *ledger.Digest) {
	w.text = slices.Grow(w.text, 2*len(d)+2)
	w.text = append(hex.AppendEncode(append(w.text, '"'), d[:]), '"')
}
