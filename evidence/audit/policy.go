package audit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"
)

// policy says whose signatures together suffice.
type policy interface {
	satisfied(signers []*member) bool
}

// nobody is a policy that does not exist or cannot be read: Fabric refuses everything by it.
type nobody struct{}

func (nobody) satisfied([]*member) bool { return false }

// threshold is satisfied when enough of its parts are, each looking at all signers.
type threshold struct {
	needed int
	parts  []policy
}

func (t threshold) satisfied(signers []*member) bool {
	count := 0
	for _, part := range t.parts {
		if part.satisfied(signers) {
			count++
		}
	}
	return count >= t.needed
}

// maxDepth bounds the nesting of policies and groups; Fabric's have a handful of levels.
const maxDepth = 40

// signatures is a signature policy: a rule over principals in which every signer counts once.
type signatures struct {
	rule       *common.SignaturePolicy
	principals []principal
}

func (s signatures) satisfied(signers []*member) bool {
	return s.evaluate(s.rule, signers, make([]bool, len(signers)), 0)
}

func (s signatures) evaluate(rule *common.SignaturePolicy, signers []*member, used []bool, depth int) bool {
	if depth > maxDepth {
		return false
	}
	switch kind := rule.GetType().(type) {
	case *common.SignaturePolicy_SignedBy:
		if kind.SignedBy < 0 || int(kind.SignedBy) >= len(s.principals) {
			return false
		}
		for i, signer := range signers {
			if !used[i] && signer.satisfies(s.principals[kind.SignedBy]) {
				used[i] = true
				return true
			}
		}
	case *common.SignaturePolicy_NOutOf_:
		var count int32
		for _, part := range kind.NOutOf.GetRules() {
			tried := slices.Clone(used)
			if s.evaluate(part, signers, tried, depth+1) {
				count++
				copy(used, tried)
			}
		}
		return count >= kind.NOutOf.GetN()
	}
	return false
}

func signaturePolicy(envelope *common.SignaturePolicyEnvelope) policy {
	if envelope.GetRule() == nil {
		return nobody{}
	}
	s := signatures{rule: envelope.GetRule()}
	for _, p := range envelope.GetIdentities() {
		s.principals = append(s.principals, readPrincipal(p))
	}
	return s
}

// policy returns the policy at a path like /Channel/Application/Endorsement. It is read once.
func (c *channelConfig) policy(path string) policy {
	if found, ok := c.policies[path]; ok {
		return found
	}
	steps := strings.Split(strings.TrimPrefix(path, "/"), "/")
	group := c.content.GetChannelGroup()
	if steps[0] != rootGroup || len(steps) < 2 {
		return nobody{}
	}
	for _, step := range steps[1 : len(steps)-1] {
		group = group.GetGroups()[step]
	}
	made := c.compile(group, steps[len(steps)-1], strings.Join(steps[:len(steps)-1], "/"))
	c.policies[path] = made
	return made
}

func (c *channelConfig) compile(group *common.ConfigGroup, name, path string) policy {
	defined := group.GetPolicies()[name].GetPolicy()
	switch common.Policy_PolicyType(defined.GetType()) {
	case common.Policy_SIGNATURE:
		var envelope common.SignaturePolicyEnvelope
		if proto.Unmarshal(defined.GetValue(), &envelope) == nil {
			return signaturePolicy(&envelope)
		}
	case common.Policy_IMPLICIT_META:
		var meta common.ImplicitMetaPolicy
		if proto.Unmarshal(defined.GetValue(), &meta) == nil {
			return c.implicit(group, &meta, path)
		}
	}
	return nobody{}
}

// implicit combines the policies by one name of all groups below.
func (c *channelConfig) implicit(group *common.ConfigGroup, meta *common.ImplicitMetaPolicy, path string) policy {
	var t threshold
	for name := range group.GetGroups() {
		t.parts = append(t.parts, c.policy(fmt.Sprintf("/%s/%s/%s", path, name, meta.GetSubPolicy())))
	}
	switch {
	case len(t.parts) == 0:
	case meta.GetRule() == common.ImplicitMetaPolicy_ANY:
		t.needed = 1
	case meta.GetRule() == common.ImplicitMetaPolicy_ALL:
		t.needed = len(t.parts)
	default:
		t.needed = len(t.parts)/2 + 1
	}
	return t
}

// distinct leaves out signers that are there already: the same certificate in another encoding is the same signer.
func distinct(signers []*member) []*member {
	kept := signers[:0:0]
	for _, s := range signers {
		if !slices.ContainsFunc(kept, func(k *member) bool { return k == s || (k.mspid == s.mspid && k.certificate.Equal(s.certificate)) }) {
			kept = append(kept, s)
		}
	}
	return kept
}
