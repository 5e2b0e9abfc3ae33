// Package chaincode is the program that Fabric's peers ask to simulate transactions. It is thin on purpose: it loads
// records, calls a rule of package ledger, and stores what the rule says. It runs as an external service (CCaaS).
package chaincode
