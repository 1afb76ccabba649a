//go:build !no_ui

// Package web holds the built interface. It is built apart, into dist, by a
// tool that not every machine has: without it, and with the build tag no_ui,
// the program works and has no interface.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files are the files of the interface; nil when it was not built.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil
	}
	if _, err := fs.Stat(files, "index.html"); err != nil {
		return nil
	}
	return files
}
