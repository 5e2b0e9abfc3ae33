package cli

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/imi-ledger/imi/cli/inquiry"
	"github.com/imi-ledger/imi/evidence/audit"
	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/network"
)

// gatewayPatience bounds one question to a gateway; what it says is one of several answers.
const gatewayPatience = 5 * time.Second

// gateways are those to ask: the one that is named, else all of the network.
func (a *app) gateways() (map[string]*inquiry.Client, error) {
	if address := cmp.Or(a.options.gateway, a.getenv("IMI_GATEWAY")); address != "" {
		client, err := inquiry.New(address)
		return map[string]*inquiry.Client{address: client}, err
	}
	all := map[string]*inquiry.Client{}
	n, err := network.Open(a.options.dir)
	if errors.Is(err, network.ErrNoNetwork) {
		return all, nil
	}
	if err != nil {
		return nil, err
	}
	for _, node := range n.Nodes() {
		if node.Kind == network.Gateway {
			if all[node.Organisation], err = inquiry.New("http://" + node.Address()); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// readFile reads signed notes that stand in a file one after the other.
func (h *headCheck) readFile(a *app, name string) error {
	text, err := a.readInput(name, maxInput)
	if err != nil {
		return err
	}
	for _, note := range splitNotes(string(text)) {
		if err := h.add(signedNote{from: name, text: note, given: true}); err != nil {
			return err
		}
	}
	return nil
}

// splitNotes cuts a file before every line that begins a head. No line of a signature begins so.
func splitNotes(text string) []string {
	const begin = "imi/"
	var notes []string
	for i, part := range strings.Split("\n"+text, "\n"+begin) {
		if i > 0 {
			part = begin + part
		} else if part = strings.TrimSpace(part); part == "" {
			continue
		}
		notes = append(notes, strings.TrimRight(part, "\n")+"\n")
	}
	return notes
}

func (h *headCheck) add(n signedNote) error {
	text, _, _ := strings.Cut(n.text, "\n\n")
	parsed, err := head.Parse(text + "\n")
	if err != nil {
		return err
	}
	n.block = parsed.Block
	h.notes = append(h.notes, n)
	return nil
}

// fetch asks the gateways, at a time, for their newest heads, and for those of the last block audited.
func (h *headCheck) fetch(ctx context.Context, a *audit.Audit, now time.Time) {
	if len(h.gateways) > 0 {
		h.fetched = now
	}
	for _, from := range slices.Sorted(maps.Keys(h.gateways)) {
		g := h.gateways[from]
		h.ask(ctx, from, g.Head)
		if h.file && a.Next() > 0 {
			h.ask(ctx, from, func(ctx context.Context) (string, error) { return g.HeadAt(ctx, a.Next()-1) })
		}
	}
}

func (h *headCheck) ask(ctx context.Context, from string, question func(context.Context) (string, error)) {
	ctx, cancel := context.WithTimeout(ctx, gatewayPatience)
	defer cancel()
	text, err := question(ctx)
	if err == nil {
		err = h.add(signedNote{from: from, text: text})
	}
	if err != nil {
		h.pass(from, err)
	}
}

func (h *headCheck) pass(from string, why error) {
	one := unheld{from, oneLine(why.Error())}
	if !slices.Contains(h.Passed, one) {
		h.Passed = append(h.Passed, one)
	}
}
