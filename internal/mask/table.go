package mask

import (
	"encoding/csv"
	"strings"
	"unicode"
)

// maxTitle is in how many lines with something in them the head of a table is
// looked for: a title may stand before it.
const maxTitle = 10

// maxCells bounds the cells that are looked for at other places: a long table
// leaves room for other values.
const maxCells = maxKnown / 2

// table tells whether a text is a table of which a column is hidden: all of it is,
// because where its cells end cannot be told for sure. It learns the column's cells,
// and the whole.
func (c *Cover) table(text string) bool {
	if c.rules.patterns == nil {
		return false
	}
	whole := text
	line, rest := nextLine(text)
	for i := 0; i < maxTitle && rest != ""; i++ {
		below, further := nextLine(rest)
		if below == "" {
			return false // a head has rows
		}
		if sep := c.headOf(line, below, i == 0); sep != "" {
			c.learnCells(sep, line, rest)
			c.learnLoose(whole)
			return true
		}
		line, rest = below, further
	}
	return false
}

// nextLine is the next line with something in it, and what is below.
func nextLine(text string) (line, rest string) {
	for line == "" && text != "" {
		end := strings.IndexAny(text, "\r\n")
		if end < 0 {
			line, text = text, ""
		} else {
			line, text = text[:end], text[end+1:]
		}
		if strings.TrimSpace(line) == "" {
			line = ""
		}
	}
	return line, text
}

// learnCells learns what stands below the hidden names of a head. A quoted cell may
// hold separators and ends of lines.
func (c *Cover) learnCells(sep, head, rows string) {
	r := csv.NewReader(strings.NewReader(strings.NewReplacer("\ufeff", "", "\r\n", "\n", "\r", "\n").Replace(head + "\n" + rows)))
	r.Comma, r.LazyQuotes, r.TrimLeadingSpace, r.FieldsPerRecord, r.ReuseRecord = rune(sep[0]), true, sep != "\t", -1, true
	names, err := r.Read()
	var hidden []int
	for i, name := range names {
		if c.mentions(name) {
			hidden = append(hidden, i)
		}
	}
	for before := len(c.values); err == nil && len(c.values)-before < maxCells; {
		var row []string
		row, err = r.Read()
		for _, i := range hidden {
			// A line below a head has no value.
			if i < len(row) && strings.ContainsFunc(row[i], func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
				c.learn(strings.Clone(row[i]))
			}
		}
	}
}

// headOf is what separates the columns of a line that names them, when one of them
// is hidden; empty for other lines. One that is not the first, or has the signs of
// other text, must look like a head: the name stands alone between separators, or
// the line below has as many of them.
func (c *Cover) headOf(line, below string, first bool) (sep string) {
	if strings.ContainsAny(line, "{<") || !c.mentions(line) {
		return ""
	}
	plain := first && !strings.ContainsAny(line, ":=")
	likely := ""
	for _, sep := range []string{",", ";", "\t", "|"} {
		columns := strings.Count(line, sep)
		if columns == 0 {
			continue
		}
		if columns == strings.Count(below, sep) && (plain || !strings.ContainsAny(below, "{<") && c.hasColumn(line, sep, false)) || c.hasColumn(line, sep, true) {
			return sep
		}
		if plain && likely == "" {
			likely = sep
		}
	}
	return likely
}

// hasColumn tells whether a hidden name stands in one of a head's columns; alone
// means that it is all of it.
func (c *Cover) hasColumn(line, sep string, alone bool) bool {
	for cell := range strings.SplitSeq(line, sep) {
		cell = strings.Trim(cell, " \t\"'\ufeff")
		if alone && c.rules.patterns.whole.MatchString(cell) || !alone && !strings.ContainsAny(cell, ":=") && c.mentions(cell) {
			return true
		}
	}
	return false
}
