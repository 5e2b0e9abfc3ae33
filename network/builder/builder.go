// Package builder is Fabric's external builder for chaincode that runs as a service. The peer starts it as bin/detect,
// bin/build and bin/release when a package is installed. It adds to the package what differs between organisations:
// where their chaincode server is, and the peer's own TLS material to prove itself there.
package builder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// ConnectionVariable names the file that describes this organisation's chaincode server. It is a file name, never a
// key: what stands in an environment can be read by every process of the same user.
const ConnectionVariable = "IMI_CHAINCODE_CONNECTION"

// Connection is the content of that file. File names are relative to its folder.
type Connection struct {
	Address           string `json:"address"`
	Domain            string `json:"domain"`
	RootCertificate   string `json:"rootCertificate"`
	ClientCertificate string `json:"clientCertificate"`
	ClientKey         string `json:"clientKey"`
}

// release is connection.json as the peer reads it (fabric core/container/externalbuilder).
type release struct {
	Address            string `json:"address"`
	Domain             string `json:"domain"`
	DialTimeout        string `json:"dial_timeout"`
	TLSRequired        bool   `json:"tls_required"`
	ClientAuthRequired bool   `json:"client_auth_required"`
	ClientKey          string `json:"client_key"`
	ClientCert         string `json:"client_cert"`
	RootCert           string `json:"root_cert"`
}

// Run does what the name it was called by says: args[0] is the program's own path.
func Run(args []string, connectionFile string, stderr io.Writer) error {
	if len(args) == 0 {
		return errors.New("no program name")
	}
	switch name := filepath.Base(args[0]); name {
	case "detect":
		if len(args) != 3 {
			return errors.New("usage: detect SOURCE_DIR METADATA_DIR")
		}
		return detect(args[2])
	case "build":
		if len(args) != 4 {
			return errors.New("usage: build SOURCE_DIR METADATA_DIR OUTPUT_DIR")
		}
		return nil // nothing to build: the program already runs
	case "release":
		if len(args) != 3 {
			return errors.New("usage: release OUTPUT_DIR RELEASE_DIR")
		}
		fmt.Fprintln(stderr, "chaincode server from", connectionFile)
		return writeRelease(connectionFile, args[2])
	default:
		return fmt.Errorf("%s: call this program as detect, build or release", name)
	}
}

// detect accepts only the package type this builder is for.
func detect(metadataDir string) error {
	text, err := os.ReadFile(filepath.Join(metadataDir, "metadata.json"))
	if err != nil {
		return err
	}
	var metadata struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(text, &metadata); err != nil {
		return fmt.Errorf("metadata.json: %w", err)
	}
	if strings.ToLower(metadata.Type) != "ccaas" {
		return fmt.Errorf("package type %q is not for this builder", metadata.Type)
	}
	return nil
}

// writeRelease joins the description of the server with the certificates it names.
func writeRelease(connectionFile, dir string) error {
	if connectionFile == "" {
		return fmt.Errorf("%s is not set: the peer's configuration must propagate it", ConnectionVariable)
	}
	c, err := readConnection(connectionFile)
	if err != nil {
		return err
	}
	out := release{Address: c.Address, Domain: c.Domain, DialTimeout: "10s", TLSRequired: true, ClientAuthRequired: true}
	for _, part := range []struct {
		name string
		to   *string
	}{{c.RootCertificate, &out.RootCert}, {c.ClientCertificate, &out.ClientCert}, {c.ClientKey, &out.ClientKey}} {
		content, err := os.ReadFile(filepath.Join(filepath.Dir(connectionFile), part.name))
		if err != nil {
			return err
		}
		*part.to = string(content)
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "chaincode", "server", "connection.json")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}

func readConnection(file string) (*Connection, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c := &Connection{}
	decoder := json.NewDecoder(f)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(c); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for name, value := range map[string]string{"address": c.Address, "domain": c.Domain, "rootCertificate": c.RootCertificate,
		"clientCertificate": c.ClientCertificate, "clientKey": c.ClientKey} {
		if value == "" {
			return nil, fmt.Errorf("%s: %s is missing", file, name)
		}
	}
	return c, nil
}
