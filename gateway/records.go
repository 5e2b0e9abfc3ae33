package gateway

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/gateway/wire"
	"github.com/imi-ledger/imi/ledger"
)

// recordAnswer is a record as it was after a block.
type recordAnswer struct {
	index.Version
	AsOf   uint64       `json:"asOf"` // the block
	Ledger answer.Block `json:"ledger"`
}

func (a *api) record(w http.ResponseWriter, r *http.Request) error {
	key, err := wire.KeyOf(r)
	if err != nil {
		return err
	}
	asked, err := wire.AsOfOf(r)
	if err != nil {
		return err
	}
	if state := a.recorded(a.vouch(asked != wire.AsOf{})); state.recorder != nil {
		if done, err := a.provenRecord(w, r, key, state); done || err != nil {
			return err
		}
	}
	position, err := a.index.Resolve(r.Context(), asOf(&asked))
	if err != nil {
		return notThere(err)
	}
	version, found, err := a.index.Version(r.Context(), key, position.Block)
	if err != nil {
		return err
	}
	if !found {
		return wire.NewProblem(http.StatusNotFound, ledger.NotFound, "path", "no such record in that state of the ledger")
	}
	return send(w, http.StatusOK, recordAnswer{version, position.Block, answer.BlockOf(position.Newest)})
}

// provenRecord answers with a record, or that there is none, and evidence of it. It reports false for a record that
// evidence would not show, such as one that the rules of the ledger do not make.
func (a *api) provenRecord(w http.ResponseWriter, r *http.Request, key ledger.Key, state vouched) (bool, error) {
	entry, err := state.recorder.Record(r.Context(), key, state.best.Block)
	if err != nil {
		return false, err
	}
	shown := a.evidence(state, 0, 0)
	switch {
	case shown == nil || (entry.Found() && !json.Valid(entry.Record)):
		return false, nil
	case !entry.Found():
		text, err := answer.Encode(answer.NewAbsent(shown))
		if err != nil {
			return false, err
		}
		sendText(w, "application/problem+json", http.StatusNotFound, text)
		return true, nil
	}
	return true, send(w, http.StatusOK, answer.NewRecord(key, entry.Record, state.best.Head, shown))
}

// notThere turns a state that the index has not got (yet) into a problem: retrying makes sense.
func notThere(err error) error {
	if errors.Is(err, evidence.ErrAhead) {
		return ledger.Refuse(ledger.Unavailable, "block", "this block has not arrived here yet")
	}
	return err
}

func (a *api) search(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	f := index.Filter{Organisation: ledger.MSPID(query.Get("organisation")), Type: query.Get("type"),
		State: ledger.State(query.Get("state")), After: query.Get("after")}
	var errs [4]error
	f.Kind, errs[0] = wire.KindOf(r, "kind")
	f.From, errs[1] = wire.TimeOf(r, "from")
	f.Until, errs[2] = wire.TimeOf(r, "until")
	f.Limit, errs[3] = wire.LimitOf(r, index.DefaultLimit, index.MaxLimit)
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	if err := checkWords(f); err != nil {
		return err
	}
	page, err := a.index.Search(r.Context(), f)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, page)
}

// checkWords refuses filters that no record can match: a slip would look like "there are none".
func checkWords(f index.Filter) error {
	switch f.State {
	case "", ledger.Active, ledger.Suspended, ledger.Revoked, index.ProposalOpen, index.ProposalApplied:
	default:
		return wire.Parameter("state", "must be active, suspended or revoked, or for proposals open or applied")
	}
	if f.Organisation != "" {
		if _, err := ledger.ParseKey(string(ledger.KindOrganisation) + "/" + string(f.Organisation)); err != nil {
			return wire.Parameter("organisation", "must be an MSPID")
		}
	}
	if len(f.Type) > 128 || strings.Trim(f.Type, "abcdefghijklmnopqrstuvwxyz0123456789-/") != "" {
		return wire.Parameter("type", "must be a credential type, a kind of document, or a finding")
	}
	return nil
}

// historyAnswer lists the versions of a record, the newest first.
type historyAnswer struct {
	Key      ledger.Key      `json:"key"`
	Versions []index.Version `json:"versions"`
	More     bool            `json:"more"` // there are older ones than these
}

func (a *api) history(w http.ResponseWriter, r *http.Request) error {
	key, err := wire.KeyOf(r)
	if err != nil {
		return err
	}
	limit, err := wire.LimitOf(r, ledger.MaxHistory, ledger.MaxHistory)
	if err != nil {
		return err
	}
	versions, more, err := a.index.History(r.Context(), key, limit)
	if err != nil {
		return err
	}
	if len(versions) == 0 {
		return wire.NewProblem(http.StatusNotFound, ledger.NotFound, "path", "the ledger has never had such a record")
	}
	return send(w, http.StatusOK, historyAnswer{key, versions, more})
}

// pathAnswer shows that a statement stands in a signed batch.
type pathAnswer struct {
	Root  ledger.Digest   `json:"root"`
	Index uint64          `json:"index"`
	Size  int             `json:"size"`
	Path  []ledger.Digest `json:"path"` // RFC 6962, from the leaf upwards
}

func (a *api) batchPath(w http.ResponseWriter, r *http.Request) error {
	root, err := ledger.ParseDigest(r.PathValue("root"))
	if err != nil {
		return wire.Parameter("root", "must be 64 lower-case hexadecimal digits")
	}
	place, err := wire.Number("index", r.PathValue("index"))
	if err != nil {
		return err
	}
	nothing := wire.NewProblem(http.StatusNotFound, ledger.NotFound, "path", "no such place in a batch")
	position, err := a.index.Resolve(r.Context(), evidence.AsOf{})
	if err != nil {
		return err
	}
	entry, err := a.index.Record(r.Context(), ledger.BatchKey(root), position.Block)
	if err != nil {
		return err
	}
	batch, err := ledger.Decode[ledger.Batch](entry.Record, ledger.MaxRecord)
	if err != nil || place >= uint64(batch.Statement.Size) {
		return nothing
	}
	path, err := a.index.BatchPath(r.Context(), root, int(place))
	if err != nil {
		return err
	}
	if path == nil {
		if batch.Statement.Size != 1 {
			return nothing
		}
		path = []ledger.Digest{}
	}
	return send(w, http.StatusOK, pathAnswer{root, place, batch.Statement.Size, path})
}
