//go:build sabotage_unfenced

package engine

// unfenced lets a node that must count as dead work on: the proof that the tests
// of the fence can fail.
const unfenced = true
