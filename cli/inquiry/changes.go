package inquiry

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"time"
)

// streamAttempts is how often a stream that gives nothing is opened again.
const streamAttempts = 5

// Changes yields every version of every record, from the first on, in the order they were written. It ends where the
// gateway has no more for now. A stream that breaks, as one does whose reader is slow, is resumed behind the last version.
func (c *Client) Changes(ctx context.Context) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		last, failed := "0.0.0", 0
		for {
			before := last
			end, err := c.follow(ctx, &last, func(one Change) bool { return yield(one, nil) })
			if end {
				return
			}
			if failed++; last != before {
				failed = 0
			}
			if ctx.Err() != nil || failed >= streamAttempts {
				yield(Change{}, errors.Join(err, away(ctx)))
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Duration(failed) * 200 * time.Millisecond):
			}
		}
	}
}

// follow reads one stream. end says that there is no more, or that no more is wanted.
func (c *Client) follow(ctx context.Context, last *string, yield func(Change) bool) (end bool, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base.String()+"/v1/events", nil)
	if err != nil {
		return false, err
	}
	request.Header.Set("Last-Event-ID", *last)
	client := &http.Client{CheckRedirect: c.http.CheckRedirect} // without the time limit of an answer that ends
	response, err := client.Do(request)
	if err != nil {
		return false, away(ctx)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
		return false, refusal(response.StatusCode, text)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, maxAnswer)
	id, event := "", ""
	for lines.Scan() {
		line := lines.Text()
		name, value, _ := strings.Cut(line, ": ")
		switch {
		case strings.HasPrefix(line, ":"): // a sign of life, sent only when there is nothing to tell
			return true, nil
		case name == "id":
			id = value
		case name == "event":
			event = value
		case name == "data" && event == "ledger.forked": // no change of a record, and at no place in the ledger
		case line == "":
			event = ""
		case name == "data":
			var one Change
			if err := json.Unmarshal([]byte(value), &one); err != nil {
				return false, fmt.Errorf("the gateway's event is not JSON")
			}
			*last = id
			if !yield(one) {
				return true, nil
			}
		}
	}
	return false, away(ctx)
}
