//go:build !sabotage_forgets

package engine

const forgets = false
