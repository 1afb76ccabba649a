package config

import (
	"fmt"
	"strings"
)

// Table is the list of settings for the documentation, in Markdown.
func Table() string {
	var b strings.Builder
	b.WriteString("| Flag | Environment | File | Default | What it does |\n| --- | --- | --- | --- | --- |\n")
	for _, f := range Fields() {
		if f.Hidden {
			continue
		}
		flag, env, key, def := "—", "`"+f.Env+"`", "—", "—"
		if f.Flag != "" {
			flag = "`--" + f.Flag + "`"
		}
		if f.Secret {
			env += ", `" + f.Env + "_FILE`"
		}
		if f.InFile() {
			key = "`" + f.Name + "`"
		}
		if f.Default != "" {
			def = "`" + f.Default + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", flag, env, key, def, f.Help.En)
	}
	return b.String()
}
