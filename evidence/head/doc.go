// Package head makes and checks heads: short signed statements of what an organisation's gateway saw the ledger to be.
//
// A head is a C2SP checkpoint (c2sp.org/tlog-checkpoint) in a signed note (c2sp.org/signed-note), and every signature on
// it is a timestamped cosignature (c2sp.org/tlog-cosignature). All organisations that saw the same ledger sign the same
// text; only their times differ. A verifier trusts a head when enough organisations signed it recently enough.
package head
