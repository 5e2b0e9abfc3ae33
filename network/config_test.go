package network

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// No file of a network names its folder, except profiles for programs that run elsewhere: a stopped network can move,
// and no folder name needs quoting in YAML.
func TestNodeConfigNamesNoFolder(t *testing.T) {
	for _, runtime := range []Runtime{Native, Docker} {
		n := prepared(t, runtime)
		for _, node := range n.ofKind(Orderer, Peer) {
			name := map[Kind]string{Orderer: "orderer.yaml", Peer: "core.yaml"}[node.Kind]
			if strings.Contains(read(t, n.layout.node(node.Name, name)), n.layout.dir) {
				t.Errorf("%s of %s names the folder", name, node.Name)
			}
		}
	}
}

func TestAddressesDependOnRuntime(t *testing.T) {
	for runtime, want := range map[Runtime][2]string{
		Native: {"listenAddress: 127.0.0.1:20012", "externalEndpoint: 127.0.0.1:20012"},
		Docker: {"listenAddress: 0.0.0.0:20012", "externalEndpoint: peer.police.imi.test:20012"},
	} {
		core := read(t, prepared(t, runtime).layout.node("peer.police", "core.yaml"))
		for _, line := range append(want[:], "clientAuthRequired: true") {
			if !strings.Contains(core, line) {
				t.Errorf("%s: no %q in core.yaml", runtime, line)
			}
		}
	}
}

func TestConfigtx(t *testing.T) {
	for _, name := range Topologies() {
		topology, _ := ParseTopology(name)
		text, err := configtx(places{Native}, topology, nodes(topology, 20000, true))
		if err != nil {
			t.Fatal(err)
		}
		orderers := len(topology.orderers())
		for part, want := range map[string]int{
			"OrdererEndpoints:": orderers, "ServerTLSCert:": orderers, "AnchorPeers:": 4, "OrdererType: " + string(topology.Consensus): 1,
			".orderer'{{": 0, "<no value>": 0, "Addresses:": 0,
		} {
			if got := strings.Count(string(text), part); got != want {
				t.Errorf("%s: %d times %q, want %d", name, got, part, want)
			}
		}
	}
}

// Compose publishes on 127.0.0.1 only, names no project, mounts keys read-only and runs nothing as root.
func TestCompose(t *testing.T) {
	n := prepared(t, Docker)
	n.state.Project, n.state.PackageID = "imi-test", "imi_1:00"
	n.state.Images = map[Kind]string{Orderer: "o:1", Peer: "p:1", Chaincode: "c:1", Gateway: "g:1"}
	if err := (docker{n}).writeCompose(); err != nil {
		t.Fatal(err)
	}
	text := read(t, n.layout.docker("compose.yaml"))
	if strings.Contains("\n"+text, "\nname:") {
		t.Error("docker-compose 1.29 refuses a top-level name")
	}
	published := regexp.MustCompile(`(?m)^      - "(\S*?):(\d+):(\d+)"$`).FindAllStringSubmatch(text, -1)
	if len(published) != 4*5 {
		t.Errorf("%d ports published, want 20", len(published))
	}
	for _, p := range published {
		if p[1] != "127.0.0.1" || p[2] != p[3] {
			t.Errorf("published %v", p[0])
		}
	}
	if got := strings.Count(text, "read_only: true}"); got != 16 {
		t.Errorf("%d nodes have their keys mounted read-only, want 16", got)
	}
	if strings.Contains(text, `user: "0:`) {
		t.Error("containers run as root")
	}
}

func TestProfiles(t *testing.T) {
	n := prepared(t, Docker)
	path, err := n.ProfilePath("police")
	if err != nil {
		t.Fatal(err)
	}
	var own, inside profile
	decode(t, read(t, path), &own)
	decode(t, read(t, n.layout.node("gateway.police", profileFile)), &inside)
	if len(own.Peers) != 4 || own.Peers[0].Organisation != "PoliceMSP" || own.Peers[0].Address != "127.0.0.1:20012" {
		t.Errorf("the own peer comes first, at this machine's address: %+v", own.Peers)
	}
	if own.Certificate != "admin.crt" || inside.Certificate != "gateway.crt" {
		t.Errorf("identities %s and %s", own.Certificate, inside.Certificate)
	}
	if inside.Peers[0].Address != "peer.police.imi.test:20012" {
		t.Errorf("a gateway in a container needs container addresses, got %s", inside.Peers[0].Address)
	}
	for _, folder := range []string{n.layout.organisation("PoliceMSP"), n.layout.node("gateway.police")} {
		p := own
		if strings.Contains(folder, "gateway") {
			p = inside
		}
		for _, peer := range p.Peers {
			for _, name := range []string{peer.TLSRoot, peer.TLSCertificate, peer.TLSKey, p.Certificate, p.Key} {
				read(t, folder+"/"+name)
			}
		}
	}
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatal(err)
	}
}

func TestConnectionProfile(t *testing.T) {
	n := prepared(t, Native)
	text, err := n.ConnectionProfile("AuditMSP")
	if err != nil {
		t.Fatal(err)
	}
	var p struct {
		Channels map[string]struct {
			Orderers []string
			Peers    map[string]any
		}
		Peers, Orderers map[string]struct {
			URL        string
			TLSCACerts struct{ Pem string }
		}
	}
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	channel := p.Channels[ChannelName]
	if len(channel.Orderers) != 4 || len(channel.Peers) != 4 {
		t.Errorf("the channel has %v", channel)
	}
	for _, name := range channel.Orderers {
		if o := p.Orderers[name]; o.URL == "" || !strings.Contains(o.TLSCACerts.Pem, "CERTIFICATE") {
			t.Errorf("orderer %s: %+v", name, o)
		}
	}
	if bytes.Contains(text, []byte("PRIVATE KEY")) {
		t.Error("the profile contains a private key")
	}
}

func TestChaincodePackageIsDeterministic(t *testing.T) {
	first, id, err := chaincodePackage(ChaincodeName)
	if err != nil {
		t.Fatal(err)
	}
	second, again, err := chaincodePackage(ChaincodeName)
	if err != nil || !bytes.Equal(first, second) || id != again {
		t.Fatalf("two packages differ: %s, %s, %v", id, again, err)
	}
	// Known once and for all: a change means that existing networks would have to approve anew.
	if want := "imi_1:383816cc71100fff740bb0acd77b77eceecd680bf92d4c491d118a1174a430f1"; id != want {
		t.Errorf("package id %s, want %s", id, want)
	}
}

func TestGatewaysKnowTheirHeadKeyAndOneAnother(t *testing.T) {
	n := prepared(t, Docker)
	node, err := n.Node("gateway.police")
	if err != nil {
		t.Fatal(err)
	}
	key := read(t, n.layout.node(node.Name, headKeyFile))
	if string(key) != string(read(t, n.layout.organisation("PoliceMSP", headKeyFile))) {
		t.Error("the gateway has another head key than its organisation")
	}
	args := strings.Join(gatewayArgs(n.places(), node.Address(), node, n.Nodes(), 0), " ")
	if strings.Count(args, "--neighbour ") != 3 || strings.Contains(args, "--neighbour PoliceMSP") || !strings.HasSuffix(args, "--cosigners 3") {
		t.Errorf("arguments %s", args)
	}
}
