package loadgen

import (
	"strings"
	"testing"

	"chatsim/loadgen/scenario"
	"chatsim/loadgen/scenario/file"
	"chatsim/manager/hinted"
)

// Roles that cannot be are refused before a run, with what to do.
func TestRolesRefused(t *testing.T) {
	for _, c := range []struct {
		roles      string
		change     func(*Config)
		want, hint string
	}{
		{"{flood: {count: 3}}", func(c *Config) {}, "", ""},
		{"{flood: {count: 3}, stalled: {talks: true}}", func(c *Config) { c.Users = 3 }, "", ""},
		{"{flood: {share: 50%}, slow: {share: 50%}}", func(c *Config) { c.Users = 10 }, "", ""},
		{"{flood: {count: 3}}", func(c *Config) { c.Users = 2 }, "scenario x has 3 chatters with roles, and there are 2 users", "-users 3"},
		{"{flood: {count: 3}}", func(c *Config) { c.ExpectFull = 5 }, "the roles of scenario x need a room that lets everybody in", "-expect-full"},
		{"{dribble: {}}", func(c *Config) { c.Capabilities = Raw() }, "over the raw dialect each write is a line of its own: nobody can dribble there", "-dialect"},
		{"{flood: {}, slow: {}}", func(c *Config) { c.Capabilities = Raw() }, "", ""},
	} {
		f, err := file.Read("x.yaml", []byte("roles: "+c.roles))
		if err != nil {
			t.Fatal(err)
		}
		cfg := Config{Scenario: scenario.Of(f, nil)}
		c.change(&cfg)
		_, err = cfg.Script()
		if (err == nil) != (c.want == "") || err != nil && (err.Error() != c.want || !strings.Contains(hinted.Hint(err), c.hint)) {
			t.Errorf("%s: %v (hint %s), want %s (hint %s)", c.roles, err, hinted.Hint(err), c.want, c.hint)
		}
	}
}
