// Package wire is what passes between clients and the gateway: the strict reading of bodies and parameters, and problems.
// It looks nothing up, so every reader in it can be fuzzed by itself.
package wire
