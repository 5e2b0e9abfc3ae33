package fabric

import (
	"cmp"
	"log/slog"
	"time"
)

// Options are the limits of a Client. The zero value is what the product runs with.
type Options struct {
	// Connect bounds how long Dial waits for the own peer. 0 means 5 s; negative: do not wait, connect when first used.
	Connect time.Duration
	// Endorse bounds one round of endorsements. It must exceed the peers' own limit for one endorser, so that a frozen
	// endorser can be replaced within it. 0 means 20 s.
	Endorse time.Duration
	// Submit bounds handing a transaction to the ordering service. 0 means 6 s.
	Submit time.Duration
	// Commit bounds waiting for one commit. 0 means 10 s.
	Commit time.Duration
	// Evaluate bounds a query, all failovers included. 0 means 15 s.
	Evaluate time.Duration
	// Hedge is how long one peer may be silent before another organisation's is asked as well. 0 means 1 s.
	Hedge time.Duration

	// NextBlock bounds how long StoredBlocks waits for one block that the peer should have. 0 means 20 s.
	NextBlock time.Duration

	// Confirmations is how many other organisations must have seen a commit before it counts. 0 means one; negative: the
	// own peer's word is enough. Never more than the profile has other organisations.
	Confirmations int
	// Settle is how long Submit then waits for all remaining organisations to have the commit too, so that whoever acts
	// next, through any peer, finds it. Those that are away are not waited for longer. 0: do not wait.
	Settle time.Duration
	// Attempts bounds how often a transaction is made anew after a read conflict. 0 means 6.
	Attempts int

	// Log receives reconnects and repeats; nil means nobody.
	Log *slog.Logger
}

// resend bounds how often the same signed transaction is handed to the ordering service. Doing so is safe, since Fabric
// accepts a transaction id once; it is needed since a dying Raft leader loses what it had accepted.
const resend = 2

func (o Options) withDefaults() Options {
	o.Connect = cmp.Or(o.Connect, 5*time.Second)
	o.Endorse = cmp.Or(o.Endorse, 20*time.Second)
	o.Submit = cmp.Or(o.Submit, 6*time.Second)
	o.Commit = cmp.Or(o.Commit, 10*time.Second)
	o.Evaluate = cmp.Or(o.Evaluate, 15*time.Second)
	o.Hedge = cmp.Or(o.Hedge, time.Second)
	o.NextBlock = cmp.Or(o.NextBlock, 20*time.Second)
	o.Attempts = cmp.Or(o.Attempts, 6)
	o.Confirmations = cmp.Or(o.Confirmations, 1)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}
