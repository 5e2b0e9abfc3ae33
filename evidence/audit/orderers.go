package audit

import (
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"
)

// ordererCheck is what the signatures of a block came to under one configuration. It is made ahead with the newest one
// known and made again in the rare case that another was in force.
type ordererCheck struct {
	config   *channelConfig
	signers  [][]byte // serialized identities of whose signatures verify, in order
	wrong    string   // what is wrong with a signature; every one that is there must be right
	verified int      // signatures, good or bad
}

// checkOrderers verifies every orderer's signature of a block. It may run beside others that use the configuration.
func checkOrderers(c *channelConfig, b *inspected) ordererCheck {
	check := ordererCheck{config: c}
	seen := map[string]bool{}
	for i, s := range b.Metadata.Signatures {
		identity, header, err := c.ordererOf(b, i)
		if err != nil {
			check.wrong = fmt.Sprintf("signature %d: %v", i, err)
			continue
		}
		id, err := c.identities.read(identity)
		if err != nil {
			check.wrong = fmt.Sprintf("signature %d: %v", i, err)
			continue
		}
		check.verified++
		switch {
		case seen[string(identity)]:
			check.wrong = fmt.Sprintf("signature %d is by one who signed already", i)
		case !id.verify(s.Value, b.Metadata.Signed, header, b.Header):
			check.wrong = fmt.Sprintf("signature %d, of %s, does not verify", i, id.mspid)
		default:
			check.signers = append(check.signers, identity)
		}
		seen[string(identity)] = true
	}
	return check
}

// ordererOf finds whose signature it is and the header that is signed with it. With BFT a number in the header names a
// consenter of the configuration; with Raft the header has the signer's identity.
func (c *channelConfig) ordererOf(b *inspected, i int) (identity, header []byte, err error) {
	s := b.Metadata.Signatures[i]
	if c.byzantine {
		identity = c.consenters[s.Identifier]
		if identity == nil || len(s.IdentifierHeader) == 0 || len(s.SignatureHeader) != 0 {
			return nil, nil, fmt.Errorf("consenter %d is not in the configuration, or it is not named as BFT does", s.Identifier)
		}
		return identity, s.IdentifierHeader, nil
	}
	var signature common.SignatureHeader
	if len(s.IdentifierHeader) != 0 || proto.Unmarshal(s.SignatureHeader, &signature) != nil {
		return nil, nil, fmt.Errorf("the signer is not named as Raft does")
	}
	return signature.GetCreator(), s.SignatureHeader, nil
}

const blockPolicy = "/Channel/Orderer/BlockValidation"

// judgeOrderers decides whether the ordering service stands behind the block.
func (j *judgement) judgeOrderers() {
	check := &j.block.orderers
	if check.config != j.config {
		*check = checkOrderers(j.config, j.block)
	}
	j.signatures += uint64(check.verified)
	if check.wrong != "" {
		j.found.note(Orderers, "every signature that is there verifies, each orderer's once", "%s", check.wrong)
	}
	var signers []*member
	for _, identity := range check.signers {
		if m := j.config.member(identity); m.invalid != nil {
			j.found.note(Orderers, "", "an orderer of %s signed: %v", m.mspid, m.invalid)
		} else {
			signers = append(signers, m)
		}
	}
	signers = distinct(signers)
	if j.config.byzantine && len(signers) < j.config.quorum {
		j.found.stop(Orderers, fmt.Sprintf("%d of %d", j.config.quorum, len(j.config.consenters)), "%d orderers signed", len(signers))
	} else if !j.config.policy(blockPolicy).satisfied(signers) {
		j.found.stop(Orderers, "", "the signatures of %d orderers do not satisfy %s", len(signers), blockPolicy)
	}
	if want := j.lastConfig(); j.block.Metadata.LastConfig != want {
		j.found.note(Orderers, fmt.Sprint(want), "the orderers name block %d as that of the newest configuration", j.block.Metadata.LastConfig)
	}
}

// lastConfig is the number of the newest configuration block, this one included.
func (j *judgement) lastConfig() uint64 {
	if j.block.isConfig() {
		return j.block.Number
	}
	return j.config.block
}
