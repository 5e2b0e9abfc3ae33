package gateway

import (
	"encoding/hex"
	"net/http"

	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/gateway/wire"
)

// Sizes of a page of blocks.
const (
	usualBlocks = 20
	mostBlocks  = 200
)

// blocksAnswer is a page of blocks without their transactions, the newest first.
type blocksAnswer struct {
	Blocks []index.Block `json:"blocks"`
	Before *uint64       `json:"before,omitempty"` // asks for the next page; absent on the last one
}

func (a *api) blocks(w http.ResponseWriter, r *http.Request) error {
	limit, err := wire.LimitOf(r, usualBlocks, mostBlocks)
	if err != nil {
		return err
	}
	var before *uint64
	if text := r.URL.Query().Get("before"); text != "" {
		n, err := wire.Number("before", text)
		if err != nil {
			return err
		}
		before = &n
	}
	blocks, err := a.index.Blocks(r.Context(), before, limit)
	if err != nil {
		return err
	}
	page := blocksAnswer{Blocks: blocks}
	if n := len(blocks); n > 0 && blocks[n-1].Number > 0 {
		page.Before = &blocks[n-1].Number
	}
	return send(w, http.StatusOK, page)
}

func (a *api) block(w http.ResponseWriter, r *http.Request) error {
	n, err := wire.Number("number", r.PathValue("number"))
	if err != nil {
		return err
	}
	block, err := a.index.Block(r.Context(), n)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, block)
}

func (a *api) transaction(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if raw, err := hex.DecodeString(id); err != nil || len(raw) != 32 || hex.EncodeToString(raw) != id {
		return wire.Parameter("id", "must be 64 lower-case hexadecimal digits")
	}
	transaction, err := a.index.Transaction(r.Context(), id)
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, transaction)
}

func (a *api) statistics(w http.ResponseWriter, r *http.Request) error {
	statistics, err := a.index.Statistics(r.Context())
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, statistics)
}
