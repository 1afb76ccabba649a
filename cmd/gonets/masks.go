package main

import (
	"errors"

	"gonets"
	"gonets/api"
	"gonets/internal/mask"
	"gonets/internal/source"
)

// masks hide from people what sources keep secret, and what the settings name.
type masks struct{ live *live }

// ofSource hides what the event's source keeps secret.
func (m masks) ofSource(ev gonets.Event) gonets.Event {
	b, err := m.live.binding(ev.Source)
	if err != nil {
		return gonets.Event{ID: ev.ID, Source: ev.Source, ReceivedAt: ev.ReceivedAt}
	}
	return masked(b, ev)
}

// masked hides what a source keeps secret.
func masked(b *source.Binding, ev gonets.Event) gonets.Event {
	shown := b.Mask(ev)
	if ev.Mark == gonets.MarkUnparsed {
		// Of the body as it came: what is hidden would move the place that is named.
		shown.Unread = b.Unread(&ev)
	}
	return shown
}

func (m masks) rules() *mask.Rules { return m.live.masks.Load() }

// Event is an event as people see it.
func (m masks) Event(ev gonets.Event) gonets.Event { return m.rules().Event(m.ofSource(ev)) }

// Run is all about a run as people see it.
func (m masks) Run(d gonets.RunDetail) gonets.RunDetail {
	d.Event = m.ofSource(d.Event)
	return m.rules().Run(d)
}

// Unmask gives an edited event the values that its editor was not shown and left
// alone.
func (m masks) Unmask(old *gonets.Event, edit *api.EditedEvent) error {
	shown, plain := m.Event(*old), *old
	b, err := m.live.binding(old.Source)
	if err != nil {
		return err // nobody knows what was hidden
	}
	plain = b.Plain(plain)
	if len(old.Item) > 0 {
		shown.Body, plain.Body = shown.Item, plain.Item
	}
	var problems []gonets.Problem
	var long error
	restore := func(pointer, original, seen, edited string) string {
		text, err := mask.Restore(original, seen, edited)
		switch {
		case gonets.CodeOf(err) == gonets.CodeBodyTooLarge:
			long = err
		case errors.Is(err, mask.ErrTwice):
			problems = append(problems, gonets.Mistake(pointer, codeTwice, "a name stands twice in one place, and a value of it is hidden as ***; write its values"))
		case err != nil:
			problems = append(problems, gonets.Mistake(pointer, codeMasked, "a value is hidden as ***, and it cannot be told which; write the value"))
		}
		return text
	}
	if edit.Path != nil {
		*edit.Path = restore("/event/path", plain.Path, shown.Path, *edit.Path)
	}
	if edit.Query != nil {
		*edit.Query = restore("/event/query", plain.RawQuery, shown.RawQuery, *edit.Query)
	}
	if len(edit.Body) > 0 {
		edit.Body = []byte(restore("/event/body", string(plain.Body), string(shown.Body), string(edit.Body)))
	}
	if edit.Text != nil {
		*edit.Text = restore("/event/text", string(plain.Body), string(shown.Body), *edit.Text)
	}
	if len(problems) > 0 {
		return &gonets.Error{Code: gonets.CodeInvalid, Problems: problems}
	}
	return long
}

const (
	// codeMasked is an edit in which asterisks would become data.
	codeMasked gonets.Code = "event.masked"
	// codeTwice is one in which they would stand for either of two values.
	codeTwice gonets.Code = "event.masked_twice"
)
