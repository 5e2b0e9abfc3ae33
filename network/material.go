package network

import (
	"fmt"
	"os"
	"path/filepath"
)

// nodeOUs tells Fabric to read a certificate's role from its organisational unit.
const nodeOUs = `NodeOUs:
  Enable: true
  ClientOUIdentifier: {Certificate: cacerts/ca.crt, OrganizationalUnitIdentifier: client}
  PeerOUIdentifier: {Certificate: cacerts/ca.crt, OrganizationalUnitIdentifier: peer}
  AdminOUIdentifier: {Certificate: cacerts/ca.crt, OrganizationalUnitIdentifier: admin}
  OrdererOUIdentifier: {Certificate: cacerts/ca.crt, OrganizationalUnitIdentifier: orderer}
`

// authorities are the two certificate authorities of one organisation.
type authorities struct {
	organisation Organisation
	msp, tls     *authority
}

func newAuthorities(o Organisation) (*authorities, error) {
	msp, err := newAuthority("ca."+o.Name+"."+domain, o.MSPID)
	if err != nil {
		return nil, err
	}
	tls, err := newAuthority("tls-ca."+o.Name+"."+domain, o.MSPID)
	if err != nil {
		return nil, err
	}
	return &authorities{organisation: o, msp: msp, tls: tls}, nil
}

// writeMaterial makes every certificate and key of the network.
func writeMaterial(l layout, t Topology, all []Node) error {
	byOrganisation := map[string]*authorities{}
	for _, o := range t.Organisations {
		a, err := newAuthorities(o)
		if err != nil {
			return err
		}
		byOrganisation[o.MSPID] = a
		if err := a.writeOrganisation(l); err != nil {
			return err
		}
	}
	for _, n := range all {
		if err := byOrganisation[n.Organisation].writeNode(l, n); err != nil {
			return err
		}
	}
	for _, o := range t.Organisations {
		if err := writeHeadKey(l, all, o.MSPID); err != nil {
			return err
		}
		for _, a := range byOrganisation {
			for _, dir := range append(gatewayFolders(l, all, o.MSPID), l.organisation(o.MSPID)) {
				if err := writePublic(filepath.Join(dir, tlsRootFile(a.organisation)), a.tls.cert); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func gatewayFolders(l layout, all []Node, mspid string) []string {
	var out []string
	for _, n := range all {
		if n.Kind == Gateway && n.Organisation == mspid {
			out = append(out, l.node(n.Name))
		}
	}
	return out
}

// writeOrganisation writes the CA keys, the public MSP, and the administrator's and the gateway's identities.
func (a *authorities) writeOrganisation(l layout) error {
	id := a.organisation.MSPID
	if err := a.writeMSP(l.msp(id)); err != nil {
		return err
	}
	for name, ca := range map[string]*authority{"ca": a.msp, "tls-ca": a.tls} {
		if err := writePair(l.organisation(id, authorityFolder), name, ca.pair); err != nil {
			return err
		}
	}
	for name, role := range map[string]string{"admin": "admin", "gateway": "client"} {
		if err := a.writeClient(l, name, role); err != nil {
			return err
		}
	}
	return nil
}

// writeClient makes an identity and its TLS client certificate; the administrator's goes into an MSP folder as well,
// which is the form Fabric's own peer program reads.
func (a *authorities) writeClient(l layout, name, role string) error {
	id := a.organisation.MSPID
	host := name + "." + a.organisation.Name + "." + domain
	identity, err := a.msp.identity(host, role)
	if err != nil {
		return err
	}
	client, err := a.tls.tlsClient(host)
	if err != nil {
		return err
	}
	dirs := []string{l.organisation(id)}
	if role == "client" {
		dirs = append(dirs, l.node(string(Gateway)+"."+a.organisation.Name))
	} else if err := a.writeSigner(l.organisation(id, peerProgramFolder, "msp"), identity); err != nil {
		return err
	}
	for _, dir := range dirs {
		if err := writePair(dir, name, identity); err != nil {
			return err
		}
		if err := writePair(dir, name+"-tls", client); err != nil {
			return err
		}
	}
	return nil
}

// writeNode writes a node's TLS material and, for peers and orderers, the identity it signs with.
func (a *authorities) writeNode(l layout, n Node) error {
	if n.Kind == Gateway {
		return os.MkdirAll(l.node(n.Name, "data"), 0o700)
	}
	server, err := a.tls.tls(n.Host)
	if err != nil {
		return err
	}
	if err := writePair(l.node(n.Name, "tls"), "server", server); err != nil {
		return err
	}
	if err := writePublic(l.node(n.Name, "tls", "ca.crt"), a.tls.cert); err != nil {
		return err
	}
	if n.Kind == Chaincode {
		return nil
	}
	identity, err := a.msp.identity(n.Host, string(n.Kind))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(l.node(n.Name, "data"), 0o700); err != nil {
		return err
	}
	return a.writeSigner(l.node(n.Name, "msp"), identity)
}

// writeMSP writes the public half of a membership definition.
func (a *authorities) writeMSP(dir string) error {
	for name, content := range map[string][]byte{
		"cacerts/ca.crt":        a.msp.cert,
		"tlscacerts/tls-ca.crt": a.tls.cert,
		"config.yaml":           []byte(nodeOUs),
	} {
		if err := writePublic(filepath.Join(dir, filepath.FromSlash(name)), content); err != nil {
			return err
		}
	}
	return nil
}

func (a *authorities) writeSigner(dir string, identity pair) error {
	if err := a.writeMSP(dir); err != nil {
		return err
	}
	if err := writePublic(filepath.Join(dir, "signcerts", "cert.pem"), identity.cert); err != nil {
		return err
	}
	return writeSecret(filepath.Join(dir, "keystore", "key.pem"), identity.key)
}

func writePair(dir, name string, p pair) error {
	if err := writePublic(filepath.Join(dir, name+".crt"), p.cert); err != nil {
		return err
	}
	return writeSecret(filepath.Join(dir, name+".key"), p.key)
}

func writePublic(path string, content []byte) error { return writeFile(path, content, 0o644) }

// writeSecret leaves a file only its owner can read, even when an earlier one was laxer.
func writeSecret(path string, content []byte) error { return writeFile(path, content, 0o600) }

// writeFile creates folders only the owner can enter, then the file as a whole or not at all.
func writeFile(path string, content []byte, mode os.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(content)
	if err == nil {
		err = temp.Chmod(mode)
	}
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
