package fabric

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
)

// Profile says who a client is and which peers it may talk to. It is read from a JSON file by LoadProfile; file names in
// it are relative to that file's own folder.
type Profile struct {
	Organisation string `json:"organisation"` // MSPID the client signs as
	Channel      string `json:"channel"`
	Chaincode    string `json:"chaincode"`
	Certificate  string `json:"certificate"` // PEM file: signing certificate of the client
	Key          string `json:"key"`         // PEM file, mode 0600: its private key

	// Peers lists the own organisation's peer first. The others confirm commits and answer reads when it is away.
	Peers []Peer `json:"peers"`
}

// Peer is one peer of the channel and the TLS material that reaches it.
type Peer struct {
	Organisation   string `json:"organisation"`   // MSPID of its owner
	Address        string `json:"address"`        // host:port
	ServerName     string `json:"serverName"`     // name its TLS certificate must carry
	TLSRoot        string `json:"tlsRoot"`        // PEM file: who issued that certificate
	TLSCertificate string `json:"tlsCertificate"` // PEM file: the client's TLS certificate
	TLSKey         string `json:"tlsKey"`         // PEM file, mode 0600: its private key
}

// maxProfile bounds the profile file; a real one has a few hundred bytes for each peer.
const maxProfile = 1 << 20

// LoadProfile reads a profile, refuses what it does not know, and resolves the file names in it. It does not open the
// files named: Dial does.
func LoadProfile(path string) (Profile, error) {
	text, err := readCapped(path, maxProfile)
	if err != nil {
		return Profile{}, fmt.Errorf("profile: %w", err)
	}
	p, err := decodeProfile(text)
	if err != nil {
		return Profile{}, fmt.Errorf("profile %s: %w", path, err)
	}
	return p.in(filepath.Dir(path)), nil
}

func decodeProfile(text []byte) (Profile, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var p Profile
	if err := decoder.Decode(&p); err != nil {
		return Profile{}, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return Profile{}, errors.New("data after the closing brace")
	}
	return p, p.check()
}

// check refuses a profile that cannot work, naming the field.
func (p Profile) check() error {
	fields := map[string]string{
		"organisation": p.Organisation, "channel": p.Channel, "chaincode": p.Chaincode,
		"certificate": p.Certificate, "key": p.Key,
	}
	for _, name := range []string{"organisation", "channel", "chaincode", "certificate", "key"} {
		if fields[name] == "" {
			return fmt.Errorf("%q is missing", name)
		}
	}
	if len(p.Peers) == 0 {
		return errors.New(`"peers" is empty: at least the own organisation's peer is needed`)
	}
	if p.Peers[0].Organisation != p.Organisation {
		return fmt.Errorf("peers[0] belongs to %q: the first peer must be %s's own", p.Peers[0].Organisation, p.Organisation)
	}
	for i, peer := range p.Peers {
		if err := peer.check(); err != nil {
			return fmt.Errorf("peers[%d]: %w", i, err)
		}
	}
	return nil
}

func (p Peer) check() error {
	if _, port, err := net.SplitHostPort(p.Address); err != nil || port == "" {
		return fmt.Errorf("%q must be host:port", "address")
	}
	for _, field := range [][2]string{
		{"organisation", p.Organisation}, {"tlsRoot", p.TLSRoot}, {"tlsCertificate", p.TLSCertificate}, {"tlsKey", p.TLSKey},
	} {
		if field[1] == "" {
			return fmt.Errorf("%q is missing", field[0])
		}
	}
	return nil
}

// in returns the profile with file names resolved against a folder.
func (p Profile) in(folder string) Profile {
	resolve := func(name string) string {
		if filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(folder, name)
	}
	p.Certificate, p.Key = resolve(p.Certificate), resolve(p.Key)
	peers := make([]Peer, len(p.Peers))
	for i, peer := range p.Peers {
		peer.TLSRoot = resolve(peer.TLSRoot)
		peer.TLSCertificate = resolve(peer.TLSCertificate)
		peer.TLSKey = resolve(peer.TLSKey)
		peers[i] = peer
	}
	p.Peers = peers
	return p
}

// readCapped reads a small file whole and refuses one over the cap, so that a wrong path (a device, an image) is an error
// and not a full memory.
func readCapped(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("%s: larger than %d bytes", path, limit)
	}
	return text, nil
}
