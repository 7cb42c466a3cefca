package web

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html"
	"regexp"
	"strings"

	"chatsim/manager/guard"
)

//go:embed static
var static embed.FS

// view returns a page with its style and script written into it: one answer brings
// all that it needs to be used. Its policy lets that style and that script act, by
// their hashes, and no others. The script is that of a module and of those that it
// imports. values are pairs, of what stands for a value in the page and the value, which
// is text in an element or in a quoted attribute.
func view(name, module string, styles []string, values ...string) file {
	var style strings.Builder
	for _, s := range styles {
		style.WriteString(source(s))
	}
	script := "'use strict';\n" + join(module, make(map[string]bool))
	parts := []string{"{{style}}", style.String(), "{{script}}", script}
	for i := 0; i < len(values); i += 2 {
		parts = append(parts, values[i], html.EscapeString(values[i+1]))
	}
	page := strings.NewReplacer(parts...).Replace(source(name))
	f := newFile([]byte(page), "text/html; charset=utf-8", "no-store")
	f.policy = guard.PagePolicy(hashOf(script), hashOf(style.String()))
	return f
}

// hashOf returns how a policy names what is written into a page.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func source(name string) string {
	body, err := static.ReadFile("static/" + name)
	if err != nil {
		panic(err) // it is part of the binary
	}
	return string(body)
}

// The forms in which modules import and export, each on a line of its own. No text in a
// module goes over the end of a line.
var (
	imported = regexp.MustCompile(`(?m)^import (?:(\{[^}\n]*\}|\* as \w+) from )?'\./(\w+)\.js';\n`)
	exported = regexp.MustCompile(`(?m)^export ((?:async )?(?:const|function|class) (\w+))`)
	foreign  = regexp.MustCompile(`(?m)^(?:import|export)\b.*`)
	padding  = regexp.MustCompile(`(?m)^\s+(?://.*\n)?|^//.*\n`) // and comments
)

// join returns a module and those that it imports as one script, each of them once,
// as a function whose scope it is and which returns what it exports, behind those that
// it imports itself. joined are those that are there already.
func join(module string, joined map[string]bool) string {
	if joined[module] {
		return ""
	}
	joined[module] = true
	body := padding.ReplaceAllString(source(module+".js"), "")
	var before strings.Builder
	for _, m := range imported.FindAllStringSubmatch(body, -1) {
		before.WriteString(join(m[2], joined))
	}
	body = imported.ReplaceAllStringFunc(body, func(line string) string {
		m := imported.FindStringSubmatch(line)
		if m[1] == "" {
			return ""
		}
		return fmt.Sprintf("const %s = module_%s;\n", strings.TrimPrefix(m[1], "* as "), m[2])
	})
	var names []string
	for _, m := range exported.FindAllStringSubmatch(body, -1) {
		names = append(names, m[2])
	}
	body = exported.ReplaceAllString(body, "$1")
	if odd := foreign.FindString(body); odd != "" {
		panic(fmt.Sprintf("%s.js: %s", module, odd)) // it is part of the binary
	}
	return fmt.Sprintf("%sconst module_%s = (() => {\n%sreturn { %s };\n})();\n", before.String(), module, body, strings.Join(names, ", "))
}
