package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/evidence/block"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/fabric"
	"github.com/imi-ledger/imi/gateway/index"
	"github.com/imi-ledger/imi/ledger"
)

// fakePeer has the manners of fabric.Client: it delivers blocks in order, waits for new ones, and when it is away its
// streams are silent and its other answers are refusals with code Unavailable.
type fakePeer struct {
	mu     sync.Mutex
	blocks []*common.Block
	away   bool
	slow   uint64 // blocks it delivers, though it has more; 0: all
	grown  chan struct{}
}

func newFakePeer() *fakePeer { return &fakePeer{grown: make(chan struct{})} }

func (p *fakePeer) change(what func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	what()
	close(p.grown)
	p.grown = make(chan struct{})
}

func (p *fakePeer) Height(context.Context) (uint64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away {
		return 0, ledger.Refuse(ledger.Unavailable, "", "away")
	}
	return uint64(len(p.blocks)), nil
}

func (p *fakePeer) Blocks(ctx context.Context, from uint64) iter.Seq2[*common.Block, error] {
	return func(yield func(*common.Block, error) bool) {
		for {
			p.mu.Lock()
			var b *common.Block
			if !p.away && from < uint64(len(p.blocks)) && (p.slow == 0 || from < p.slow) {
				b = p.blocks[from]
			}
			grown := p.grown
			p.mu.Unlock()
			if b != nil {
				if !yield(proto.CloneOf(b), nil) {
					return
				}
				from++
				continue
			}
			select {
			case <-grown:
			case <-ctx.Done():
				yield(nil, ctx.Err())
				return
			}
		}
	}
}

// delivered turns a parsed block back into what a peer delivers.
func delivered(t testing.TB, b block.Block) *common.Block {
	t.Helper()
	d := &common.Block{Header: &common.BlockHeader{Number: b.Number, DataHash: b.DataHash[:]}, Data: &common.BlockData{}}
	if b.Number > 0 {
		d.Header.PreviousHash = b.PreviousHash[:]
	}
	for _, tx := range b.Transactions {
		d.Data.Data = append(d.Data.Data, tx.Raw.Envelope)
	}
	signatures, err := proto.Marshal(&common.Metadata{Value: b.Metadata.Signed})
	if err != nil {
		t.Fatal(err)
	}
	d.Metadata = &common.BlockMetadata{Metadata: [][]byte{signatures, nil, b.Metadata.Codes, nil, nil}}
	return d
}

// harness is a gateway over a ledger in memory, served on a port.
type harness struct {
	*evidencetest.Ledger
	t      testing.TB
	peer   *fakePeer
	api    *api
	server *httptest.Server
	log    *lockedBuffer
	clock  *clock
	file   string // of the index
}

// clock is the gateway's time. It stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// lockedBuffer collects a log.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(data []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(data)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// start serves a ledger of its own for PoliceMSP.
func start(t testing.TB, change ...func(*Options)) *harness {
	t.Helper()
	h := startFor(t, evidencetest.New(t), evidencetest.Police, change...)
	h.level()
	return h
}

// startFor serves a ledger for an organisation. Its peer has no block yet.
func startFor(t testing.TB, l *evidencetest.Ledger, organisation ledger.MSPID, change ...func(*Options)) *harness {
	t.Helper()
	o := DefaultOptions()
	o.Quota = 1e6
	for _, c := range change {
		c(&o)
	}
	h := &harness{Ledger: l, t: t, peer: newFakePeer(), log: &lockedBuffer{}, clock: &clock{}}
	h.clock.set(h.Now.Time())
	h.file = filepath.Join(t.TempDir(), "index.db")
	store, err := index.Open(t.Context(), h.file, evidencetest.Channel)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	profile := fabric.Profile{Organisation: string(organisation), Channel: evidencetest.Channel}
	if h.api, err = newAPI(t.Context(), o, profile, store, h.peer, log, h.clock.read); err != nil {
		t.Fatal(err)
	}
	if o.HeadKey != "" {
		if err := h.api.witness.begin(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	following, stop := context.WithCancel(context.Background())
	var follower sync.WaitGroup
	follower.Go(func() { h.api.follower.followBlocks(following) })
	follower.Go(func() { newHeadExchange(h.api.witness, o.Neighbours).run(following) })
	h.server = httptest.NewUnstartedServer(h.api.handler())
	h.server.Listener, h.server.Config.ConnContext = whole(h.server.Listener), withWhole
	h.server.Start()
	t.Cleanup(func() {
		h.server.CloseClientConnections()
		h.server.Close()
		stop()
		follower.Wait()
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// level delivers every block there is, waits until the index has them, and has the gateway ask for the height.
func (h *harness) level() {
	h.t.Helper()
	var more []*common.Block
	for _, b := range h.Blocks[len(h.peer.blocks):] {
		more = append(more, delivered(h.t, b))
	}
	h.deliver(more...)
}

// deliver does the same with blocks of whatever making.
func (h *harness) deliver(more ...*common.Block) {
	h.t.Helper()
	h.clock.set(h.Now.Time())
	height := uint64(0)
	h.peer.change(func() {
		h.peer.blocks = append(h.peer.blocks, more...)
		height = uint64(len(h.peer.blocks))
	})
	limit := time.After(20 * time.Second)
	for {
		advanced := h.api.follower.advanced()
		if h.api.follower.lag().Next >= height {
			break
		}
		select {
		case <-advanced:
		case <-limit:
			h.t.Fatalf("the index did not take the blocks in; log:\n%s", h.log)
		}
	}
	h.api.follower.askHeight(h.t.Context())
}

// someDigest names nothing.
const someDigest = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

// response is an answer with its body read.
type response struct {
	*http.Response
	body []byte
}

// send makes a request, and checks the answer against the API's description.
func (h *harness) send(method, path, body string, headers ...string) response {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.server.URL+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := h.server.Client().Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	described(h.t, r, answer, text)
	return response{answer, text}
}

func (h *harness) get(path string) response {
	h.t.Helper()
	return h.send(http.MethodGet, path, "")
}

func (h *harness) post(path, body string) response {
	h.t.Helper()
	return h.send(http.MethodPost, path, body)
}

// read decodes an answer that must have a status.
func read[T any](t testing.TB, r response, status int) T {
	t.Helper()
	var v T
	if r.StatusCode != status {
		t.Fatalf("%s: status %d, want %d: %s", r.Request.URL.Path, r.StatusCode, status, r.body)
	}
	if err := json.Unmarshal(r.body, &v); err != nil {
		t.Fatalf("%s: %v: %s", r.Request.URL.Path, err, r.body)
	}
	return v
}
