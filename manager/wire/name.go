package wire

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// IsUnnamed reports whether a client's first line leaves its name to the server,
// which then takes the address of the client's socket.
func IsUnnamed(asked string) bool {
	asked = strings.TrimSpace(asked)
	return asked == "" || Visible(asked) == NoName
}

// CleanName returns the name that a client gets for the one that it asked for,
// or an error in words for the person who chose it. What cannot be seen is left
// out, but where emoji and scripts are written with it, and each white space is
// one ' ' inside of the name. A clean name is its own clean name.
func CleanName(asked string) (string, error) {
	asked = strings.TrimSpace(asked)
	switch {
	case asked == "":
		return "", fmt.Errorf("name is empty")
	case !utf8.ValidString(asked):
		return "", fmt.Errorf("name is not valid UTF-8")
	case strings.ContainsFunc(asked, isControl):
		return "", fmt.Errorf("name has a control character in it")
	case strings.ContainsFunc(asked, turnsText):
		return "", fmt.Errorf("name has a character in it that turns the direction of writing, or ends a line")
	}
	name := withoutUnseen(asked)
	switch {
	case !strings.ContainsFunc(name, isSeen):
		return "", fmt.Errorf("name has nothing in it that can be seen")
	case len(name) > MaxName:
		return "", fmt.Errorf("name is %d bytes long, at most %d are allowed", len(name), MaxName)
	case strings.Contains(name, "@"):
		return "", fmt.Errorf("name has an @ in it")
	case looksLikeGroup(name):
		return "", fmt.Errorf("name is that of the group")
	case looksLikeServer(name):
		return "", fmt.Errorf("name is that of the server")
	case !norm.NFC.IsNormalString(strings.Map(spaced, asked)):
		return "", fmt.Errorf("name is not in Unicode normal form C, in which %q is written %q", asked, norm.NFC.String(asked))
	}
	return name, nil
}

// spaced maps what looks like a space to one.
func spaced(r rune) rune {
	if isBlank(r) {
		return ' '
	}
	return r
}
