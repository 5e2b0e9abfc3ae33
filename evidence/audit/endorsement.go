package audit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	lifecyclepb "github.com/hyperledger/fabric-protos-go-apiv2/peer/lifecycle"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/evidence"
	"github.com/imi-ledger/imi/evidence/block"
)

const (
	chaincode = evidence.Namespace // whose writes are records
	lifecycle = "_lifecycle"       // whose writes define chaincodes

	lifecyclePolicy    = "/Channel/Application/LifecycleEndorsement"
	implicitCollection = "_implicit_org_" // followed by an MSPID: that organisation's own collection
)

// endorsed reports the verdict on a transaction by who endorsed it: for every namespace it writes to, and that of the
// chaincode called, the policy in force before the block must be satisfied. why says in words what is wrong.
func (j *judgement) endorsed(t *block.Transaction, hashed []*hashedSet, signers []*member) (code peer.TxValidationCode, why string) {
	for _, namespace := range writtenNamespaces(t, hashed) {
		main, err := j.namespacePolicy(namespace)
		if err != nil {
			return peer.TxValidationCode_INVALID_CHAINCODE, err.Error()
		}
		needed := j.collectionPolicies(t, namespace, hashed, main)
		for _, p := range needed {
			if !p.satisfied(signers) {
				return peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE,
					fmt.Sprintf("endorsements of %s do not satisfy the policy for %s", strings.Join(mspids(signers), ", "), namespace)
			}
		}
	}
	return peer.TxValidationCode_VALID, ""
}

// collectionPolicies are the policies that apply in a namespace: the chaincode's for public writes, an organisation's for
// its own collection, and the chaincode's when there is nothing else.
func (j *judgement) collectionPolicies(t *block.Transaction, namespace string, hashed []*hashedSet, main policy) []policy {
	var needed []policy
	for _, set := range hashed {
		if set.Namespace == namespace && writesHashed(set) {
			needed = append(needed, j.collectionPolicy(set.Collection))
		}
	}
	public := slices.ContainsFunc(t.Writes, func(w block.Write) bool { return w.Namespace == namespace }) ||
		slices.ContainsFunc(t.MetadataWrites, func(w block.MetadataWrite) bool { return w.Namespace == namespace })
	if public || len(needed) == 0 {
		needed = append(needed, main)
	}
	return needed
}

func writesHashed(set *hashedSet) bool {
	return len(set.content.GetHashedWrites()) > 0 || len(set.content.GetMetadataWrites()) > 0
}

func writtenNamespaces(t *block.Transaction, hashed []*hashedSet) []string {
	all := []string{t.Chaincode}
	for _, w := range t.Writes {
		all = append(all, w.Namespace)
	}
	for _, w := range t.MetadataWrites {
		all = append(all, w.Namespace)
	}
	for _, set := range hashed {
		if writesHashed(set) {
			all = append(all, set.Namespace)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// collectionPolicy is the policy of an organisation's own collection. There are no others on this ledger; Fabric refuses
// writes to a collection that is not defined.
func (j *judgement) collectionPolicy(collection string) policy {
	mspid, ok := strings.CutPrefix(collection, implicitCollection)
	if !ok {
		return nobody{}
	}
	group, ok := j.config.organisationGroup(mspid)
	if !ok {
		return nobody{}
	}
	return j.config.policy("/Channel/Application/" + group + "/Endorsement")
}

// namespacePolicy is the endorsement policy of a chaincode as its committed definition has it.
func (j *judgement) namespacePolicy(namespace string) (policy, error) {
	if namespace == lifecycle {
		return j.config.policy(lifecyclePolicy), nil
	}
	var field lifecyclepb.StateData
	var definition lifecyclepb.ChaincodeValidationInfo
	found, ok := j.state[stateKey{namespace: lifecycle, key: "namespaces/fields/" + namespace + "/ValidationInfo"}]
	if !ok {
		return nil, fmt.Errorf("no chaincode %q is defined", namespace)
	}
	if p, ok := j.config.definitions[string(found.value)]; ok {
		return p, nil
	}
	var rule peer.ApplicationPolicy
	if proto.Unmarshal(found.value, &field) != nil || proto.Unmarshal(field.GetBytes(), &definition) != nil ||
		definition.GetValidationPlugin() != "vscc" || proto.Unmarshal(definition.GetValidationParameter(), &rule) != nil {
		return nil, fmt.Errorf("the definition of chaincode %q cannot be used", namespace)
	}
	var made policy
	switch kind := rule.GetType().(type) {
	case *peer.ApplicationPolicy_SignaturePolicy:
		made = signaturePolicy(kind.SignaturePolicy)
	case *peer.ApplicationPolicy_ChannelConfigPolicyReference:
		made = j.config.policy(kind.ChannelConfigPolicyReference)
	default:
		made = nobody{}
	}
	j.config.definitions[string(found.value)] = made
	return made, nil
}

func mspids(members []*member) []string {
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = m.mspid
	}
	return names
}
