// Package credential issues, presents and verifies the credentials citizens hold: SD-JWT (RFC 9901) as SD-JWT VC, signed
// with ES256 or EdDSA (Ed25519).
//
// A credential is text:
//
//	<issuer-signed JWT> ~ <disclosure> ~ … ~ <disclosure> ~ [<key binding JWT>]
//
// The issuer signs digests of salted claims; the holder adds the disclosures of the claims it wants to show, and signs
// them for one verifier and one nonce with the key the issuer named in cnf.jwk.
//
// Verification has steps that can be called one by one, so that a verifier can list what it checked:
//
//	Parse          well-formed, one legal encoding of every part, within limits
//	VerifyIssuer   author: the issuer's signature under a key the caller trusts
//	Open           integrity: every disclosure belongs to exactly one digest of the issuer
//	VerifyHolder   holder binding: signed now, for this verifier and nonce, by the holder's key
//	CheckTime      validity: nbf and exp
//
// What Parse and Open return is what somebody claims until VerifyIssuer has agreed.
// Nothing here reads a clock, a file, the network or global randomness.
package credential
