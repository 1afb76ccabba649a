//go:build !nextversion

package migrations

func later(int) []migration { return nil }
