package gateway

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestAnswersAreSentWhole writes answers of several sizes, and sees that nothing has left before all was written.
func TestAnswersAreSentWhole(t *testing.T) {
	for _, size := range []int{0, 1, 2000, 4000, 4096, 5000, 9000, 100_000} {
		want := bytes.Repeat([]byte("x"), size)
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, ok := r.Context().Value(wholeKey{}).(*wholeConn)
			if !ok {
				t.Error("the connection cannot hold anything back")
				return
			}
			sendWhole(w, r, func() {
				_, _ = w.Write(want[:size/2])
				_, _ = w.Write(want[size/2:])
				if err := http.NewResponseController(w).Flush(); err != nil {
					t.Error(err)
				}
				if len(*c.held) <= size {
					t.Errorf("of an answer of %d bytes and its head, %d were held back", size, len(*c.held))
				}
			})
			if c.held != nil {
				t.Error("the connection still holds back")
			}
		}))
		server.Listener, server.Config.ConnContext = whole(server.Listener), withWhole
		server.Start()
		for range 2 { // over one connection
			r, err := server.Client().Get(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r.Body)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes came, want %d: %v", len(got), size, err)
			}
			r.Body.Close()
		}
		server.Close()
	}
}
