package wire

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Orders are the commands that a server carries out for whoever is allowed them,
// without their slash: a new name, and what an operator does.
var Orders = []string{"nick", "op", "kick", "ban", "banaddress", "unban", "bans"}

// commands are the words that people type behind a slash, here or in a client.
var commands = append([]string{"/msg", "/reply", "/who", "/me", "/help", "/quit", "/leave", "/history"}, slashed(Orders)...)

func slashed(words []string) (of []string) {
	for _, w := range words {
		of = append(of, "/"+w)
	}
	return of
}

// maxCommand is how many letters the longest command has.
const maxCommand = len("banaddress")

// slashes are what keyboards and input methods write where a slash is meant: the
// full-width one, those that look alike, the backslash beside it, and what
// Chinese and Japanese input methods make of the two keys.
const slashes = "/\\／＼⁄∕⧸╱÷、､・･"

// Misspelled reports whether a line was meant for a command, and for which,
// though it is spelled otherwise: behind any white space and unseen characters
// stand a slash, or what another keyboard writes for it, and a command of any
// case and width. It is for lines that were found to be no command: /msg Ann hi
// is one of those, too.
//
// Such a line is likely to be for one person, or for nobody: whoever typed it is
// told, and nobody else. A line whose slash stands before anything else is text,
// and so is one with two.
//
// The table that the tests of all clients may read is testdata/commands.json.
func Misspelled(line []byte) (command string, ok bool) {
	line = skipUnseen(line)
	slash, size := utf8.DecodeRune(line)
	if !strings.ContainsRune(slashes, slash) {
		return "", false
	}
	word := append(make([]byte, 0, 1+maxCommand), '/')
	for line = skipUnseen(line[size:]); len(line) > 0; line = line[size:] {
		var r rune
		r, size = utf8.DecodeRune(line)
		letter := fold(r)
		switch seen := isSeen(r); {
		case !seen && isCommand(word):
			return string(word), true
		case unicode.IsSpace(r), letter == ':', letter == ',':
			return string(word), isCommand(word)
		case !seen:
		case letter < 'a' || letter > 'z' || len(word) == cap(word):
			return "", false
		default:
			word = append(word, byte(letter))
		}
	}
	return string(word), isCommand(word)
}

func isCommand(word []byte) bool { return slices.Contains(commands, string(word)) }

// skipUnseen leaves out what is not to be seen at the start of b, white space
// and invalid bytes too.
func skipUnseen(b []byte) []byte {
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if isSeen(r) && (r != utf8.RuneError || size > 1) {
			break
		}
		b = b[size:]
	}
	return b
}

// fold returns a letter in its lower case and usual width.
func fold(r rune) rune {
	if usual := width.LookupRune(r).Folded(); usual != 0 {
		r = usual
	}
	return unicode.ToLower(r)
}
