//go:build sabotage_forgets

package engine

// forgets lets a server that stops forget which steps have ended meanwhile, so that they
// are done again after its next start: the proof that a test of restarts can fail.
const forgets = true
