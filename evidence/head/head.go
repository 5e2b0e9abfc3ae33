package head

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/imi-ledger/imi/ledger"
)

// Head is what is signed: the last block of a channel and the root of the state tree after it.
type Head struct {
	Channel   string        // name of the channel
	Block     uint64        // number of the last block
	BlockHash ledger.Digest // hash of its header, as the next block repeats it
	StateRoot ledger.Digest // root of the state tree after its valid writes
}

// MaxText is the most bytes a head with its signatures may have.
const MaxText = 16 << 10

// Text returns the signed text:
//
//	imi/<channel> LF
//	<block, decimal> LF
//	<state root, base64> LF
//	block <block header hash, hexadecimal> LF
func (h Head) Text() string {
	return fmt.Sprintf("imi/%s\n%d\n%s\nblock %s\n", h.Channel, h.Block, base64.StdEncoding.EncodeToString(h.StateRoot[:]), h.BlockHash)
}

// Parse reads the signed text and refuses every other form of it.
func Parse(text string) (Head, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || lines[4] != "" {
		return Head{}, malformed("a head has four lines")
	}
	var h Head
	channel, ok := strings.CutPrefix(lines[0], "imi/")
	number, err := strconv.ParseUint(lines[1], 10, 64)
	root, err2 := base64.StdEncoding.DecodeString(lines[2])
	hash, ok2 := strings.CutPrefix(lines[3], "block ")
	header, err3 := hex.DecodeString(hash)
	if !ok || channel == "" || err != nil || err2 != nil || !ok2 || err3 != nil || len(root) != len(h.StateRoot) || len(header) != len(h.BlockHash) {
		return Head{}, malformed("a head names a channel, a block, a state root and a block hash")
	}
	h = Head{Channel: channel, Block: number, BlockHash: ledger.Digest(header), StateRoot: ledger.Digest(root)}
	if h.Text() != text {
		return Head{}, malformed("a head has one form only")
	}
	return h, nil
}

func malformed(rule string) error { return ledger.Refuse(ledger.Malformed, "head", "%s", rule) }
