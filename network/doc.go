// Package network brings up the Fabric network the ledger lives on: it makes the certificates and the genesis block,
// starts an orderer, a peer, a chaincode server and a gateway for every organisation, joins them and deploys the
// chaincode. A network is one folder: everything it knows is below it, and nothing outside it is ever touched.
//
// Two runtimes share one topology: Native runs child processes that outlive the command, Docker runs containers whose
// images are built from the same static programs. Both offer every node on 127.0.0.1 at the same port, so whatever
// talks to a network (the clients, the readiness checks, Status) need not know which one it is.
package network
