// Package acceptance holds tests of the whole product as its users have it: the programs in bin/ on a real network. They
// need the build tag integration and the programs, which `make test` provides.
package acceptance
