package network

import (
	"encoding/json"
	"os"
	"strconv"
)

// object is JSON of somebody else's format; a struct for every level of it would say no more.
type object = map[string]any

// ConnectionProfile is the standard Fabric connection profile of an organisation, as JSON (which is YAML as well), for
// clients built on Fabric's SDKs. It holds certificates as text and the paths of the client's TLS key and of the
// administrator's MSP: it contains no private key.
func (n *Network) ConnectionProfile(organisation string) ([]byte, error) {
	own, err := n.state.Topology.Find(organisation)
	if err != nil {
		return nil, err
	}
	out := object{
		"name": "imi", "version": "1.0.0",
		"client": object{
			"organization": own.Name,
			"logging":      object{"level": "warning"},
			"connection":   object{"timeout": object{"peer": object{"endorser": "30s"}, "orderer": "30s"}},
			"cryptoconfig": object{"path": n.layout.organisation(own.MSPID)},
			"BCCSP": object{"security": object{"enabled": true, "default": object{"provider": "SW"},
				"hashAlgorithm": "SHA2", "softVerify": true, "level": 256}},
			"tlsCerts": object{"systemCertPool": false, "client": object{
				"cert": object{"path": n.layout.organisation(own.MSPID, "admin-tls.crt")},
				"key":  object{"path": n.layout.organisation(own.MSPID, "admin-tls.key")},
			}},
		},
	}
	if err := n.addNodes(out, own); err != nil {
		return nil, err
	}
	return json.MarshalIndent(out, "", "  ")
}

// addNodes fills in organisations, peers, orderers and the channel. The channel names its orderers, because
// fabric-sdk-go looks for them nowhere else.
func (n *Network) addNodes(out object, own Organisation) error {
	organisations, peers, orderers := object{}, object{}, object{}
	channelPeers, channelOrderers := object{}, []string{}
	var peerMatchers, ordererMatchers []object
	for _, o := range n.state.Topology.Organisations {
		organisation := object{"mspid": o.MSPID, "cryptoPath": "peer/msp", "peers": []string{hostOf(Peer, o)}}
		if o == own {
			organisation["users"] = object{"Admin": object{
				"cert": object{"path": n.layout.organisation(o.MSPID, "admin.crt")},
				"key":  object{"path": n.layout.organisation(o.MSPID, "admin.key")},
			}}
		}
		organisations[o.Name] = organisation
	}
	for _, node := range n.ofKind(Peer, Orderer) {
		entry, err := n.endpoint(node)
		if err != nil {
			return err
		}
		if node.Kind == Peer {
			peers[node.Host] = entry
			channelPeers[node.Host] = object{"endorsingPeer": true, "chaincodeQuery": true, "ledgerQuery": true, "eventSource": true}
			peerMatchers = append(peerMatchers, n.matcher(node))
			continue
		}
		orderers[node.Host] = entry
		channelOrderers = append(channelOrderers, node.Host)
		ordererMatchers = append(ordererMatchers, n.matcher(node))
	}
	out["organizations"], out["peers"], out["orderers"] = organisations, peers, orderers
	out["channels"] = object{ChannelName: object{"orderers": channelOrderers, "peers": channelPeers}}
	out["entityMatchers"] = object{"peer": peerMatchers, "orderer": ordererMatchers}
	return nil
}

func (n *Network) endpoint(node Node) (object, error) {
	o, err := n.state.Topology.Find(node.Organisation)
	if err != nil {
		return nil, err
	}
	root, err := os.ReadFile(n.layout.organisation(node.Organisation, tlsRootFile(o)))
	if err != nil {
		return nil, err
	}
	return object{
		"url": node.Address(),
		"grpcOptions": object{"ssl-target-name-override": node.Host, "keep-alive-time": "0s", "keep-alive-timeout": "20s",
			"keep-alive-permit": false, "fail-fast": false, "allow-insecure": false},
		"tlsCACerts": object{"pem": string(root)},
	}, nil
}

// matcher maps what service discovery calls a node back to the entry above: inside Docker it goes by its host name,
// natively by its port on this machine.
func (n *Network) matcher(node Node) object {
	return object{
		"pattern":                             "^(" + node.Host + "|127\\.0\\.0\\.1):" + strconv.Itoa(node.Port) + "$|^" + node.Host + "$",
		"urlSubstitutionExp":                  node.Address(),
		"sslTargetOverrideUrlSubstitutionExp": node.Host,
		"mappedHost":                          node.Host,
	}
}
