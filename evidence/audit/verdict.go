package audit

import (
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/evidence/block"
)

// verdict is our own on a transaction, by Fabric's rules and in the order in which it asks.
func (j *judgement) verdict(i int, t *transaction) peer.TxValidationCode {
	if t.form.before != peer.TxValidationCode_VALID {
		return t.form.before
	}
	creator := j.config.member(t.Creator)
	if t.Channel != j.config.channel || creator.invalid != nil || !t.creator {
		return peer.TxValidationCode_BAD_CREATOR_SIGNATURE
	}
	if t.form.after != peer.TxValidationCode_VALID {
		return t.form.after
	}
	if t.Type == block.Config {
		return j.judgeUpdate(t)
	}
	if j.seen[t.ID] {
		return peer.TxValidationCode_DUPLICATE_TXID
	}
	if t.result != peer.TxValidationCode_VALID {
		return t.result
	}
	if code, why := j.endorsed(t.Transaction, t.hashed, j.endorsers(t)); code != peer.TxValidationCode_VALID {
		if j.calledValid(i) {
			j.about(t, Endorsement, "enough endorsements", "%s", why)
		}
		return code
	}
	if j.ids[t.ID] {
		return peer.TxValidationCode_DUPLICATE_TXID
	}
	j.ids[t.ID] = true
	return j.current(i, t)
}

// current is the last part of the verdict: nothing that was read has changed since.
func (j *judgement) current(i int, t *transaction) peer.TxValidationCode {
	for _, query := range t.Ranges {
		if query.HashedOnly {
			j.about(t, Validation, "ranges of which the results are recorded", "whether its range changed cannot be recomputed; the peer's verdict is taken")
			if i < len(j.block.Metadata.Codes) {
				return peer.TxValidationCode(j.block.Metadata.Codes[i])
			}
		}
	}
	return j.state.conflict(t.Transaction, t.hashed, j.pending)
}

func (j *judgement) calledValid(i int) bool {
	codes := j.block.Metadata.Codes
	return i < len(codes) && codes[i] == byte(peer.TxValidationCode_VALID)
}

// endorsers are those whose endorsements count for a policy: the signature verifies, each once.
func (j *judgement) endorsers(t *transaction) []*member {
	var signers []*member
	for i, e := range t.Endorsements {
		if t.endorsers[i] {
			signers = append(signers, j.config.member(e.Endorser))
		}
	}
	return distinct(signers)
}

// judgeUpdate checks a change of the configuration. Without a configuration to go by there is no going on.
func (j *judgement) judgeUpdate(t *transaction) peer.TxValidationCode {
	var envelope common.ConfigEnvelope
	if len(j.block.Transactions) != 1 {
		j.found.stop(Config, "a configuration alone in its block", "%d transactions", len(j.block.Transactions))
	} else if err := proto.Unmarshal(t.Raw.Data, &envelope); err != nil {
		j.found.stop(Config, "", "the configuration cannot be read")
	} else if next, err := j.config.update(j.block.Number, &envelope); err != nil {
		j.found.stop(Config, "", "%v", err)
	} else {
		j.change = next
	}
	return peer.TxValidationCode_VALID
}
