package flags

// checkRoom looks at what a live room and its chatter are told.
func (c *Config) checkRoom() error {
	switch {
	case c.Explicit("tls-cert") != c.Explicit("tls-key"):
		return &Error{msg: "-tls-cert and -tls-key go together", hint: "write -tls-cert FILE -tls-key FILE"}
	case c.Explicit("tls-ca") && !c.TLS:
		return &Error{msg: "-tls-ca goes with -tls only", hint: "add -tls"}
	case c.Explicit("record") && c.Record == "":
		return &Error{msg: "-record needs the name of a file", hint: "-record off records nothing"}
	case c.Explicit("log") && c.Log == "":
		return &Error{msg: "-log needs the name of a directory", hint: "-log . is this one"}
	case c.Record == "off":
		c.Record = ""
		if c.RecordPrivate {
			return &Error{msg: "-record-private and -record off contradict each other", hint: "leave one of them out"}
		}
	}
	return nil
}
