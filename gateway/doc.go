// Package gateway is the HTTP service of one organisation. It follows the blocks of the organisation's own peer into an
// index, and answers from that index: verifications, reads of records, history, blocks and an event stream.
//
// No answer waits for a peer. When the peer is away, reads go on from the index, and what cannot be known now is answered
// "indeterminate", never "invalid". Logs hold route patterns, codes and durations: no record ids, claims or addresses of
// clients.
package gateway
