package inquiry

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/imi-ledger/imi/ledger"
)

// Block is a block as the gateway's index lists it. Hashes are hexadecimal.
type Block struct {
	Number       uint64        `json:"number"`
	Hash         string        `json:"hash"`
	PreviousHash string        `json:"previousHash"`
	DataHash     string        `json:"dataHash"`
	Time         ledger.Time   `json:"time,omitzero"` // the latest time of a valid transaction up to here
	Size         int           `json:"size"`
	Valid        int           `json:"valid"`
	Records      int           `json:"records"` // versions written
	Transactions []Transaction `json:"transactions,omitempty"`
}

// Transaction is a transaction as the gateway's index lists it.
type Transaction struct {
	ID       string      `json:"id"`
	Block    uint64      `json:"block"`
	Position int         `json:"position"`
	Type     string      `json:"type"`
	Creator  string      `json:"creator,omitempty"`
	Function string      `json:"function,omitempty"`
	Event    string      `json:"event,omitempty"`
	Time     ledger.Time `json:"time,omitzero"`
	Valid    bool        `json:"valid"`
	Code     string      `json:"code"`
	Records  int         `json:"records"`
}

// Block asks for a block with its transactions.
func (c *Client) Block(ctx context.Context, number uint64) (Block, error) {
	return call[Block](ctx, c, http.MethodGet, "/v1/blocks/"+strconv.FormatUint(number, 10), nil)
}

// Change is a version of a record, with its key.
type Change struct {
	Key ledger.Key `json:"key"`
	Version
}

// Records is a page of the newest versions of records.
type Records struct {
	Records []Change `json:"records"`
	Next    string   `json:"next,omitempty"` // asks for the next page; empty: this is the last
}

// Records asks for a page of records; after is Next of the page before.
func (c *Client) Records(ctx context.Context, after string) (Records, error) {
	query := url.Values{"limit": {"1000"}}
	if after != "" {
		query.Set("after", after)
	}
	return call[Records](ctx, c, http.MethodGet, "/v1/records?"+query.Encode(), nil)
}
