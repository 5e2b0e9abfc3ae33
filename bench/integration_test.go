//go:build integration

package bench

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/imi-ledger/imi/network"
)

// TestScriptBringsANetworkUp: what row "start" is measured beside ends with a record that is committed and read.
func TestScriptBringsANetworkUp(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	for _, runtime := range []network.Runtime{network.Native, network.Docker} {
		t.Run(string(runtime), func(t *testing.T) {
			images := map[string]bool{}
			defer func() {
				if err := removeImages(images); err != nil {
					t.Error(err)
				}
			}()
			w := &way{&stage{options: Options{Folder: filepath.Join(t.TempDir(), "network")}}, runtime, false, images}
			if err := w.link(ctx); err != nil {
				t.Fatal(err)
			}
			sample, err := w.script(ctx)
			if err != nil || sample.Operations != 1 || sample.CPU < time.Second {
				t.Fatalf("%+v, %v", sample, err)
			}
			t.Logf("%v, %v of CPU time", sample.Wall, sample.CPU)
		})
	}
}
