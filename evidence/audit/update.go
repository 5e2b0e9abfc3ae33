package audit

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"

	"github.com/imi-ledger/imi/evidence/wire"
)

// element is one group, value or policy of a configuration.
type element struct {
	path      []string // of the group that holds it; for a group, of itself
	version   uint64
	modPolicy string
	message   proto.Message
}

// elements lists everything in a configuration tree by kind and path.
func elements(root *common.ConfigGroup) map[string]element {
	all := map[string]element{}
	if root != nil {
		collect(all, root, []string{rootGroup})
	}
	return all
}

func collect(all map[string]element, group *common.ConfigGroup, path []string) {
	at := strings.Join(path, "/")
	all["group "+at] = element{path, group.GetVersion(), group.GetModPolicy(), group}
	for name, value := range group.GetValues() {
		all["value "+at+"/"+name] = element{path, value.GetVersion(), value.GetModPolicy(), value}
	}
	for name, p := range group.GetPolicies() {
		all["policy "+at+"/"+name] = element{path, p.GetVersion(), p.GetModPolicy(), p}
	}
	for name, inner := range group.GetGroups() {
		collect(all, inner, append(slices.Clone(path), name))
	}
}

// update checks a configuration block's transaction against the configuration in force, by Fabric's rules, and returns
// the configuration it brings.
func (c *channelConfig) update(block uint64, envelope *common.ConfigEnvelope) (*channelConfig, error) {
	next := envelope.GetConfig()
	if next.GetSequence() != c.content.GetSequence()+1 {
		return nil, fmt.Errorf("configuration %d follows configuration %d", next.GetSequence(), c.content.GetSequence())
	}
	var payload common.Payload
	var request common.ConfigUpdateEnvelope
	var wanted common.ConfigUpdate
	if wire.Canonical(envelope.GetLastUpdate().GetPayload(), payloadKind) != nil || proto.Unmarshal(envelope.GetLastUpdate().GetPayload(), &payload) != nil ||
		wire.Canonical(payload.GetData(), updateKind) != nil || proto.Unmarshal(payload.GetData(), &request) != nil ||
		proto.Unmarshal(request.GetConfigUpdate(), &wanted) != nil {
		return nil, errors.New("it holds no update that can be read")
	}
	if wanted.GetChannelId() != c.channel {
		return nil, fmt.Errorf("the update is for channel %q", wanted.GetChannelId())
	}
	changed, err := c.authorise(&wanted, c.updateSigners(&request))
	if err != nil {
		return nil, err
	}
	result, err := merge("Channel", changed, 0)
	if err != nil {
		return nil, err
	}
	if !proto.Equal(result, next.GetChannelGroup()) {
		return nil, errors.New("the update does not give this configuration")
	}
	return readConfig(c.channel, block, next, c.identities)
}

// updateSigners returns whose signatures of an update are good, each over its own header and the update. As in Fabric a
// bad one just does not count; the block's data hash keeps it from being slipped in.
func (c *channelConfig) updateSigners(request *common.ConfigUpdateEnvelope) []*member {
	var signers []*member
	for _, signature := range request.GetSignatures() {
		var header common.SignatureHeader
		if proto.Unmarshal(signature.GetSignatureHeader(), &header) != nil {
			continue
		}
		c.verified++
		signer := c.member(header.GetCreator())
		if signer.organisation != nil && signer.verify(signature.GetSignature(), signature.GetSignatureHeader(), request.GetConfigUpdate()) {
			signers = append(signers, signer)
		}
	}
	return distinct(signers)
}

// authorise checks what an update read and what it changes, and returns all elements with the changes among them.
func (c *channelConfig) authorise(wanted *common.ConfigUpdate, signers []*member) (map[string]element, error) {
	present := elements(c.content.GetChannelGroup())
	read, written := elements(wanted.GetReadSet()), elements(wanted.GetWriteSet())
	for at, e := range written {
		if strings.Count(at, "/") > len(e.path) {
			return nil, fmt.Errorf("%s is no name", at)
		}
	}
	for at, e := range read {
		if was, ok := present[at]; !ok || was.version != e.version {
			return nil, fmt.Errorf("the update read another version of %s", at)
		}
	}
	changes := 0
	for at, e := range written {
		if was, ok := read[at]; ok && was.version == e.version {
			if _, there := present[at]; !there {
				return nil, fmt.Errorf("%s is written and does not exist", at)
			}
			continue
		}
		changes++
		if err := c.mayChange(at, e, present, signers); err != nil {
			return nil, err
		}
	}
	if changes == 0 {
		return nil, errors.New("the update changes nothing")
	}
	for at, e := range written {
		if was, ok := read[at]; !ok || was.version != e.version {
			present[at] = e
		}
	}
	return present, nil
}

// mayChange checks one changed element: the next version, by who may. What is new is covered by the group it is in, whose
// version must rise too.
func (c *channelConfig) mayChange(at string, e element, present map[string]element, signers []*member) error {
	was, exists := present[at]
	switch {
	case e.modPolicy == "":
		return fmt.Errorf("%s has no modification policy", at)
	case !exists && e.version != 0:
		return fmt.Errorf("%s is new with version %d", at, e.version)
	case !exists:
		return nil
	case e.version != was.version+1:
		return fmt.Errorf("%s goes from version %d to %d", at, was.version, e.version)
	}
	path := was.modPolicy
	if !strings.HasPrefix(path, "/") {
		path = "/" + strings.Join(was.path, "/") + "/" + path
	}
	if !c.policy(path).satisfied(signers) {
		return fmt.Errorf("those who signed may not change %s: %s is not satisfied", at, path)
	}
	return nil
}

// merge builds the tree back from its elements.
func merge(at string, all map[string]element, depth int) (*common.ConfigGroup, error) {
	e, ok := all["group "+at]
	if !ok || depth > maxDepth {
		return nil, fmt.Errorf("group %s is missing", at)
	}
	given := e.message.(*common.ConfigGroup)
	group := &common.ConfigGroup{Version: given.GetVersion(), ModPolicy: orAdmins(given.GetModPolicy()), Groups: map[string]*common.ConfigGroup{},
		Values: map[string]*common.ConfigValue{}, Policies: map[string]*common.ConfigPolicy{}}
	for name := range given.GetGroups() {
		inner, err := merge(at+"/"+name, all, depth+1)
		if err != nil {
			return nil, err
		}
		group.Groups[name] = inner
	}
	for name := range given.GetValues() {
		value, ok := all["value "+at+"/"+name]
		if !ok {
			return nil, fmt.Errorf("value %s/%s is missing", at, name)
		}
		copied := proto.CloneOf(value.message.(*common.ConfigValue))
		copied.ModPolicy = orAdmins(copied.GetModPolicy())
		group.Values[name] = copied
	}
	for name := range given.GetPolicies() {
		p, ok := all["policy "+at+"/"+name]
		if !ok {
			return nil, fmt.Errorf("policy %s/%s is missing", at, name)
		}
		copied := proto.CloneOf(p.message.(*common.ConfigPolicy))
		copied.ModPolicy = orAdmins(copied.GetModPolicy())
		group.Policies[name] = copied
	}
	return group, nil
}

// orAdmins fills in an empty modification policy, as Fabric does when it writes a configuration anew.
func orAdmins(policy string) string {
	if policy == "" {
		return "Admins"
	}
	return policy
}
