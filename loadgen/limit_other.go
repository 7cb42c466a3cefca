//go:build !unix

package loadgen

// CheckDescriptors reports whether this process may open so many sockets for each
// chatter; there is no limit to ask for here.
func (c Config) CheckDescriptors(socketsPerUser int) error { return nil }

// Descriptors knows no limit here.
func Descriptors(users, socketsPerUser int) (need, have uint64) {
	return uint64(users) * uint64(socketsPerUser), 0
}
