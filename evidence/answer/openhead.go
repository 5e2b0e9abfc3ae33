package answer

import "github.com/imi-ledger/imi/evidence/head"

// OpenHead checks a signed head of the channel. Every signature in it must be made with a key that is trusted, and one is
// enough: how many must have signed depends on what the head is for.
func (t Trust) OpenHead(note string) (head.Signed, error) {
	signed, err := head.Open(note, t.keys())
	if err == nil && signed.Channel != t.Channel {
		return head.Signed{}, refuse("head", "is about another channel")
	}
	return signed, err
}
