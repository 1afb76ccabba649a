// Package saved are the verbs of the command line for saved requests.
package saved

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/api"
	"gonets/internal/client"
)

// Screen is the command line as these verbs see it.
type Screen struct {
	Out io.Writer
	// Verb makes a verb that needs the server and may print for programs.
	Verb func(c *cobra.Command, run func(c *cobra.Command, server *client.Client, args []string) error) *cobra.Command
	// Print prints an answer for programs, or by show for people.
	Print func(v any, show func()) error
	// Safe is a text as a screen may show it.
	Safe func(text string) string
}

// table writes rows under a heading, columns aligned.
func (s Screen) table(heading string, rows [][]string) {
	w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	if heading != "" {
		rows = append([][]string{strings.Fields(heading)}, rows...)
	}
	for _, row := range rows {
		for i := range row {
			row[i] = s.Safe(row[i])
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	_ = w.Flush() // what cannot be printed is told to nobody
}

// Verbs are all of them.
func (s Screen) Verbs() []*cobra.Command {
	return []*cobra.Command{s.list(), s.show(), s.check(), s.delete()}
}

func (s Screen) list() *cobra.Command {
	return s.Verb(&cobra.Command{Use: "list", Short: "List saved requests with the scenarios that send them", Args: cobra.NoArgs},
		func(c *cobra.Command, server *client.Client, _ []string) error {
			l, err := server.Requests(c.Context())
			if err != nil {
				return err
			}
			return s.Print(l, func() {
				if len(l.Items) == 0 {
					fmt.Fprintln(s.Out, "There are no saved requests yet; make one with: gonets apply FILE")
					return
				}
				rows := make([][]string, len(l.Items))
				for i := range l.Items {
					r := &l.Items[i]
					rows[i] = []string{r.Name, r.Method, users(r), r.URL}
				}
				s.table("NAME METHOD USED-BY ADDRESS", rows)
			})
		})
}

// users are the scenarios that send a request; a star marks those that send an older
// text of it.
func users(r *api.SavedRequest) string {
	names := make([]string, len(r.UsedBy))
	for i, u := range r.UsedBy {
		names[i] = u.Scenario
		if u.Stale {
			names[i] += "*"
		}
	}
	if len(names) == 0 {
		return "-"
	}
	return strings.Join(names, ", ")
}

func (s Screen) show() *cobra.Command {
	return s.Verb(&cobra.Command{Use: "show NAME", Short: "Show a saved request, its parameters and who sends it", Args: cobra.ExactArgs(1)},
		func(c *cobra.Command, server *client.Client, args []string) error {
			r, err := server.Request(c.Context(), args[0])
			if err != nil {
				return err
			}
			return s.Print(r, func() {
				rows := [][]string{{"request", r.Method + " " + r.URL}, {"title", r.Title}}
				for _, p := range r.Params {
					text := p.Type
					if p.Required {
						text += ", required"
					}
					if len(p.Default) > 0 {
						text += ", " + string(p.Default) + " when left out"
					}
					rows = append(rows, []string{"parameter " + p.Name, text})
				}
				for _, u := range r.UsedBy {
					text := string(u.State)
					if u.Stale {
						text += ", sends an older text until its changes are applied"
					}
					rows = append(rows, []string{"scenario " + u.Scenario, text})
				}
				s.table("", rows)
			})
		})
}

func (s Screen) delete() *cobra.Command {
	return s.Verb(&cobra.Command{Use: "delete NAME", Short: "Delete a saved request that no scenario sends", Args: cobra.ExactArgs(1)},
		func(c *cobra.Command, server *client.Client, args []string) error {
			if err := server.DeleteRequest(c.Context(), args[0]); err != nil {
				return err
			}
			return s.Print(map[string]string{"deleted": args[0]}, func() { fmt.Fprintf(s.Out, "%s is deleted.\n", s.Safe(args[0])) })
		})
}

func (s Screen) check() *cobra.Command {
	var with []string
	c := s.Verb(&cobra.Command{Use: "check NAME", Short: "Send a saved request now, once, and tell what came back", Args: cobra.ExactArgs(1)},
		func(c *cobra.Command, server *client.Client, args []string) error {
			r, err := server.Request(c.Context(), args[0])
			if err != nil {
				return err
			}
			params, err := values(&r, with)
			if err != nil {
				return err
			}
			lines, err := server.CheckRequest(c.Context(), args[0], api.RequestTrial{Params: params})
			if err != nil {
				return err
			}
			went := false
			err = s.Print(lines, func() {
				for i := range lines {
					s.tell(&lines[i])
				}
			})
			for i := range lines {
				went = went || lines[i].Type == api.CheckFinished && lines[i].State == string(gonets.RunSucceeded)
			}
			if err == nil && !went {
				err = errors.New("the request did not go well")
			}
			return err
		})
	c.Flags().StringArrayVar(&with, "with", nil, "a parameter, such as text=Hello; may be given again")
	return c
}

// values are the parameters as JSON: those that are no texts as they are written.
func values(r *api.SavedRequest, with []string) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	for _, one := range with {
		name, text, found := strings.Cut(one, "=")
		if !found {
			return nil, fmt.Errorf("%q is no parameter; write --with NAME=VALUE", one)
		}
		isText := !slices.ContainsFunc(r.Params, func(p api.RequestParam) bool { return p.Name == name && p.Type != gonets.ParamString })
		if out[name] = json.RawMessage(text); isText || !json.Valid(out[name]) {
			out[name], _ = gonets.PlainJSON(text) // a text can be written
		}
	}
	return out, nil
}

// tell says what a line of a check says.
func (s Screen) tell(l *api.CheckLine) {
	if a := l.Attempt; a != nil {
		answer := a.Error
		if a.Response != nil {
			answer = fmt.Sprintf("%d in %d ms", a.Response.Status, a.DurationMS)
		}
		s.table("", [][]string{{"sent", a.Request.Method + " " + a.Request.URL}, {"answer", string(a.Outcome) + ": " + answer}})
	}
	if l.Type == api.CheckFinished {
		s.table("", [][]string{{"kept as", l.RunID}})
	}
}
