// Package fakeledger is a ledger in memory with Fabric's manners, for tests of chaincode: a transaction does not see its
// own writes, empty keys are refused, read versions are checked again at commit, and every transaction is simulated
// several times, as several peers do, and must write the same each time.
package fakeledger

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// simulations is how often each transaction is simulated.
const simulations = 3

// Ledger runs one chaincode over one world state.
type Ledger struct {
	Channel   string
	Now       time.Time
	Chaincode shim.Chaincode

	state   map[string]version
	history map[string][]modification
	height  uint64
}

type version struct {
	value  []byte
	height uint64
}

type modification struct {
	transaction string
	value       []byte
	time        time.Time
}

// New returns an empty ledger.
func New(chaincode shim.Chaincode, now time.Time) *Ledger {
	return &Ledger{Channel: "imi", Now: now, Chaincode: chaincode, state: map[string]version{}, history: map[string][]modification{}}
}

// Simulation is what one peer made of a proposal.
type Simulation struct {
	Response *peer.Response
	Event    string
	id       string
	reads    map[string]uint64 // version seen; 0 for an absent key
	writes   map[string][]byte
}

// Simulate runs a proposal as several peers would. It fails the way an endorsement mismatch does when they disagree.
func (l *Ledger) Simulate(creator []byte, args ...[]byte) (*Simulation, error) {
	id := fmt.Sprintf("tx%d", l.height+1)
	var first *Simulation
	for range simulations {
		s := &stub{ledger: l, creator: creator, args: args,
			Simulation: Simulation{id: id, reads: map[string]uint64{}, writes: map[string][]byte{}}}
		s.Response = l.Chaincode.Invoke(s)
		if first == nil {
			first = &s.Simulation
			continue
		}
		if !first.equal(&s.Simulation) {
			return nil, fmt.Errorf("two simulations of %q differ", args[0])
		}
	}
	return first, nil
}

func (s *Simulation) equal(other *Simulation) bool {
	return s.Response.Status == other.Response.Status && s.Response.Message == other.Response.Message &&
		string(s.Response.Payload) == string(other.Response.Payload) && s.Event == other.Event &&
		maps.Equal(s.reads, other.reads) && maps.EqualFunc(s.writes, other.writes, slices.Equal[[]byte])
}

// Commit applies a simulation if nothing it read has changed; it reports whether the transaction was valid.
func (l *Ledger) Commit(s *Simulation) bool {
	l.height++
	if s.Response.Status >= shim.ERRORTHRESHOLD {
		return false
	}
	for key, seen := range s.reads {
		if l.state[key].height != seen {
			return false
		}
	}
	for key, value := range s.writes {
		l.state[key] = version{value, l.height}
		l.history[key] = append(l.history[key], modification{s.id, value, l.Now})
	}
	return true
}

// Submit simulates and, unless the chaincode refused, commits.
func (l *Ledger) Submit(creator []byte, args ...[]byte) (*peer.Response, error) {
	s, err := l.Simulate(creator, args...)
	if err != nil {
		return nil, err
	}
	if s.Response.Status < shim.ERRORTHRESHOLD && !l.Commit(s) {
		return nil, fmt.Errorf("MVCC_READ_CONFLICT")
	}
	return s.Response, nil
}

// Size is the number of records.
func (l *Ledger) Size() int { return len(l.state) }

// Get returns a record, or nil.
func (l *Ledger) Get(key string) []byte { return l.state[key].value }
