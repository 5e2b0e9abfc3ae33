// Package heads keeps the heads of one gateway: it holds the state tree after each recent block, signs a head for it,
// compares heads with those of the other organisations' gateways, and puts equal ones together. Unequal heads of one
// block are a fork: both signed texts are kept, since together they prove it to anyone.
package heads
