package manager

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"chatsim/manager/hinted"
)

// settings are what all Managers of a room must have alike.
type settings struct {
	StrictNames bool   `json:"strict_names"`
	MaxUsers    int    `json:"max_users"`
	MaxLine     int    `json:"max_line"`
	Names       string `json:"names"` // Unicode version by which they are compared
}

func (m *Manager) settings() settings {
	return settings{m.cfg.StrictNames, m.cfg.MaxUsers, m.cfg.MaxLine, unicode.Version}
}

// text returns the settings as they travel.
func (s settings) text() json.RawMessage {
	b, _ := json.Marshal(s) // never fails
	return b
}

// check returns an error unless a room has these settings too.
func (s settings) check(text []byte) error {
	var room settings
	if err := json.Unmarshal(text, &room); err != nil {
		return fmt.Errorf("read the settings of the room: %w", err)
	}
	var differ []string
	note := func(what string, here, there any) {
		if here != there {
			differ = append(differ, fmt.Sprintf("%s is %v there, and %v here", what, there, here))
		}
	}
	note("-strict-names", s.StrictNames, room.StrictNames)
	note("-max-users", s.MaxUsers, room.MaxUsers)
	note("the length of a line", s.MaxLine, room.MaxLine)
	note("the version of Unicode", s.Names, room.Names)
	if len(differ) == 0 {
		return nil
	}
	return hinted.New("the room is one with other settings: "+strings.Join(differ, "; "), "start every chatsim of the room with the same -strict-names and -max-users, and of the same build")
}
