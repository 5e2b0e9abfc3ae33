package chaincode_test

import (
	"bytes"
	"testing"

	"github.com/imi-ledger/imi/chaincode/fakeledger"
	"github.com/imi-ledger/imi/ledger"
)

// TestOrganisationsAreThoseOfTheirCertificates submits with certificates that are known, new, and none at all.
func TestOrganisationsAreThoseOfTheirCertificates(t *testing.T) {
	s := founded(t)
	s.must(t, police, ledger.AttestationIssue, s.district.Issue(1))
	former := s.creators[police]
	s.creators[police] = s.creators[service]
	s.refused(t, police, ledger.AttestationIssue, s.district.Issue(2), ledger.NotAllowed)
	s.creators[police] = fakeledger.Creator(string(police)) // renewed
	s.must(t, police, ledger.AttestationIssue, s.district.Issue(2))
	s.creators[police] = former
	s.must(t, police, ledger.AttestationIssue, s.district.Issue(3))
	for _, bad := range [][]byte{nil, {}, []byte("no identity"), former[:len(former)-50], bytes.Replace(former, []byte("BEGIN"), []byte("BEGUN"), 1),
		bytes.Replace(former, []byte("MII"), []byte("MIJ"), 1)} {
		s.creators[police] = bad
		s.refused(t, police, ledger.AttestationIssue, s.district.Issue(4), ledger.NotAllowed)
	}
}
