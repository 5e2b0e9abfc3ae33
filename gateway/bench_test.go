package gateway

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/answer"
	"github.com/imi-ledger/imi/evidence/evidencetest"
	"github.com/imi-ledger/imi/ledger"
)

// batches is how large the ledger is that BenchmarkAnswers asks about.
var batches = flag.Int("batches", 100, "batches of 1,000 attestations on the ledger of BenchmarkAnswers")

// documents is how many documents that ledger has besides.
const documents = 1000

// BenchmarkAnswers answers questions about random records, with full evidence, beside a server that says hello: what each
// handler takes by itself, and over HTTP with the same client for all. Everything was asked about once before, but for
// CredentialFirst, where no record was, and CredentialForgotten, where the gateway remembers nothing.
//
//	go test ./gateway -run '^$' -bench Answers
func BenchmarkAnswers(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(garbage)) // as the program does
	h, questions := crowded(b)
	log, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	h.api.log = slog.New(slog.NewTextHandler(log, nil)) // as the program logs
	imi := h.api.handler()
	asked := sync.OnceFunc(func() {
		for _, all := range questions {
			for _, question := range all {
				ask(b, imi, question)
			}
		}
	})
	for _, side := range []struct {
		name    string
		handler http.Handler
		bodies  [][]byte
	}{
		{"Hello", http.HandlerFunc(sayHello), questions["credential"]},
		{"Credential", imi, questions["credential"]},
		{"Document", imi, questions["document"]},
	} {
		b.Run("Handler/"+side.name, func(b *testing.B) {
			asked()
			benchmarkHandler(b, side.handler, side.bodies)
		})
		b.Run("HTTP/"+side.name, func(b *testing.B) {
			asked()
			benchmarkHTTP(b, side.handler, side.bodies)
		})
	}
	b.Run("Handler/CredentialFirst", func(b *testing.B) { benchmarkFirst(b, h, imi, questions["credential"]) })
	h.remember(0)
	b.Run("HTTP/CredentialForgotten", func(b *testing.B) { benchmarkHTTP(b, imi, questions["credential"]) })
}

// crowded is a gateway with a cosigned head over many records, and questions about each of them.
func crowded(b *testing.B) (*harness, map[string][][]byte) {
	b.Helper()
	h, n := startCosigned(b)
	questions := map[string][][]byte{}
	for range *batches {
		_, statements := h.IssueMany(1000)
		for _, s := range statements {
			questions["credential"] = append(questions["credential"], fmt.Appendf(nil, `{"credential":%q}`, s.Credential))
		}
		h.level()
		h.forget()
	}
	for range documents / 100 {
		for range 100 {
			digest := h.Digest()
			if err := h.Add(evidencetest.Service, ledger.DocumentRegister, h.Registration(h.Document(digest))); err != nil {
				b.Fatal(err)
			}
			questions["document"] = append(questions["document"], fmt.Appendf(nil, `{"document":{"commitment":%q}}`, digest))
		}
		h.Cut()
		h.level()
		h.forget()
	}
	h.cosign(n, evidencetest.Service, evidencetest.Notary)
	h.Ledger, h.api.log = nil, slog.New(slog.DiscardHandler) // the former is as large as all records
	return h, questions
}

// ask puts one question to a handler, and returns the size of the answer.
func ask(b *testing.B, handler http.Handler, question []byte) int {
	r := httptest.NewRequest(http.MethodPost, "/v1/verifications", bytes.NewReader(question))
	r.Header.Set("Content-Type", "application/json")
	w := discarding{header: http.Header{}}
	handler.ServeHTTP(&w, r)
	if w.status != http.StatusOK {
		b.Fatal(w.status)
	}
	return w.size
}

// forget drops what is large of blocks that were delivered.
func (h *harness) forget() {
	last := len(h.Blocks) - 1
	h.Blocks[last].Transactions, h.Raw[last] = nil, nil
	h.peer.mu.Lock()
	defer h.peer.mu.Unlock()
	h.peer.blocks[last] = nil
}

func sayHello(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"hello": "world"}) // a client that went away needs no answer
}

func benchmarkHandler(b *testing.B, handler http.Handler, bodies [][]byte) {
	b.ReportAllocs()
	size, before := 0, processor()
	for b.Loop() {
		size = ask(b, handler, bodies[rand.IntN(len(bodies))])
	}
	b.ReportMetric(float64(size), "B/answer")
	b.ReportMetric(float64((processor()-before).Microseconds())/float64(b.N), "CPU-µs/op")
}

// discarding is a client that reads nothing.
type discarding struct {
	header       http.Header
	status, size int
}

func (d *discarding) Header() http.Header    { return d.header }
func (d *discarding) WriteHeader(status int) { d.status = status }
func (d *discarding) Write(p []byte) (int, error) {
	d.status = max(d.status, http.StatusOK)
	d.size += len(p)
	return len(p), nil
}

// remember has the gateway forget everything, and remember so many records from now on.
func (h *harness) remember(records int) {
	h.api.index.Remember(records)
	h.api.verifier.Memory, h.api.memory = evidence.NewMemory(records), answer.NewMemory(records)
}

// benchmarkFirst asks about one record after the other, each for the first time.
func benchmarkFirst(b *testing.B, h *harness, handler http.Handler, bodies [][]byte) {
	b.ReportAllocs()
	order, before := []int(nil), processor()
	for b.Loop() {
		if len(order) == 0 {
			b.StopTimer()
			order = rand.Perm(len(bodies))
			h.remember(DefaultOptions().Remember)
			b.StartTimer()
		}
		ask(b, handler, bodies[order[0]])
		order = order[1:]
	}
	b.ReportMetric(float64((processor()-before).Microseconds())/float64(b.N), "CPU-µs/op")
}

func benchmarkHTTP(b *testing.B, handler http.Handler, bodies [][]byte) {
	server := httptest.NewUnstartedServer(handler)
	server.Listener, server.Config.ConnContext = whole(server.Listener), withWhole
	server.Start()
	defer server.Close()
	address, before := server.Listener.Addr().String(), processor()
	b.SetParallelism(16)
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			b.Error(err)
			return
		}
		defer connection.Close()
		in := bufio.NewReaderSize(connection, 32<<10)
		var out []byte
		for p.Next() {
			body := bodies[rand.IntN(len(bodies))]
			out = fmt.Appendf(out[:0], "POST /v1/verifications HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
			if _, err := connection.Write(out); err != nil {
				b.Error(err)
				return
			}
			if err := readAnswer(in); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "answers/s")
	b.ReportMetric(float64((processor()-before).Microseconds())/float64(b.N), "CPU-µs/op")
}

// processor is the time that all threads of this process, client and server, spent so far.
func processor() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// readAnswer reads one answer of status 200, whole or in chunks, with as little work as can be.
func readAnswer(in *bufio.Reader) error {
	line, err := in.ReadSlice('\n')
	if err != nil || !bytes.Contains(line, []byte(" 200 ")) {
		return errors.Join(err, errors.New("the status is not 200"))
	}
	size := -1
	for {
		if line, err = in.ReadSlice('\n'); err != nil {
			return err
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if size, err = strconv.Atoi(string(value)); err != nil {
				return err
			}
		}
	}
	if size >= 0 {
		_, err = in.Discard(size)
		return err
	}
	return skipChunks(in)
}

func skipChunks(in *bufio.Reader) error {
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(string(bytes.TrimRight(line, "\r\n")), 16, 32)
		if err != nil {
			return err
		}
		if _, err := io.CopyN(io.Discard, in, size+2); err != nil || size == 0 {
			return err
		}
	}
}
