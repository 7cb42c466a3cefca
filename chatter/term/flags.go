package term

import "github.com/spf13/pflag"

// Flags defines the flags that set c.
func (c *Config) Flags(fs *pflag.FlagSet) {
	fs.StringVar(&c.Addr, "join", "", "`HOST:PORT`|talk in a room from this terminal, or send it what comes in by a pipe; several addresses of one room with commas between them")
	fs.StringVar(&c.Name, "name", "", "`NAME`|to ask for")
	fs.StringVar(&c.LogDir, "log", "", "`DIR`|keep one's own record there, client<name>.txt")
	fs.BoolVar(&c.TLS, "tls", false, "the room speaks TLS; so says -join tls://HOST:PORT")
	fs.StringVar(&c.TLSCA, "tls-ca", "", "`FILE`|certificates in PEM to trust instead of the system's")
	c.Password.Flags(fs)
}
