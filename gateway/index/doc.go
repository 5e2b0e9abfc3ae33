// Package index is the gateway's read model of the ledger: an SQLite file with every version of every record, fed block by
// block. It can be deleted at any time and replayed from block 0; the result is equal. It is never "the ledger".
package index
