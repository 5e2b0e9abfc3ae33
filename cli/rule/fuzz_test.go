package rule

import "testing"

// FuzzChinese: every sentence has some rendering, and one without a translation is shown as it is.
func FuzzChinese(f *testing.F) {
	f.Add("must be 7, one more than the record's")
	f.Add(`must be "%s%!" here`)
	f.Add("the rules refuse it: conflict: key: a record with this key exists (document/0f3a)")
	f.Add("the header of the header of the JWK is not JSON: : (: )")
	f.Fuzz(func(t *testing.T, text string) {
		for _, say := range []func(string) string{Chinese, Detail, Operation} {
			if say(text) == "" && text != "" {
				t.Errorf("nothing is said for %q", text)
			}
		}
	})
}
