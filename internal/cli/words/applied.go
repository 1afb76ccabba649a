package words

import (
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
