// Package ledger holds the records of the IMI ledger, their keys, their one encoding and their rules.
//
// The rules are pure functions: an [Operation] looks at the records it is given and says which records to write, or
// refuses with a [Refusal]. The chaincode that writes, the gateway that indexes and the auditor that replays run the
// same code. Nothing here reads a clock, a file, randomness or the environment.
//
// docs/format.md describes the bytes; the terms (issuer, holder, attestation, credential …) are those of
// docs/design.md.
package ledger
