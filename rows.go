package gonets

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Row is one line of a list that a person edits: a name, a value and whether
// it is switched on. Value is a template string, a json.Number, a bool, nil,
// Rows (an object) or []any of the same.
type Row struct {
	Name  string
	Value any
	Off   bool
}

// Rows is an ordered list of rows. Documents write it as a map when names are
// unique and all rows are on, else as a list of {name, value, on}.
type Rows []Row

type rowJSON struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
	On    *bool           `json:"on,omitempty"`
}

func (r Rows) plain() bool {
	seen := make(map[string]bool, len(r))
	for _, row := range r {
		if row.Off || seen[row.Name] {
			return false
		}
		seen[row.Name] = true
	}
	return true
}

// MarshalJSON writes a map when it can and a list otherwise.
func (r Rows) MarshalJSON() ([]byte, error) {
	if r.plain() {
		return r.object()
	}
	list := make([]rowJSON, len(r))
	for i, row := range r {
		value, err := marshalMember(row.Value)
		if err != nil {
			return nil, err
		}
		list[i] = rowJSON{Name: row.Name, Value: value}
		if row.Off {
			list[i].On = new(bool)
		}
	}
	return PlainJSON(list)
}

// object writes one member per row, repeated names included.
func (r Rows) object() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, row := range r {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := PlainJSON(row.Name)
		if err != nil {
			return nil, err
		}
		value, err := marshalMember(row.Value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// marshalMember writes a value inside a value. An object stays an object there
// even when it repeats a name: only the outermost list may be read as rows, so
// a list in its place would be sent as a list.
func marshalMember(v any) ([]byte, error) {
	switch v := v.(type) {
	case Rows:
		return v.object()
	case []any:
		list := make([]json.RawMessage, len(v))
		for i, item := range v {
			b, err := marshalMember(item)
			if err != nil {
				return nil, err
			}
			list[i] = b
		}
		return PlainJSON(list)
	}
	return PlainJSON(v)
}

// UnmarshalJSON reads both forms and keeps the order.
func (r *Rows) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := readOrdered(d)
	if err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		*r = nil
		return nil
	case Rows:
		*r = v
		return nil
	case []any:
		rows, err := rowsFromList(v)
		*r = rows
		return err
	}
	return errors.New("rows are a map of names and values or a list of {name, value, on}")
}

func rowsFromList(list []any) (Rows, error) {
	rows := make(Rows, 0, len(list))
	for i, item := range list {
		members, ok := item.(Rows)
		if !ok {
			return nil, fmt.Errorf("row %d is not {name, value, on}", i+1)
		}
		var row Row
		named := false
		for _, m := range members {
			switch m.Name {
			case "name":
				name, ok := m.Value.(string)
				if !ok {
					return nil, fmt.Errorf("row %d: name is not text", i+1)
				}
				row.Name, named = name, true
			case "value":
				row.Value = m.Value
			case "on":
				on, ok := m.Value.(bool)
				if !ok {
					return nil, fmt.Errorf("row %d: on is not true or false", i+1)
				}
				row.Off = !on
			default:
				return nil, fmt.Errorf("row %d: unknown key %q; a row has name, value and on", i+1, m.Name)
			}
		}
		if !named {
			return nil, fmt.Errorf("row %d has no name", i+1)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Tree is any JSON value with the order of its members kept: string,
// json.Number, bool, nil, Rows or []any.
type Tree struct{ Value any }

// MarshalJSON writes the value.
func (t Tree) MarshalJSON() ([]byte, error) {
	if _, isList := t.Value.([]any); isList {
		return marshalMember(t.Value)
	}
	return PlainJSON(t.Value)
}

// UnmarshalJSON reads any value and keeps the order of members.
func (t *Tree) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := readOrdered(d)
	t.Value = v
	return err
}

// Rows reads a list of {name, value, on} or an object as rows; ok is false
// for any other value.
func (t Tree) Rows() (rows Rows, ok bool) {
	switch v := t.Value.(type) {
	case Rows:
		return v, true
	case []any:
		if len(v) == 0 {
			return nil, false
		}
		for _, item := range v {
			if m, isRows := item.(Rows); !isRows || len(m) < 2 || m[0].Name != "name" {
				return nil, false
			}
		}
		rows, err := rowsFromList(v)
		return rows, err == nil
	}
	return nil, false
}

func readOrdered(d *json.Decoder) (any, error) {
	tok, err := d.Token()
	if err != nil {
		return nil, err
	}
	delim, ok := tok.(json.Delim)
	if !ok {
		return tok, nil
	}
	if delim == '[' {
		list := []any{}
		for d.More() {
			v, err := readOrdered(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	}
	rows := Rows{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := readOrdered(d)
		if err != nil {
			return nil, err
		}
		rows = append(rows, Row{Name: name.(string), Value: v})
	}
	_, err = d.Token()
	return rows, err
}

// PlainJSON is json.Marshal without the escaping of <, > and &, which would
// change what people wrote.
func PlainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
