package network

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// The names under which the chaincode is deployed.
const (
	ChannelName      = "imi"
	ChaincodeName    = "imi"
	chaincodeVersion = "1"
)

// chaincodePackage makes the package every organisation installs, byte for byte the same each time, so that its id is
// known before it is installed and the chaincode servers can be started first. It names no address and no key: the
// external builder of each organisation adds those of its own server.
//
// Package id: label ":" hex(SHA-256(package)).
func chaincodePackage(name string) (content []byte, id string, err error) {
	label := name + "_" + chaincodeVersion
	connection, err := archive(map[string][]byte{"connection.json": []byte("{}\n")}, "connection.json")
	if err != nil {
		return nil, "", err
	}
	metadata, err := json.Marshal(map[string]string{"type": "ccaas", "label": label})
	if err != nil {
		return nil, "", err
	}
	content, err = archive(map[string][]byte{"metadata.json": metadata, "code.tar.gz": connection}, "metadata.json", "code.tar.gz")
	if err != nil {
		return nil, "", err
	}
	digest := sha256.Sum256(content)
	return content, label + ":" + hex.EncodeToString(digest[:]), nil
}

// archive packs files in the given order, without names, times or owners of this machine. The data are stored, not
// compressed: a later Go may compress differently, and the id must not change with it.
func archive(files map[string][]byte, order ...string) ([]byte, error) {
	var out bytes.Buffer
	zipped, err := gzip.NewWriterLevel(&out, gzip.NoCompression)
	if err != nil {
		return nil, err
	}
	packed := tar.NewWriter(zipped)
	for _, name := range order {
		header := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR}
		if err := packed.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := packed.Write(files[name]); err != nil {
			return nil, err
		}
	}
	if err := packed.Close(); err != nil {
		return nil, err
	}
	if err := zipped.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
