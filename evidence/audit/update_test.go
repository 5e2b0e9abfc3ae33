package audit

import (
	"slices"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/orderer"
	"google.golang.org/protobuf/proto"
)

// configAt is the position before a configuration block of the BFT ledger, and the envelope in it.
func configAt(t *testing.T, at uint64, use func(c *channelConfig, envelope *common.ConfigEnvelope)) {
	t.Helper()
	blocks, _ := captured(t, "bft")
	walk(t, blocks[:at+1], func(p position, number uint64) {
		if number != at {
			return
		}
		var envelope common.Envelope
		var payload common.Payload
		var config common.ConfigEnvelope
		if proto.Unmarshal(decoded(t, blocks[at]).Data.Data[0], &envelope) != nil || proto.Unmarshal(envelope.Payload, &payload) != nil ||
			proto.Unmarshal(payload.Data, &config) != nil {
			t.Fatal("no configuration")
		}
		use(p.config, &config)
	})
}

// editUpdate changes the update inside a configuration envelope; signatures are not made anew.
func editUpdate(t *testing.T, envelope *common.ConfigEnvelope, edit func(*common.ConfigUpdateEnvelope)) {
	t.Helper()
	var payload common.Payload
	var request common.ConfigUpdateEnvelope
	if proto.Unmarshal(envelope.LastUpdate.Payload, &payload) != nil || proto.Unmarshal(payload.Data, &request) != nil {
		t.Fatal("no update")
	}
	edit(&request)
	payload.Data = encodedBytes(t, &request)
	envelope.LastUpdate.Payload = encodedBytes(t, &payload)
}

func TestConfigurationUpdates(t *testing.T) {
	edits := map[string]func(t *testing.T, e *common.ConfigEnvelope){
		"two of four administrators": func(t *testing.T, e *common.ConfigEnvelope) {
			editUpdate(t, e, func(u *common.ConfigUpdateEnvelope) { u.Signatures = u.Signatures[:2] })
		},
		"one administrator four times": func(t *testing.T, e *common.ConfigEnvelope) {
			editUpdate(t, e, func(u *common.ConfigUpdateEnvelope) {
				u.Signatures = []*common.ConfigSignature{u.Signatures[0], u.Signatures[0], u.Signatures[0], u.Signatures[0]}
			})
		},
		"nobody signed": func(t *testing.T, e *common.ConfigEnvelope) {
			editUpdate(t, e, func(u *common.ConfigUpdateEnvelope) { u.Signatures = nil })
		},
		"another update under the signatures": func(t *testing.T, e *common.ConfigEnvelope) {
			editUpdate(t, e, func(u *common.ConfigUpdateEnvelope) {
				var wanted common.ConfigUpdate
				if proto.Unmarshal(u.ConfigUpdate, &wanted) != nil {
					t.Fatal("no update")
				}
				wanted.IsolatedData = map[string][]byte{"x": {1}}
				u.ConfigUpdate = encodedBytes(t, &wanted)
			})
		},
		"a sequence too far": func(_ *testing.T, e *common.ConfigEnvelope) { e.Config.Sequence++ },
		"more than was asked for": func(t *testing.T, e *common.ConfigEnvelope) {
			e.Config.ChannelGroup.Groups["Orderer"].Values["BatchSize"].Value = encodedBytes(t, &orderer.BatchSize{MaxMessageCount: 77})
		},
		"a member dropped": func(_ *testing.T, e *common.ConfigEnvelope) {
			delete(e.Config.ChannelGroup.Groups["Application"].Groups, "PoliceMSP")
		},
		"a policy loosened": func(_ *testing.T, e *common.ConfigEnvelope) {
			p := e.Config.ChannelGroup.Groups["Application"].Policies
			p["Endorsement"] = p["Readers"]
		},
		"no update in it": func(_ *testing.T, e *common.ConfigEnvelope) { e.LastUpdate = nil },
	}
	for _, at := range []uint64{16, 30, 32} { // batch size, organisation added, orderer replaced
		configAt(t, at, func(c *channelConfig, envelope *common.ConfigEnvelope) {
			if next, err := c.update(at, proto.CloneOf(envelope)); err != nil || next.block != at {
				t.Fatalf("block %d: the real update: %v", at, err)
			}
			for name, edit := range edits {
				changed := proto.CloneOf(envelope)
				edit(t, changed)
				if _, err := c.update(at, changed); err == nil {
					t.Errorf("block %d: %s: accepted", at, name)
				}
			}
		})
	}
}

// TestConfigurationsDiffer sees that what the updates were about came into force.
func TestConfigurationsDiffer(t *testing.T) {
	configAt(t, 30, func(c *channelConfig, envelope *common.ConfigEnvelope) {
		next, err := c.update(30, envelope)
		if err != nil || len(c.organisations) != 4 || len(next.organisations) != 5 || next.organisations["HealthMSP"] == nil {
			t.Fatalf("organisations before and after: %d, %d, %v", len(c.organisations), len(next.organisations), err)
		}
	})
	configAt(t, 32, func(c *channelConfig, envelope *common.ConfigEnvelope) {
		next, err := c.update(32, envelope)
		if err != nil || string(c.consenters[4]) == string(next.consenters[4]) || string(c.consenters[1]) != string(next.consenters[1]) {
			t.Fatalf("orderer 4 was not replaced: %v", err)
		}
		if c.quorum != 3 || next.quorum != 3 {
			t.Errorf("quorums %d, %d", c.quorum, next.quorum)
		}
	})
}

func TestQuorum(t *testing.T) {
	var got []int
	for n := 1; n <= 13; n++ {
		got = append(got, quorum(n))
	}
	if want := []int{1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8, 9}; !slices.Equal(got, want) {
		t.Errorf("quorums %v, want %v", got, want)
	}
}
