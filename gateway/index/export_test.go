package index

// AwaitReadAhead waits until no batch is being read ahead.
func (x *Index) AwaitReadAhead() { x.ahead.Wait() }
