// Package testdata carries the sample people, files and credential types into programs, so that a demo works wherever
// its binary is. Everybody and everything in it is invented.
package testdata

import "embed"

// Files holds the samples under the names they have in this folder.
//
//go:embed citizens.json types documents/manifest.json documents/degree-certificate.pdf
var Files embed.FS
