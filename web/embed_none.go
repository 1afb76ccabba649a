//go:build no_ui

// Package web holds the built interface; this build goes without one.
package web

import "io/fs"

// Files are nil: there is no interface.
func Files() fs.FS { return nil }
