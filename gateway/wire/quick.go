package wire

import "github.com/imi-ledger/imi/ledger"

// quickReader is a request that reads the form it mostly comes in by itself. What it does not know at first sight it
// leaves to the strict reader, which alone refuses.
type quickReader interface{ readQuickly(data []byte) bool }

func (q *Verification) readQuickly(data []byte) bool {
	s := scanner{data: data}
	read := s.object(func(name string) bool {
		switch name {
		case "presentation":
			return readOnce(&s, &q.Presentation, plain)
		case "nonce":
			return readOnce(&s, &q.Nonce, plain)
		case "credential":
			return readOnce(&s, &q.Credential, ledger.ParseDigest)
		case "notarisation":
			return readOnce(&s, &q.Notarisation, ledger.ParseID)
		case "document":
			if q.Document != nil {
				return false
			}
			q.Document = &DocumentName{}
			return q.Document.readQuickly(&s)
		}
		return false
	})
	return read && s.next() == 0 && s.at == len(data)
}

func (d *DocumentName) readQuickly(s *scanner) bool {
	return s.object(func(name string) bool {
		switch name {
		case "digest":
			return readOnce(s, &d.Digest, ledger.ParseDigest)
		case "salt":
			return readOnce(s, &d.Salt, ledger.ParseDigest)
		case "commitment":
			return readOnce(s, &d.Commitment, ledger.ParseDigest)
		}
		return false
	})
}

func plain(text string) (string, error) { return text, nil }

// readOnce reads a string into a member that was not there yet.
func readOnce[T any](s *scanner, into **T, parse func(string) (T, error)) bool {
	text, ok := s.string()
	if !ok || *into != nil {
		return false
	}
	value, err := parse(text)
	*into = &value
	return err == nil
}

// scanner walks over JSON whose strings are ASCII without escapes.
type scanner struct {
	data []byte
	at   int
}

// next passes over white space and returns the byte behind it, 0 at the end.
func (s *scanner) next() byte {
	for ; s.at < len(s.data); s.at++ {
		switch c := s.data[s.at]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) skip(c byte) bool {
	if s.next() != c {
		return false
	}
	s.at++
	return true
}

func (s *scanner) string() (string, bool) {
	if !s.skip('"') {
		return "", false
	}
	for first := s.at; s.at < len(s.data); s.at++ {
		switch c := s.data[s.at]; {
		case c == '"':
			s.at++
			return string(s.data[first : s.at-1]), true
		case c < ' ' || c > '~' || c == '\\':
			return "", false
		}
	}
	return "", false
}

// object reads an object; member reads the value of each of its members.
func (s *scanner) object(member func(name string) bool) bool {
	if !s.skip('{') {
		return false
	}
	for {
		name, ok := s.string()
		if !ok || !s.skip(':') || !member(name) {
			return false
		}
		if !s.skip(',') {
			return s.skip('}')
		}
	}
}
