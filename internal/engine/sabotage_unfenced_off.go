//go:build !sabotage_unfenced

package engine

const unfenced = false
