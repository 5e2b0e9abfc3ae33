package inquiry

import (
	"encoding/json"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

// Nonce is what a verifier asks a holder with.
type Nonce struct {
	Nonce     string    `json:"nonce"`
	Audience  string    `json:"audience"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// Verification is a question: exactly one of presentation, document, notarisation and credential.
type Verification struct {
	Presentation string         `json:"presentation,omitempty"`
	Nonce        string         `json:"nonce,omitempty"` // that the presentation answers
	Audience     string         `json:"-"`               // for whom it must be made, as the asker knows; a gateway asks for its own
	Document     *DocumentName  `json:"document,omitempty"`
	Notarisation *ledger.ID     `json:"notarisation,omitempty"`
	Credential   *ledger.Digest `json:"credential,omitempty"`
	AsOf         *AsOf          `json:"asOf,omitempty"`
}

// DocumentName names a document: by the digest of its file, with the salt where there is one, or by its commitment.
type DocumentName struct {
	Digest     *ledger.Digest `json:"digest,omitempty"`
	Salt       *ledger.Digest `json:"salt,omitempty"` // 32 bytes
	Commitment *ledger.Digest `json:"commitment,omitempty"`
}

// AsOf is a past state of the ledger: by block or by time.
type AsOf struct {
	Block *uint64      `json:"block,omitempty"`
	Time  *ledger.Time `json:"time,omitempty"`
}

// Finding is what a verification established.
type Finding struct {
	Verdict           string          `json:"verdict"`
	Reason            string          `json:"reason"`
	Checks            []Check         `json:"checks"`
	Key               ledger.Key      `json:"key,omitempty"`
	Record            json.RawMessage `json:"record,omitempty"`
	Status            *Standing       `json:"status,omitempty"`
	Subject           string          `json:"subject,omitempty"`
	Claims            map[string]any  `json:"claims,omitempty"`
	Disclosed         []string        `json:"disclosed,omitempty"`
	Notarisations     []Finding       `json:"notarisations,omitempty"`
	MoreNotarisations bool            `json:"moreNotarisations,omitempty"`
	AsOf              *Moment         `json:"asOf,omitempty"`
	Ledger            *Head           `json:"ledger,omitempty"`
	Organisation      string          `json:"organisation,omitempty"`
	Audience          string          `json:"audience,omitempty"`
}

// Check is one step of a verification.
type Check struct {
	Name     string   `json:"name"`
	Result   string   `json:"result"` // pass, fail or skipped
	Detail   string   `json:"detail"`
	LookedAt []Looked `json:"lookedAt,omitempty"`
}

// Looked is a version of a record that a check looked at.
type Looked struct {
	Key   string `json:"key"`
	Block uint64 `json:"block,omitempty"` // that wrote it; 0: not known, which a head does not tell
}

// Standing is a record's status and since when.
type Standing struct {
	State  ledger.State  `json:"state"`
	Reason ledger.Reason `json:"reason,omitempty"`
	Since  ledger.Time   `json:"since"`
	Block  uint64        `json:"block,omitempty"` // likewise
}

// Moment is what an answer speaks about.
type Moment struct {
	Block uint64      `json:"block"`
	Time  ledger.Time `json:"time"`
}

// Head is the newest block an answer was made from.
type Head struct {
	Block     uint64      `json:"block"`
	BlockHash string      `json:"blockHash,omitempty"`
	Time      ledger.Time `json:"time,omitzero"`
}

// History is every version of a record, the newest first.
type History struct {
	Key      ledger.Key `json:"key"`
	Versions []Version  `json:"versions"`
	More     bool       `json:"more"`
}

// Version is one state of a record and what wrote it.
type Version struct {
	Event         string          `json:"event"`
	Block         uint64          `json:"block"`
	Time          ledger.Time     `json:"time,omitzero"`
	TransactionID string          `json:"transactionID"`
	Record        json.RawMessage `json:"record,omitempty"`
	Unsound       string          `json:"unsound,omitempty"`
}
