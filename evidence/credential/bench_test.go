package credential

import "testing"

func eachAlgorithm(b *testing.B, run func(b *testing.B, p people)) {
	for _, algorithm := range []Algorithm{ES256, EdDSA} {
		b.Run(string(algorithm), func(b *testing.B) {
			b.ReportAllocs()
			run(b, newPeople(b, algorithm, algorithm))
		})
	}
}

func BenchmarkIssue(b *testing.B) {
	eachAlgorithm(b, func(b *testing.B, p people) {
		random, in := &counter{}, p.issuance(b)
		for b.Loop() {
			if _, err := Issue(random, p.issuer, in); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkPresent(b *testing.B) {
	eachAlgorithm(b, func(b *testing.B, p people) {
		compact := p.issue(b)
		for b.Loop() {
			if _, err := Present(compact, []string{"name", "over_18"}, p.holder, binding); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	eachAlgorithm(b, func(b *testing.B, p people) {
		presentation := p.present(b, "name", "over_18")
		for b.Loop() {
			if _, err := verify(presentation, p.resolve, expected); err != nil {
				b.Fatal(err)
			}
		}
	})
}
