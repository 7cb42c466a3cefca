// Package several opens a room of this process for simulations and tests: of one
// Manager, or of several that serve it together, over a NATS server within the
// process. With the build tag nocluster NATS is left out, and there is one alone.
package several
