package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/imi-ledger/imi/cli/message"
)

// How often progress is told: on a terminal the line is written over, elsewhere every line stays.
const (
	progressOnScreen = time.Second
	progressInLog    = 10 * time.Second
)

// ticker tells on standard error how far a long command is.
type ticker struct {
	app      *app
	every    time.Duration
	began    time.Time
	told     time.Time
	first    uint64 // block it began at
	height   uint64 // blocks in all; 0: not known
	onScreen bool
	last     bool // nothing more is done: the next line is the last
}

func (a *app) ticker(first, height uint64) *ticker {
	t := &ticker{app: a, every: progressInLog, began: time.Now(), first: first, height: height, onScreen: isTerminal(a.Err)}
	if t.onScreen {
		t.every = progressOnScreen
	}
	t.told = t.began
	return t
}

var (
	textAt   = message.Text{En: "block %d", Zh: "区块 %d"}
	textAtOf = message.Text{En: "%d of %d blocks", Zh: "%d / %d 个区块"}
	textRate = message.Text{En: "%.0f blocks/s", Zh: "%.0f 区块/秒"}
	textLeft = message.Text{En: "about %v left", Zh: "约剩 %v"}
)

// due reports whether it is time to tell again.
func (t *ticker) due() bool { return time.Since(t.told) >= t.every }

// tell says how many blocks are done, what else there is to say of them, and how long the rest will take.
func (t *ticker) tell(next uint64, more ...string) {
	t.told = time.Now()
	line := t.app.say(textAt, next)
	if t.height > 0 {
		line = t.app.say(textAtOf, next, t.height)
	}
	for _, part := range more {
		line += t.app.say(message.Text{En: ", ", Zh: "，"}) + part
	}
	elapsed := t.told.Sub(t.began)
	if done := next - t.first; next > t.first && elapsed > 0 {
		line += t.app.say(message.Text{En: ", ", Zh: "，"}) + t.app.say(textRate, float64(done)/elapsed.Seconds())
		if left := t.height - next; t.height > next && !t.last {
			rest := time.Duration(float64(elapsed) / float64(done) * float64(left))
			line += t.app.say(message.Text{En: ", ", Zh: "，"}) + t.app.say(textLeft, rest.Round(time.Second))
		}
	}
	if t.onScreen {
		fmt.Fprint(t.app.Err, "\r\x1b[K"+line)
		return
	}
	fmt.Fprintln(t.app.Err, line)
}

// end leaves the last line standing.
func (t *ticker) end() {
	if t.onScreen {
		_, _ = io.WriteString(t.app.Err, "\n")
	}
}
