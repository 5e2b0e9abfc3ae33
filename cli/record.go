package cli

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/imi-ledger/imi/cli/office"
	"github.com/imi-ledger/imi/ledger"
)

// recordView is a record as the ledger has it.
type recordView struct {
	Key    ledger.Key      `json:"key"`
	Record json.RawMessage `json:"record"`
}

func (v *recordView) render(p *page) {
	var text bytes.Buffer
	if err := json.Indent(&text, v.Record, "", "  "); err != nil {
		text.Reset()
		text.Write(v.Record)
	}
	p.text(string(v.Key))
	p.text(text.String())
}

func (a *app) showRecord(ctx context.Context, kind ledger.Kind, id string) (result, error) {
	key, err := keyOf(kind, id)
	if err != nil {
		return nil, err
	}
	c, err := a.reader(ctx)
	if err != nil {
		return nil, err
	}
	text, err := office.ReadText(ctx, c, key)
	if err != nil {
		return nil, err
	}
	return &recordView{key, text}, nil
}
