package manager

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"regexp"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

const secret = "open sesame"

func at(ip string) *net.TCPAddr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: 4000} }

// wait returns how long a right password takes to be taken.
func wait(t *testing.T, m *Manager, from net.Addr) time.Duration {
	t.Helper()
	start := time.Now()
	if !m.Trust(t.Context(), from, secret) {
		t.Error("a right password is refused")
	}
	return time.Since(start)
}

// Whoever guesses on many connections and waits for the answers is slowed, and
// nobody who knows the password notices, at that address or elsewhere.
func TestGuessesAreSlowed(t *testing.T) {
	for _, c := range []struct{ guessers, most int }{{1, 610}, {50, 700}, {500, 500 + 10*500}} {
		inBubble(t, Config{Password: secret}, func(t *testing.T, m *Manager) {
			ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
			defer stop()
			var guessing sync.WaitGroup
			for range c.guessers {
				guessing.Go(func() {
					for ctx.Err() == nil {
						m.Trust(ctx, at("192.0.2.1"), "a guess")
					}
				})
			}
			for range 500 {
				time.Sleep(time.Second)
				if took := wait(t, m, at("192.0.2.1")); took > 0 {
					t.Errorf("%d guessers: one at their address waits for %v", c.guessers, took)
				}
			}
			guessing.Wait()
			if n := m.Stats().WrongPasswords; n > uint64(c.most) {
				t.Errorf("%d guessers tried %d in ten minutes, want at most %d", c.guessers, n, c.most)
			}
		})
	}
}

// Whoever does not wait for answers gets ten guesses a second, and holds up
// those at the same address for as long as its connections take at most; not at
// all if it closes them.
func TestGuessesWithoutPatience(t *testing.T) {
	for what, gone := range map[string]bool{"stays": false, "closes": true} {
		inBubble(t, Config{Password: secret}, func(t *testing.T, m *Manager) {
			const guessers, lasts = 500, 10 * time.Minute
			ctx, stop := context.WithTimeout(t.Context(), lasts)
			defer stop()
			var guessing sync.WaitGroup
			var tried atomic.Int64
			for range guessers {
				guessing.Go(func() {
					for ctx.Err() == nil {
						if _, _, err := m.guesses.try(ctx, guessedFrom(at("192.0.2.1")), false, func() bool { return gone }); err == nil {
							tried.Add(1)
						}
					}
				})
			}
			longest := (guessers + 1) * lookEvery
			if gone {
				longest = lookEvery
			}
			for range 8 {
				time.Sleep(time.Second)
				if took := wait(t, m, at("192.0.2.1")); took > longest {
					t.Errorf("who guesses %s: one at their address waits for %v", what, took)
				}
				if took := wait(t, m, at("192.0.2.2")); took > 0 {
					t.Errorf("who guesses %s: one elsewhere waits for %v", what, took)
				}
			}
			guessing.Wait()
			if n, most := tried.Load(), int64(lookBurst+lasts/lookEvery+1); n > most {
				t.Errorf("who guesses %s: %d guesses in %v, want at most %d", what, n, lasts, most)
			}
		})
	}
}

// No more attempts wait than there is room for, and those who listen no more
// make room first.
func TestGuessesCrowd(t *testing.T) {
	inBubble(t, Config{Password: secret}, func(t *testing.T, m *Manager) {
		var refused, refusedGone atomic.Int64
		var guessing sync.WaitGroup
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		for i := range lookBurst + 2*maxWaiting {
			gone := i < lookBurst+10
			guessing.Go(func() {
				if _, _, err := m.guesses.try(ctx, guessedFrom(at("192.0.2.1")), false, func() bool { return gone }); err == errCrowd && gone {
					refusedGone.Add(1)
				} else if err == errCrowd {
					refused.Add(1)
				}
			})
			synctest.Wait() // in this order
		}
		guessing.Wait()
		if refusedGone.Load() != 10 || refused.Load() != maxWaiting-10 {
			t.Errorf("%d who listen and %d who do not are refused, want %d and 10", refused.Load(), refusedGone.Load(), maxWaiting-10)
		}
	})
}

// All that a guesser does comes to a few lines in the log, which tell how often,
// and is forgotten after a while.
func TestGuessesAreLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		m := New(Config{Password: secret, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		for i := range 30 {
			m.Trust(t.Context(), at(fmt.Sprint("192.0.2.", i%2)), "a guess")
		}
		time.Sleep(5 * time.Minute)
		m.guesses.mu.Lock()
		left := len(m.guesses.of)
		m.guesses.mu.Unlock()
		if left != 0 {
			t.Errorf("%d addresses are not forgotten", left)
		}
		lines, told := 0, 0
		for _, n := range regexp.MustCompile(`msg="wrong password" address=192\.0\.2\.\d/32 times=(\d+)`).FindAllStringSubmatch(log.String(), -1) {
			lines++
			times, _ := strconv.Atoi(n[1])
			told += times
		}
		if told != 30 || lines > 12 {
			t.Errorf("%d wrong passwords are told in %d lines:\n%s", told, lines, log.String())
		}
		shut(t, m)
	})
}

// One who sends a wrong password and closes is gone at once; one who has a
// right one behind others is let in however late that is.
func TestGuessOverConnections(t *testing.T) {
	inBubble(t, Config{Password: secret, LoginTimeout: 5 * time.Second}, func(t *testing.T, m *Manager) {
		for range lookBurst + 200 {
			u := visit(t, m)
			u.send("a guess")
			u.conn.Close()
		}
		late := visit(t, m)
		late.send(secret)
		late.send("bob")
		late.greeted("bob")
		time.Sleep(2 * guessPause)
		synctest.Wait()
		if st := m.Stats(); st.Connections != 1 || st.WrongPasswords != lookBurst+200 {
			t.Errorf("%d connections, %d wrong passwords", st.Connections, st.WrongPasswords)
		}
	})
}

func TestGuessedFrom(t *testing.T) {
	for addr, want := range map[string]string{
		"192.0.2.7": "192.0.2.7/32", "::ffff:192.0.2.7": "192.0.2.7/32", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "127.1.2.3": "127.0.0.0/8", "::1": "127.0.0.0/8",
	} {
		if got := guessedFrom(at(addr)).String(); got != want {
			t.Errorf("%s counts as %s, want %s", addr, got, want)
		}
	}
}
