package flags

// For the tests that import what imports this package.
var (
	Refusals = refusals
	Scripted = known
)
