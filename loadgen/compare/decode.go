package compare

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// decoded returns a text in UTF-8 without a byte order mark. PowerShell's > writes
// UTF-16, and editors put a mark in front.
func decoded(b []byte) ([]byte, error) {
	endian, bom := unicode.LittleEndian, unicode.UseBOM
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(b, []byte("\x00\x00\xfe\xff")):
		return nil, errors.New("is in UTF-32, a report is in UTF-8")
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
	case bytes.HasPrefix(b, []byte("{\x00")):
		bom = unicode.IgnoreBOM
	case bytes.HasPrefix(b, []byte("\x00{")):
		endian, bom = unicode.BigEndian, unicode.IgnoreBOM
	default:
		return bytes.TrimPrefix(b, []byte("\ufeff")), nil
	}
	return unicode.UTF16(endian, bom).NewDecoder().Bytes(b)
}

// kinds are what people name by mistake, by how it begins.
var kinds = []struct{ begin, what string }{
	{"chatsim-trace ", "it is a trace, which -judge reads"}, {"<!DOCTYPE html", "it is an HTML page"}, {"<?xml", "it is XML"}, {"goos:", "it is in Go's benchmark format"},
	{"PASSED  ", "it is the report's text"}, {"FAILED  ", "it is the report's text"}, {"INCONCLUSIVE  ", "it is the report's text"},
	{"MEASURED", "it is the report's text"}, {"\x1f\x8b", "it is compressed, by gzip"}, {"PK\x03\x04", "it is a ZIP archive"},
}

// what returns what a file is that is not JSON.
func what(b []byte) string {
	for _, k := range kinds {
		if bytes.HasPrefix(b, []byte(k.begin)) {
			return k.what
		}
	}
	if bytes.IndexByte(b, 0) >= 0 || !utf8.Valid(b) {
		return "it is not text"
	}
	return "it is not JSON"
}
