package words

import (
	"cmp"
	"fmt"
	"strings"

	"gonets/api"
)

// Applied is what a document came to: a source's address, a scenario's version.
func Applied(d *api.Applied) string {
	switch {
	case d.Version > 0:
		return fmt.Sprintf("version %d, %s", d.Version, d.State)
	case d.State != "":
		return string(d.State)
	}
	return d.URL
}

// Absent warns of what a rule is for and is not there.
func Absent(a *api.Absent) string {
	return fmt.Sprintf("warning: settings %s: there is no %s %s yet; until there is, this tells nothing. Apply it, or correct the name", a.Pointer, strings.ToLower(a.Kind), a.Name)
}

// Replaced tells what a file took the place of without being asked; at is when that
// came to be, for people.
func Replaced(d *api.Applied, at string) string {
	r, by := d.Replaced, cmp.Or(d.Replaced.By, "somebody")
	what := fmt.Sprintf("%s %s: its file names no", d.Kind, d.Name)
	switch {
	case r.Deleted:
		return fmt.Sprintf("%s state of this server in based_on, so nobody asked whether it knew that %s deleted it (%s); gonets export writes it.", what, by, at)
	case r.Version > 0:
		return fmt.Sprintf("%s version of this server in based_on, so nobody asked whether it knew version %d, which it replaces (by %s, %s); gonets export writes it.", what, r.Version, by, at)
	}
	return fmt.Sprintf("%s state of this server in based_on, so nobody asked whether it knew what it replaces (by %s, %s); gonets export writes it.", what, by, at)
}
