// Package audit recomputes a ledger from its raw blocks. It takes bytes and one hash to trust, that of the genesis block,
// and believes nothing else: not the peer that delivered the blocks, not its verdicts, not a majority of organisations.
//
// What it recomputes, block by block:
//
//   - encoding: protobuf in its one canonical form at every level, signatures in strict DER with low S, certificates in
//     their one PEM form, requests and records in canonical JSON
//   - chain: numbers, previous hashes, data hashes, from the pinned genesis block
//   - orderers: every signature of a block by the configuration in force, the BFT quorum, the policy BlockValidation
//   - config: every configuration update as Fabric validates it (read set, versions, modification policies with their
//     signatures, and that the update gives exactly the new configuration)
//   - creators and endorsers: certificate chain, revocation, node role, validity at the time of the transaction, and
//     every signature, the surplus ones too
//   - validation: transaction ids, duplicates, endorsement policy in force, read conflicts and phantoms, so the verdict on
//     every transaction, compared with the peer's; and the peer's running commit hash
//   - records: every write under the rules of package ledger, which covers authors' signatures and accreditations
//   - the root of the state tree after every block, compared with the heads it is given
//
// What it does not check: that nobody was kept from writing, and that the last blocks were not withheld, which only
// heads of other organisations show. Blocks bear no time, so the validity of orderers' certificates in time is not
// checked; neither does Fabric. Private data is not on the ledger; its hashes are replayed. Key-level endorsement
// policies, collections of the chaincode's own, and results of range queries of which only hashes were recorded are not
// used by this ledger: where they appear in a valid transaction that is a finding. Organisations' identities must be
// X.509; idemix is refused. Channel capabilities below V2_0 are refused.
//
// It shares no code with the chaincode but package ledger, and none with Fabric.
package audit
