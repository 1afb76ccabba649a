//go:build !sabotage_dropcompletion

package store

const dropEvery = 0
