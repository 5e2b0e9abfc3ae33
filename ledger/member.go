package ledger

// Member returns the text of a member of an object in canonical form, nil when it has none. Since the form of a value does
// not depend on where it stands, that is what Encode makes of the member: the statement that a record's author signed need
// not be encoded again to be checked.
func Member(object []byte, name string) []byte {
	for at := 1; at < len(object) && object[at] == '"'; at++ {
		nameEnd := endOfValue(object, at)
		if nameEnd >= len(object) || object[nameEnd] != ':' {
			return nil
		}
		end := endOfValue(object, nameEnd+1)
		if string(object[at+1:nameEnd-1]) == name {
			return object[nameEnd+1 : end]
		}
		at = end
	}
	return nil
}

// endOfValue is where the JSON value that begins at a place ends.
func endOfValue(text []byte, at int) int {
	depth := 0
	for ; at < len(text); at++ {
		switch text[at] {
		case '"':
			for at++; at < len(text) && text[at] != '"'; at++ {
				if text[at] == '\\' {
					at++
				}
			}
			if depth == 0 {
				return min(at+1, len(text))
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				return at + 1 + min(depth, 0) // the bracket of a surrounding object ends a number, and is not part of it
			}
		case ',':
			if depth == 0 {
				return at
			}
		}
	}
	return len(text)
}
