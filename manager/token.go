package manager

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"

	"chatsim/manager/room"
	"chatsim/manager/wire"
)

// newToken returns a secret that nobody can guess.
func newToken() string {
	b := make([]byte, wire.TokenLen/2)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}

// hashOf returns what the room keeps of a token. It is looked up by its hash, of which
// the time of a look-up may tell something: that says nothing about the token.
func hashOf(token string) room.Token { return sha256.Sum256([]byte(token)) }
