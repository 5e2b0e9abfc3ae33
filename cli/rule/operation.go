package rule

var operations = newBook(ofOperations, ofDoctor)

// Operation returns the translation of what package network tells an operator: causes, remedies, what the doctor found.
// What has none stays as it is.
func Operation(text string) string {
	if zh, known := operations.chinese(text, Operation); known {
		return zh
	}
	return text
}
