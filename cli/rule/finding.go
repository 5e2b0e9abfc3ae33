package rule

var findings = newBook(ofFindings, ofHeads)

// Finding returns the translation of what an audit found, of the sentences quoted in it too. What has none stays as it is.
func Finding(text string) string {
	if len(text) > longestDetail {
		return text
	}
	return found(text, 0)
}

func found(text string, depth int) string {
	if depth > deepestDetail {
		return text
	}
	within := func(value string) string { return found(value, depth+1) }
	for _, b := range []*book{findings, details, refusals, parts} {
		if zh, known := b.chinese(text, within); known {
			return zh
		}
	}
	return quoted(text, within)
}
