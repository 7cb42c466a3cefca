package loadgen

import (
	"fmt"
	"sort"

	"chatsim/loadgen/report"
	"chatsim/manager/hinted"
)

// mostUsers is how many no run has.
const mostUsers = 1 << 29

// Chatters returns the most that are connected at a time.
func (c Config) Chatters() int {
	c = c.withDefaults()
	return c.chatters(c.Users)
}

func (c *Config) chatters(users int) int {
	return c.Scenario.Peak(users) + c.Scenario.RoleUsers(users)
}

// validateCrowd looks whether there are users enough in each phase, and not more
// chatters with roles than users.
func (c *Config) validateCrowd() error {
	roles, fewest := c.Scenario.RoleUsers(c.Users), c.Scenario.Fewest(c.Users)
	switch {
	case fewest < 1:
		return hinted.New(fmt.Sprintf("with %s, scenario %s has %d left in one of its phases, and at least 1 must talk", report.Plural(int64(c.Users), "user", "users"), c.Scenario.Name, max(fewest, 0)),
			c.toBegin("begin with more: "))
	case roles > fewest:
		return hinted.New(fmt.Sprintf("scenario %s has %d chatters with roles, and there are %d users", c.Scenario.Name, roles, fewest),
			c.toBegin("the users are whom a role is measured by: "))
	}
	return nil
}

// toBegin returns a hint on how many users the scenario can be made with.
func (c *Config) toBegin(why string) string {
	if n := c.LeastUsers(); n > 0 {
		return fmt.Sprintf("%s-users %d", why, n)
	}
	return "with more users there are as many more in roles: write smaller shares in the file, or have fewer leave"
}

// LeastUsers returns the fewest users, those of the Config or more, with which the
// scenario can be made; 0: there is no such number.
func (c *Config) LeastUsers() int {
	fits := func(users int) bool {
		fewest := c.Scenario.Fewest(users)
		return fewest >= 1 && c.Scenario.RoleUsers(users) <= fewest
	}
	from := max(c.Users, 1)
	for to := from; to <= mostUsers; to *= 2 {
		if fits(to) {
			return from + sort.Search(to-from, func(n int) bool { return fits(from + n) })
		}
	}
	return 0
}

// usersAmong returns the most users with whom no more than so many chatters are
// connected; 0: the scenario cannot be made with so few, or says itself who is there.
func (c Config) usersAmong(chatters int) int {
	c = c.withDefaults()
	c.Users = sort.Search(c.Users, func(n int) bool { return c.chatters(n+1) > chatters })
	if c.Story != nil || c.Users < 1 || c.validateCrowd() != nil {
		return 0
	}
	return c.Users
}
