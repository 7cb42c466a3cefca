package dialect

// Caller is a codec whose client asks for something over HTTP: before its stream
// begins, such as for a login that is answered by a token or a cookie, and beside the
// stream, such as by a POST for each line. Whoever drives it makes the requests that
// Call returns, one after the other, and hands the answers to Answered: as long as
// there are some before Login is called, and after anything else was called of it.
type Caller interface {
	// Call returns the next request; nil: there is none, or one is under way.
	Call() (*Call, error)
	// Answered takes the answer. Its error is a *CallError where the server lets the
	// client not in. Beside the stream it has none: what comes of the answer Decode
	// returns, see Waiter, also a *CallError.
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
	Err     error // why there is no answer; nil: there is one
}

// CallError is that a server's answer over HTTP does not let a client in, or, in the
// middle of a stream, that a request was of no use. The stream goes on behind that.
type CallError struct{ Err error }

func (e *CallError) Error() string { return e.Err.Error() }
func (e *CallError) Unwrap() error { return e.Err }
