package bench

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

// policyOf reads the scheduling policy of a thread of this process, field 41 of its stat.
func policyOf(t *testing.T, thread string) string {
	t.Helper()
	text, err := os.ReadFile("/proc/self/task/" + thread + "/stat")
	if os.IsNotExist(err) {
		return "" // it has ended
	}
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	return fields[41-3]
}

func checkPolicies(t *testing.T, want string) {
	t.Helper()
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, thread := range threads {
		if got := policyOf(t, thread.Name()); got != want && got != "" {
			t.Errorf("thread %s has policy %s, want %s", thread.Name(), got, want)
		}
	}
}

func TestTheClientGivesWayWhileItAsks(t *testing.T) {
	checkPolicies(t, "0")
	asked := false
	_, err := closed(t.Context(), 1, time.Minute, nil, func(context.Context, int) error {
		if !asked {
			checkPolicies(t, "3")
		}
		asked = true
		return context.Canceled
	})
	if err == nil || !asked {
		t.Error(asked, err)
	}
	checkPolicies(t, "0")
}
