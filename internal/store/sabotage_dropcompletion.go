//go:build sabotage_dropcompletion

package store

// dropEvery loses one accepted run in so many: the proof that a crash test
// notices a delivery that never happens.
const dropEvery = 50
