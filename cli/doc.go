// Package cli is the program imi: every job of the ledger as a command.
//
// A command reads its input from files or standard input (personal data never stand in an argument), does its work
// through packages office, inquiry and network, and prints one result, as text or as JSON. What went wrong is one line on
// standard error and what to do next a second one; exit.go has the exit codes.
package cli
