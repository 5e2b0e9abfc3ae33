package index

// ReadAheadAfter is how often a batch is asked about before it is read ahead.
const ReadAheadAfter = readAheadAfter

// AwaitReadAhead waits until no batch is being read ahead.
func (x *Index) AwaitReadAhead() { x.ahead.Wait() }
