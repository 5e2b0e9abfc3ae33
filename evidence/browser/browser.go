// Package browser holds the check of a gateway's answers for web pages: one ES module, with WebCrypto and nothing else, that
// accepts and refuses what package answer accepts and refuses. Its test runs it in Chromium.
package browser

import _ "embed"

// Module is the text of the module.
//
//go:embed verify.js
var Module string
