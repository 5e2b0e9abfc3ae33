package network

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// expiresSoon is how long before a certificate's end the doctor warns.
const expiresSoon = 30 * 24 * time.Hour

// checkCertificates walks the folder for the certificate that ends first. The channel names its organisations' authorities and
// its orderers by certificate, and there is no command that replaces them: who is told in time can make the network anew.
func (n *Network) checkCertificates(now time.Time) Check {
	c := Check{Name: "certificates", Verdict: Good}
	count, first, firstPath := 0, time.Time{}, ""
	err := n.layout.walk(func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".crt") {
			return err
		}
		end, err := endOfCertificate(path)
		if err != nil {
			return fmt.Errorf("%s is no certificate: %w", path, err)
		}
		count++
		if first.IsZero() || end.Before(first) {
			first, firstPath = end, path
		}
		return nil
	})
	c.Found = fmt.Sprintf("%d, the first expires %s", count, first.UTC().Format(time.RFC3339))
	switch {
	case err != nil:
		c.Verdict, c.Found, c.Remedy = Bad, err.Error(), "look at the permissions of "+n.layout.dir
	case count == 0:
		c.Verdict, c.Found = Bad, "there are none"
	case !now.Before(first):
		c.Verdict, c.Found = Bad, fmt.Sprintf("%s expired %s; its node is refused by the others", firstPath, first.UTC().Format(time.RFC3339))
	case !now.Before(first.Add(-expiresSoon)):
		c.Verdict, c.Found = Warning, fmt.Sprintf("%s expires %s; its node is refused by the others then", firstPath, first.UTC().Format(time.RFC3339))
	}
	if c.Verdict != Good && c.Remedy == "" {
		c.Remedy = "make the network anew: imi audit export keeps its blocks, imi network reset --dir " + shellQuote(n.layout.dir) + " deletes it, imi network up makes another"
	}
	return c
}

// endOfCertificate is when the certificate in a PEM file ends.
func endOfCertificate(path string) (time.Time, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return time.Time{}, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return time.Time{}, fmt.Errorf("no PEM block")
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return time.Time{}, err
	}
	return parsed.NotAfter, nil
}
