package dialect

// Caller is a codec whose client asks for something over HTTP before its stream
// begins: a login that is answered by a token or a cookie. Whoever drives it makes
// the requests that Call returns, one after the other, and hands the answers to
// Answered, before Login is called.
type Caller interface {
	// Call returns the next request; nil: the stream may begin.
	Call() (*Call, error)
	// Answered takes the answer. Its error is a *CallError where the server lets the
	// client not in.
	Answered(*Answer) error
	// Upgrade returns the path of the WebSocket and the headers of the request for it.
	// The path is empty where it is left to the caller. cookie returns the cookies that
	// a path's request has by earlier answers, as its header.
	Upgrade(cookie func(path string) string) (path string, header map[string]string, err error)
}

// Call is a request over HTTP.
type Call struct {
	Method string
	URL    string // or its path alone: at the server of the stream
	Header map[string]string
	Body   []byte
}

// Answer is what a server answers to a Call.
type Answer struct {
	Status  int
	Reason  string            // the status in words; may be empty
	Header  map[string]string // by their names in lower case
	Cookies map[string]string // that are set
	Body    []byte
}

// CallError is that a server's answer over HTTP does not let a client in.
type CallError struct{ Err error }

func (e *CallError) Error() string { return e.Err.Error() }
func (e *CallError) Unwrap() error { return e.Err }
