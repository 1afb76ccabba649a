package mask

import "strings"

// maxTitle is in how many lines with something in them the head of a table is
// looked for: a title may stand before it.
const maxTitle = 10

// isTable tells whether a text is a table of which a column is hidden: which of
// its values, cannot be told.
func (c *Cover) isTable(text string) bool {
	if c.rules.patterns == nil {
		return false
	}
	line, rest := nextLine(text)
	for i := 0; i < maxTitle && rest != ""; i++ {
		below, further := nextLine(rest)
		if below == "" {
			return false // a head has rows
		}
		if c.isHead(line, below, i == 0) {
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

// isHead tells whether a line names columns of which one is hidden. One that is
// not the first, or has the signs of other text, must look like a head: the name
// stands alone between separators, or the line below has as many of them.
func (c *Cover) isHead(line, below string, first bool) bool {
	if strings.ContainsAny(line, "{<") || !c.mentions(line) {
		return false
	}
	plain := first && !strings.ContainsAny(line, ":=")
	for _, sep := range []string{",", ";", "\t", "|"} {
		columns := strings.Count(line, sep)
		if columns == 0 {
			continue
		}
		if plain || columns == strings.Count(below, sep) && !strings.ContainsAny(below, "{<") && c.hasColumn(line, sep, false) {
			return true
		}
		if c.hasColumn(line, sep, true) {
			return true
		}
	}
	return false
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
