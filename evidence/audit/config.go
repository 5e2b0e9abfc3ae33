package audit

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/orderer"
	"google.golang.org/protobuf/proto"
)

const rootGroup = "Channel"

// channelConfig is a configuration of the channel: who its members are, what they may, who orders. It belongs to one
// goroutine, the one that judges blocks, but for what is read in the first place and never changes after.
type channelConfig struct {
	channel       string
	block         uint64 // which brought it
	content       *common.Config
	organisations map[string]*organisation
	byzantine     bool
	consenters    map[uint32][]byte // BFT: serialized identity by consenter number
	quorum        int               // BFT

	identities   *identities
	policies     map[string]policy // by path
	definitions  map[string]policy // of chaincodes, by the definition as it is in the state
	members      map[string]*member
	certificates uint64 // chains verified
	verified     uint64 // signatures of updates verified
}

// readConfig takes in a configuration, which may come from anywhere: it is checked by its pinned hash, or as an update.
func readConfig(channel string, block uint64, content *common.Config, known *identities) (*channelConfig, error) {
	c := &channelConfig{
		channel: channel, block: block, content: content, identities: known, organisations: map[string]*organisation{},
		policies: map[string]policy{}, definitions: map[string]policy{}, members: map[string]*member{},
	}
	groups := content.GetChannelGroup().GetGroups()
	if groups["Application"] == nil || groups["Orderer"] == nil {
		return nil, errors.New("a configuration without the groups Application and Orderer")
	}
	if err := requireCapability(content.GetChannelGroup()); err != nil {
		return nil, err
	}
	for _, name := range []string{"Application", "Orderer"} {
		for member, group := range groups[name].GetGroups() {
			if err := c.addOrganisation(group); err != nil {
				return nil, fmt.Errorf("%s/%s: %w", name, member, err)
			}
		}
	}
	return c, c.readConsensus(groups["Orderer"])
}

// requireCapability refuses old channels: the rules about node roles here are those of V2_0 and later.
func requireCapability(group *common.ConfigGroup) error {
	var capabilities common.Capabilities
	if err := proto.Unmarshal(group.GetValues()["Capabilities"].GetValue(), &capabilities); err != nil {
		return errors.New("capabilities cannot be read")
	}
	for name := range capabilities.GetCapabilities() {
		if name == "V2_0" || name == "V3_0" {
			return nil
		}
	}
	return errors.New("a channel without capability V2_0 or V3_0")
}

func (c *channelConfig) addOrganisation(group *common.ConfigGroup) error {
	definition := group.GetValues()["MSP"].GetValue()
	o, err := readOrganisation(definition)
	if err != nil {
		return err
	}
	if other := c.organisations[o.mspid]; other != nil && !bytes.Equal(other.definition, definition) {
		return fmt.Errorf("%s is defined in two ways", o.mspid)
	}
	c.organisations[o.mspid] = o
	return nil
}

func (c *channelConfig) readConsensus(group *common.ConfigGroup) error {
	var consensus orderer.ConsensusType
	if err := proto.Unmarshal(group.GetValues()["ConsensusType"].GetValue(), &consensus); err != nil {
		return errors.New("consensus type cannot be read")
	}
	switch consensus.GetType() {
	case "etcdraft":
		return nil
	case "BFT":
		c.byzantine = true
	default:
		return fmt.Errorf("consensus type %q is not known", consensus.GetType())
	}
	var orderers common.Orderers
	if err := proto.Unmarshal(group.GetValues()["Orderers"].GetValue(), &orderers); err != nil {
		return errors.New("consenters cannot be read")
	}
	c.consenters = map[uint32][]byte{}
	for _, consenter := range orderers.GetConsenterMapping() {
		identity, err := proto.Marshal(&msp.SerializedIdentity{Mspid: consenter.GetMspId(), IdBytes: consenter.GetIdentity()})
		if err != nil || c.consenters[consenter.GetId()] != nil {
			return fmt.Errorf("consenter %d is there twice or cannot be read", consenter.GetId())
		}
		c.consenters[consenter.GetId()] = identity
	}
	c.quorum = quorum(len(c.consenters))
	return nil
}

// quorum is how many of n orderers any two decisions of which must share an honest one, when f = (n-1)/3 may be bad:
//
//	ceil((n + f + 1) / 2)
func quorum(n int) int {
	f := (n - 1) / 3
	return (n + f + 2) / 2
}

// organisationGroup finds the name of an application organisation's group by its MSPID.
func (c *channelConfig) organisationGroup(mspid string) (string, bool) {
	for name, group := range c.content.GetChannelGroup().GetGroups()["Application"].GetGroups() {
		if o, err := readOrganisation(group.GetValues()["MSP"].GetValue()); err == nil && o.mspid == mspid {
			return name, true
		}
	}
	return "", false
}
