package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// kindOf returns the kind of the control object with this key.
func kindOf(key string) Kind {
	switch key {
	case "welcome":
		return Welcome
	case "join":
		return Join
	case "leave":
		return Leave
	case "error":
		return Error
	}
	return Invalid
}

// parseJSON reads rosters and control objects. The scanner knows the shapes
// that this package writes; all other JSON is left to encoding/json, which
// also finds the words for what is wrong.
func (f *Frame) parseJSON(b []byte) error {
	f.reset()
	s := scanner{b: b, frame: f}
	if s.scanFrame() {
		return nil
	}
	f.reset()
	var err error
	switch {
	case b[0] == '[':
		err = f.decodeNames(Roster, b)
	case keyless(b):
		f.Kind = Unknown
	default:
		err = f.decodeObject(b)
	}
	if err != nil {
		f.reset()
		return fmt.Errorf("%w: %w", ErrJSON, err)
	}
	return nil
}

func (f *Frame) reset() {
	*f = Frame{Raw: f.Raw, Names: f.Names[:0], scratch: f.scratch[:0]}
}

// keyless reports whether an object has no known key, nor any within it or spelled
// with escapes: a server may send very many, and they need not be decoded.
func keyless(b []byte) bool {
	for _, known := range knownKeys {
		if bytes.Contains(b, known) {
			return false
		}
	}
	return bytes.IndexByte(b, '\\') < 0 && json.Valid(b)
}

var knownKeys = [][]byte{[]byte(`"welcome"`), []byte(`"join"`), []byte(`"leave"`), []byte(`"error"`)}

// decodeObject finds the one known key of a control object; an object without
// one is Unknown.
func (f *Frame) decodeObject(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	if _, err := d.Token(); err != nil { // {
		return err
	}
	known := 0
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		if key == "token" {
			f.Token = decodeToken(value)
		}
		kind := kindOf(key.(string))
		if kind == Invalid {
			continue
		}
		if known++; known > 1 {
			return fmt.Errorf("%q is not its only known key", key)
		}
		if err := f.decodeValue(kind, value); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil { // }
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("more follows the object")
	}
	if known == 0 {
		f.Kind = Unknown
	}
	if f.Kind != Welcome {
		f.Token = nil
	}
	return nil
}

func (f *Frame) decodeValue(kind Kind, value []byte) error {
	if kind == Join || kind == Leave {
		return f.decodeNames(kind, value)
	}
	var s *string
	if err := json.Unmarshal(value, &s); err != nil {
		return err
	}
	if s == nil {
		return fmt.Errorf("null where a string belongs")
	}
	f.Kind = kind
	if kind == Error {
		f.Text = []byte(*s)
	} else {
		f.Names = append(f.Names, []byte(*s))
	}
	return nil
}

// decodeToken reads the token beside a welcome. What is no string is none.
func decodeToken(value []byte) []byte {
	var s string
	if json.Unmarshal(value, &s) != nil {
		return nil
	}
	return []byte(s)
}

func (f *Frame) decodeNames(kind Kind, value []byte) error {
	var names []*string
	if err := json.Unmarshal(value, &names); err != nil {
		return err
	}
	if names == nil {
		return fmt.Errorf("null where an array belongs")
	}
	for _, s := range names {
		if s == nil {
			return fmt.Errorf("null where a name belongs")
		}
		f.Names = append(f.Names, []byte(*s))
	}
	f.Kind = kind
	return nil
}
