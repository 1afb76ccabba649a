//go:build !sabotage_haste

package lane

const haste = 1
