package cli

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"gonets"
	"gonets/api"
	"gonets/internal/cli/words"
	"gonets/internal/client"
)

func (a *app) eventsCommand() *cobra.Command {
	return a.remote(group("events", "Send, list and show events", a.eventsSend(), a.eventsList(), a.eventsShow()))
}

func (a *app) eventsSend() *cobra.Command {
	var text, query, method, path string
	var headers []string
	c := a.printing(&cobra.Command{
		Use: "send SOURCE", Short: "Make an event by hand", Args: cobra.ExactArgs(1),
		Example: `  gonets events send site --body '{"name": "Ann"}'
  gonets events send site --body @lead.json --header 'X-Form: contact'`,
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, args []string) error {
			ev := api.NewEvent{Method: method, Path: path, Query: strings.TrimPrefix(query, "?")}
			for _, h := range headers {
				name, v, ok := strings.Cut(h, ":")
				if !ok {
					return usagef("--header %q has no colon; write it like 'X-Form: contact'", h)
				}
				ev.Headers = append(ev.Headers, gonets.Header{Name: strings.TrimSpace(name), Value: strings.TrimSpace(v)})
			}
			if c.Flags().Changed("body") {
				body, err := a.eventBody(text)
				if err != nil {
					return err
				}
				ev.Text = string(body)
				if json.Valid(body) && gonets.HeaderValue(ev.Headers, "Content-Type") == "" {
					ev.Headers = append(ev.Headers, gonets.Header{Name: "Content-Type", Value: "application/json"})
				}
			}
			r, err := client.SendEvent(c.Context(), args[0], ev)
			if err != nil {
				return err
			}
			return a.print(r, func() { a.printSent(&r) })
		}),
	})
	f := c.Flags()
	f.StringVarP(&text, "body", "d", "", "the body: TEXT, @FILE, or - for the standard input; JSON is sent as JSON")
	f.StringArrayVarP(&headers, "header", "H", nil, "a header, 'Name: value'; repeat for more")
	f.StringVar(&query, "query", "", "the query string, such as a=1&b=2")
	f.StringVarP(&method, "method", "X", "POST", "the method")
	f.StringVar(&path, "path", "", "what follows the source's address")
	return c
}

// eventBody reads what --body names. It travels inside JSON, so it must be
// text.
func (a *app) eventBody(text string) ([]byte, error) {
	body := []byte(text)
	if name, isFile := strings.CutPrefix(text, "@"); isFile || text == "-" {
		var err error
		if body, err = a.readFile(name); err != nil {
			return nil, err
		}
	}
	if !utf8.Valid(body) {
		return nil, usagef("the body is not UTF-8 text; send it to the source's address instead, which gonets sources list shows")
	}
	return body, nil
}

func (a *app) printSent(r *api.NewEventResult) {
	if r.Duplicate {
		a.printf("Event %s had come in before; nothing new was made.\n", r.EventID)
		return
	}
	a.printf("Event %s is kept.\n", r.EventID)
	if len(r.Runs) == 0 {
		a.printf("No scenario takes this source, so nothing runs.\n")
	}
	for _, run := range r.Runs {
		a.printf("  Run %s of %s: %s\n", run.ID, safeLine(run.Scenario), a.paint(stateColour(string(run.State)), string(run.State)))
	}
}

func (a *app) eventsList() *cobra.Command {
	var f gonets.EventFilter
	var since string
	c := pageFlags(a.printing(&cobra.Command{
		Use: "list", Short: "List events, newest first", Args: cobra.NoArgs,
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, _ []string) (err error) {
			if f.Since, err = a.moment("since", since); err != nil {
				return err
			}
			l, err := client.Events(c.Context(), f)
			if err != nil {
				return err
			}
			return a.print(l, func() {
				var rows [][]cell
				for _, ev := range l.Items {
					rows = append(rows, []cell{text(ev.ID), text(ev.Source), text(a.ago(ev.ReceivedAt)), text(ev.Method),
						text(cmp.Or(ev.ContentType, "-")), text(size(int64(ev.Size))), text(string(ev.Mark))})
				}
				a.table("ID SOURCE RECEIVED METHOD TYPE SIZE MARK", rows)
				a.more(l.Next)
			})
		}),
	}), &f.Page)
	c.Flags().StringVar(&f.Source, "source", "", "only events of this source")
	c.Flags().StringVar(&since, "since", "", "only newer ones: 10m, 2h, 7d or a time such as 2026-03-01T12:00:00Z")
	return c
}

func (a *app) eventsShow() *cobra.Command {
	var raw bool
	c := a.printing(&cobra.Command{
		Use: "show ID", Short: "Show everything that came in", Args: cobra.ExactArgs(1),
		RunE: a.withClient(func(c *cobra.Command, client *client.Client, args []string) error {
			if raw {
				body, err := client.EventRaw(c.Context(), args[0])
				if err != nil {
					return err
				}
				_, err = a.Stdout.Write(body)
				return err
			}
			ev, err := client.Event(c.Context(), args[0])
			if err != nil {
				return err
			}
			return a.print(ev, func() { a.printEvent(&ev, true) })
		}),
	})
	c.Flags().BoolVar(&raw, "raw", false, "write the body byte for byte and nothing else")
	return c
}

// shownBody is how much of a body a person sees unless he asks for all.
const shownBody = 4 << 10

// printEvent shows what came in.
func (a *app) printEvent(ev *api.Event, full bool) {
	by := ""
	if ev.Actor != "" {
		by = ", made by " + safeLine(ev.Actor)
	}
	a.printf("%s event %s from %s, %s%s\n", a.paint(bold, "Received"), ev.ID, safeLine(ev.Source), a.at(ev.ReceivedAt), by)
	if ev.Mark != "" {
		a.printf("  Mark: %s\n", words.Mark(ev.Mark))
	}
	target := cmp.Or(ev.Path, "/")
	if ev.Query != "" {
		target += "?" + ev.Query
	}
	a.printMessage("  ", message{ev.Method + " " + target, ev.Headers, ev.Content}, full)
	if ev.Answer != nil {
		a.printf("  Answered by the scenario:\n")
		a.printMessage("    ", message{fmt.Sprintf("HTTP %d", ev.Answer.Status), ev.Answer.Headers, ev.Answer.Content}, full)
	}
}

// message is an HTTP message with its first line.
type message struct {
	line    string
	headers []gonets.Header
	content api.Content
}

// printMessage shows a message, every line behind the prefix.
func (a *app) printMessage(prefix string, m message, full bool) {
	a.printf("%s%s\n", prefix, a.paint(bold, safeLine(m.line)))
	for _, h := range m.headers {
		a.printf("%s%s\n", prefix, safeLine(h.Name+": "+h.Value))
	}
	c := m.content
	if c.Body == "" {
		return
	}
	a.printf("%s\n", strings.TrimRight(prefix, " "))
	if c.Encoding != "" {
		a.printf("%s(%s that are not text)\n", prefix, size(int64(base64.StdEncoding.DecodedLen(len(c.Body))-strings.Count(c.Body, "="))))
		return
	}
	body, cut := pretty(c.Body), 0
	if !full && len(body) > shownBody {
		end := shownBody
		for end > 0 && !utf8.RuneStart(body[end]) {
			end--
		}
		body, cut = body[:end], len(body)-end
	}
	indented(a.Stdout, prefix, safe(body))
	if cut > 0 {
		a.printf("%s… %s more; --full shows all\n", prefix, size(int64(cut)))
	}
}
