//go:build unix

package loadgen

import (
	"strings"
	"testing"
)

// TestDescriptorAdvice holds that no run of no users is proposed.
func TestDescriptorAdvice(t *testing.T) {
	for most, want := range map[int]string{0: "an administrator can raise the limit of open files to 264 (", 1: "write -users 1; ", 100: "write -users 100; "} {
		if got := descriptorAdvice(264, most); !strings.HasPrefix(got, want) {
			t.Errorf("for %d: %q, want %q", most, got, want)
		}
	}
}
