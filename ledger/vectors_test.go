package ledger_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"testing"
	"time"

	"github.com/imi-ledger/imi/ledger"
)

var update = flag.Bool("update", false, "write testdata/vectors/ledger.json anew")

const vectorsFile = "../testdata/vectors/ledger.json"

// vectors are worked examples of docs/format.md for readers in other languages.
type vectors struct {
	Comment       string `json:"comment"`
	PrivateKey    string `json:"privateKey"` // Ed25519 seed, hex; known to everybody
	KeyID         string `json:"keyID"`
	Channel       string `json:"channel"`
	Statement     string `json:"statement"`
	SigningBytes  string `json:"signingBytes"` // hex
	Signature     string `json:"signature"`    // Ed25519 is deterministic
	Key           string `json:"key"`
	LeafHash      string `json:"leafHash"`
	TreeRootOf3   string `json:"treeRootOf3"` // leaves: the statement three times
	TreePathOf1   string `json:"treePathOf1"` // concatenated, hex
	Salt          string `json:"salt"`        // hex
	File          string `json:"file"`
	Document      string `json:"documentCommitment"`
	Number        string `json:"certificateNumber"`
	Certificate   string `json:"certificateCommitment"`
	CanonicalFrom string `json:"canonicalFrom"` // JSON that is not canonical
	Canonical     string `json:"canonical"`     // and its one legal form
}

func TestVectors(t *testing.T) {
	got, err := json.MarshalIndent(computeVectors(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(vectorsFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the format changed: compare %s with\n%s", vectorsFile, got)
	}
}

func computeVectors(t *testing.T) vectors {
	t.Helper()
	seed := bytes.Repeat([]byte{7}, ed25519.SeedSize)
	signer, err := ledger.NewSigner(ed25519.NewKeyFromSeed(seed))
	if err != nil {
		t.Fatal(err)
	}
	at := ledger.At(time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC))
	statement := ledger.NewDocumentStatement(ledger.DocumentStatement{Commitment: ledger.DigestOf([]byte("a file")), Kind: "degree-certificate",
		Method: ledger.PlainDigest, RegisteredAt: at, Registrar: "ServiceMSP"})
	text, err := ledger.Encode(statement)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := signer.Sign("imi", statement)
	if err != nil {
		t.Fatal(err)
	}
	signatureText, err := signature.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	leaf := ledger.LeafHash(text)
	leaves := []ledger.Digest{leaf, leaf, leaf}
	var path string
	for _, d := range ledger.TreePath(leaves, 1) {
		path += d.String()
	}
	salt := [32]byte(bytes.Repeat([]byte{9}, 32))
	canonical, err := ledger.Encode(json.RawMessage(`{"b":1.0,"a":"\u4e2d","A":[true]}`))
	if err != nil {
		t.Fatal(err)
	}
	return vectors{
		Comment:    "Worked examples of docs/format.md, made by ledger/vectors_test.go. All binary values are hexadecimal unless the format says base64url.",
		PrivateKey: hex.EncodeToString(seed), KeyID: string(signer.PublicKey().ID()), Channel: "imi", Statement: string(text),
		SigningBytes: hex.EncodeToString(ledger.SigningBytes("imi", text)), Signature: string(signatureText),
		Key: string(ledger.DocumentKey(statement.Commitment)), LeafHash: leaf.String(), TreeRootOf3: ledger.TreeRoot(leaves).String(), TreePathOf1: path,
		Salt: hex.EncodeToString(salt[:]), File: "a file", Document: ledger.SaltedCommitment(salt, ledger.DigestOf([]byte("a file"))).String(),
		Number: "(2026)公证字第1号", Certificate: ledger.CertificateCommitment(salt, "(2026)公证字第1号").String(),
		CanonicalFrom: `{"b":1.0,"a":"\u4e2d","A":[true]}`, Canonical: string(canonical),
	}
}
