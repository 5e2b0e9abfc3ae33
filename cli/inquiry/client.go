// Package inquiry asks an organisation's gateway over HTTP.
package inquiry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/imi-ledger/imi/evidence/head"
	"github.com/imi-ledger/imi/ledger"
)

// maxAnswer bounds what is read of an answer.
const maxAnswer = 16 << 20

// Client asks one gateway.
type Client struct {
	base *url.URL
	http *http.Client
}

// New returns a client of the gateway at a base URL such as http://127.0.0.1:7155.
func New(base string) (*Client, error) {
	at, err := url.Parse(strings.TrimSuffix(base, "/"))
	if err != nil || (at.Scheme != "http" && at.Scheme != "https") || at.Host == "" || at.RawQuery != "" || at.User != nil {
		return nil, ledger.Refuse(ledger.Malformed, "gateway", "must be a URL like http://127.0.0.1:7155")
	}
	// A gateway redirects nowhere; following one could send a presentation to somebody else.
	noRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Client{at, &http.Client{Timeout: 30 * time.Second, CheckRedirect: noRedirect}}, nil
}

// URL is the gateway's base URL.
func (c *Client) URL() string { return c.base.String() }

// Nonce asks for a nonce.
func (c *Client) Nonce(ctx context.Context) (Nonce, error) {
	return call[Nonce](ctx, c, http.MethodPost, "/v1/nonces", struct{}{})
}

// LacksBlock reports whether the gateway says that it does not have a block, or does not answer from it yet: one that signs
// heads answers from the newest block that enough organisations signed.
func (c *Client) LacksBlock(ctx context.Context, number uint64) bool {
	_, err := c.do(ctx, http.MethodGet, "/v1/blocks/"+strconv.FormatUint(number, 10), nil)
	if err != nil {
		return ledger.CodeOf(err) == ledger.NotFound
	}
	if _, err := c.do(ctx, http.MethodGet, "/v1/heads/own", nil); err != nil {
		return false // it signs none
	}
	note, err := c.do(ctx, http.MethodGet, "/v1/head", nil)
	if err != nil {
		return ledger.CodeOf(err) == ledger.Unavailable
	}
	text, _, _ := strings.Cut(string(note), "\n\n")
	signed, err := head.Parse(text + "\n")
	return err == nil && signed.Block < number
}

// Head asks for the newest head that enough organisations signed: a signed note, not checked.
func (c *Client) Head(ctx context.Context) (string, error) {
	note, err := c.do(ctx, http.MethodGet, "/v1/head", nil)
	return string(note), err
}

// HeadAt asks for the head of a recent block, with the signatures there are.
func (c *Client) HeadAt(ctx context.Context, block uint64) (string, error) {
	note, err := c.do(ctx, http.MethodGet, "/v1/heads/"+strconv.FormatUint(block, 10), nil)
	return string(note), err
}

// Forks asks for the forks that the gateway keeps the proof of: as it gave them, not checked.
func (c *Client) Forks(ctx context.Context) ([]byte, error) {
	return c.do(ctx, http.MethodGet, "/v1/forks", nil)
}

// Verify asks for a verification. The answer is returned as the gateway gave it too.
func (c *Client) Verify(ctx context.Context, question Verification) (Finding, []byte, error) {
	text, err := c.do(ctx, http.MethodPost, "/v1/verifications", question)
	if err != nil {
		return Finding{}, nil, err
	}
	finding, err := read[Finding](text)
	return finding, text, err
}

// Record asks for a record as it stands now, with its evidence. That there is none is an answer too, when it comes with
// evidence.
func (c *Client) Record(ctx context.Context, key ledger.Key) ([]byte, error) {
	status, text, err := c.exchange(ctx, http.MethodGet, "/v1/records/"+path(key), nil)
	if err != nil {
		return nil, err
	}
	if status == http.StatusNotFound {
		var absent struct {
			Evidence json.RawMessage `json:"evidence"`
		}
		if json.Unmarshal(text, &absent) == nil && absent.Evidence != nil {
			return text, nil
		}
	}
	if status/100 != 2 {
		return nil, refusal(status, text)
	}
	return text, nil
}

// History asks for every version of a record, the newest first. The answer is returned as the gateway gave it too.
func (c *Client) History(ctx context.Context, key ledger.Key) (History, error) {
	return call[History](ctx, c, http.MethodGet, "/v1/history/"+path(key), nil)
}

func path(key ledger.Key) string {
	parts := strings.Split(string(key), "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}

func call[T any](ctx context.Context, c *Client, method, path string, question any) (T, error) {
	data, err := c.do(ctx, method, path, question)
	if err != nil {
		var none T
		return none, err
	}
	return read[T](data)
}

func read[T any](data []byte) (T, error) {
	var answer T
	// Not strict: a newer gateway may say more than this program knows.
	if err := json.Unmarshal(data, &answer); err != nil {
		return answer, fmt.Errorf("the gateway's answer is not the JSON of this request")
	}
	plain(reflect.ValueOf(&answer))
	return answer, nil
}

func (c *Client) do(ctx context.Context, method, path string, question any) ([]byte, error) {
	status, data, err := c.exchange(ctx, method, path, question)
	if err == nil && status/100 != 2 {
		err = refusal(status, data)
	}
	if err != nil {
		return nil, err
	}
	return data, nil
}

func (c *Client) exchange(ctx context.Context, method, path string, question any) (int, []byte, error) {
	var body io.Reader
	if question != nil {
		text, err := json.Marshal(question)
		if err != nil {
			return 0, nil, err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base.String()+path, body)
	if err != nil {
		return 0, nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return 0, nil, away(ctx)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return 0, nil, away(ctx)
	}
	if len(data) > maxAnswer {
		return 0, nil, errors.New("the gateway's answer is too large")
	}
	return response.StatusCode, data, nil
}

// away is the refusal for a gateway that does not answer. The cause names addresses, so it is not shown.
func away(ctx context.Context) error {
	if errors.Is(context.Cause(ctx), context.Canceled) {
		return context.Canceled
	}
	return ledger.Refuse(ledger.Unavailable, "gateway", "does not answer")
}

// refusal reads an RFC 9457 problem.
func refusal(status int, data []byte) error {
	var problem struct {
		Code   ledger.Code `json:"code"`
		Field  string      `json:"field"`
		Detail string      `json:"detail"`
	}
	if json.Unmarshal(data, &problem) == nil && problem.Code != "" && problem.Code != "fault" {
		plain(reflect.ValueOf(&problem))
		return &ledger.Refusal{Code: problem.Code, Field: problem.Field, Rule: problem.Detail}
	}
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		return ledger.Refuse(ledger.Unavailable, "gateway", "cannot answer now (HTTP %d)", status)
	}
	return fmt.Errorf("the gateway failed (HTTP %d); its log says why", status)
}
