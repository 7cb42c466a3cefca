package report

import (
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
)

// hostile is text that would be markup, if it could.
const hostile = `"'><script>alert(1)</script><b onload=x {}&lt;` + "\x1b"

// TestMarkupIsText holds that whatever a report says stays text.
func TestMarkupIsText(t *testing.T) {
	rs := &Runs{Reports: []*Report{full(), refused()}, Old: []*Report{full()}, Notes: []string{""}, Lacks: "-",
		Compared: []Compared{{Metric: "delivery.p99", Gated: true, Verdict: "worse", Outcome: Failed}}}
	n := spoil(reflect.ValueOf(rs))
	for _, rs := range []*Runs{rs, One(rs.Reports[0]), One(rs.Reports[1])} {
		out := pageOf(t, rs)
		if strings.Contains(out, "<script") || strings.Contains(out, "<b o") || strings.Contains(out, "\x1b") {
			t.Error("a text has become markup")
		}
		said := texts(t, out)
		if strings.Count(said, `"'><script>alert(1)</script><b onload=x {}&lt;\x1b`) < 20 {
			t.Errorf("the page hardly says what %d texts of the report do:\n%s", n, said)
		}
	}
}

// spoil makes all texts behind v hostile, and counts them.
func spoil(v reflect.Value) (n int) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			n = spoil(v.Elem())
		}
	case reflect.Struct:
		for _, f := range v.Fields() {
			n += spoil(f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			n += spoil(v.Index(i))
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() && v.CanSet() {
			v.SetString(hostile)
			n = 1
		}
	}
	return n
}

// texts returns what the page says in elements and attributes.
func texts(t *testing.T, out string) string {
	t.Helper()
	var b strings.Builder
	in := xml.NewDecoder(strings.NewReader(out))
	in.Entity = xml.HTMLEntity
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.CharData:
			b.Write(token)
		case xml.StartElement:
			for _, a := range token.Attr {
				b.WriteString(a.Value + "\n")
			}
		}
	}
}

// TestMarkupPlaces holds that a text cannot be left out, nor stand nowhere.
func TestMarkupPlaces(t *testing.T) {
	for _, texts := range [][]string{nil, {"a"}, {"a", "b", "c"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%d texts for two places", len(texts))
				}
			}()
			new(markup).add("<p>{} {}</p>", texts...)
		}()
	}
}
