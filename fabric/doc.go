// Package fabric is the product's only way to a Hyperledger Fabric channel: it connects as an organisation, submits
// transactions, asks queries and follows blocks.
//
// A write that Submit reports as done is committed, valid, and was seen so by the peers of two organisations. A write
// whose outcome is not known is looked up by its transaction id, never guessed and never made anew. Errors a caller can
// act on are a *ledger.Refusal (find it with errors.As or ledger.CodeOf); they carry no addresses, certificates or
// arguments. The cause, which may, stays behind Unwrap for a log.
package fabric
