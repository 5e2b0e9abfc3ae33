package evidence

import "time"

// Verifier verifies against one channel's records. All fields but Memory are needed.
type Verifier struct {
	Channel string
	Source  Source
	// MaxBehind is how long ago the source may last have been level with its peer for its answers about now to count.
	MaxBehind time.Duration
	// Memory may be nil, or shared by any verifiers: it changes no finding, only how long it takes.
	Memory *Memory
}
