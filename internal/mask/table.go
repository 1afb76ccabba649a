package mask

import (
	"strings"
	"unicode"
)

// maxTitle is in how many lines with something in them the head of a table is
// looked for: a title may stand before it.
const maxTitle = 10

// maxCells bounds the cells that are looked for at other places: a long table
// leaves room for other values.
const maxCells = maxKnown / 2

// maxWhole is up to how many bytes a table is looked for as a whole, too.
const maxWhole = 64 << 10

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
			if len(whole) <= maxWhole {
				c.learnLoose(whole)
			}
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
// hold separators and ends of lines. So may one whose quote was never meant to be
// closed: then each line is read by itself, too, and where its separators are.
func (c *Cover) learnCells(sep, head, rows string) {
	names, lines, text := row(strings.TrimPrefix(head, "\ufeff")+"\n"+rows, sep)
	hidden := map[int]bool{}
	for _, cells := range [][]string{names, strings.Split(head, sep)} {
		for i, name := range cells {
			if c.mentions(name) {
				hidden[i] = true
			}
		}
	}
	most := len(c.values) + maxCells
	learn := func(cells []string) {
		for i, cell := range cells {
			if hidden[i] {
				c.learnCell(cell, most)
			}
		}
	}
	doubtful := lines[1:] // the names may go on there
	for len(c.values) < most {
		for _, line := range doubtful {
			cells, _, _ := row(line, sep)
			learn(cells)
			learn(strings.Split(line, sep))
		}
		if text == "" {
			return
		}
		var cells []string
		cells, lines, text = row(text, sep)
		learn(cells)
		if doubtful = nil; len(lines) > 1 || len(cells) < len(names) {
			doubtful = lines
		}
	}
}

// learnCell learns a cell and each of its lines: as it is, and a number without
// what people and spreadsheets write around and into it. It ends when most
// values are known.
func (c *Cover) learnCell(cell string, most int) {
	for _, text := range append(strings.FieldsFunc(cell, isLineEnd), cell) {
		if len(c.values) >= most {
			return
		}
		text = strings.Trim(text, " \t\"'=") // ="7999" is how a number is kept a text
		if !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			continue // a line below a head
		}
		c.learn(text)
		words := strings.Fields(text) // between spaces that do not break, too
		c.learn(strings.Join(words, " "))
		if number := strings.Join(words, ""); strings.Trim(number, "0123456789.,") == "" {
			c.learn(number)
			c.learn(strings.Replace(number, ",", ".", 1))
		}
	}
}

// row reads the cells of the first row, with the lines that it stands on, and what
// is below.
func row(text, sep string) (cells, lines []string, rest string) {
	for at := 0; ; at += len(sep) {
		cell, length := cellOf(text[at:], sep)
		cells = append(cells, cell)
		if at += length; !strings.HasPrefix(text[at:], sep) {
			return cells, strings.FieldsFunc(text[:at], isLineEnd), strings.TrimLeft(text[at:], "\r\n")
		}
	}
}

// cellOf is the first cell and how much of the text it takes. Its quotes are such
// only when nothing stands between the last one and its end: "Rose" Ltd begins with
// a word in quotes.
func cellOf(text, sep string) (cell string, length int) {
	if inside, quoted := strings.CutPrefix(strings.TrimLeft(text, " "), `"`); quoted {
		end := 0
		for i := strings.IndexByte(inside, '"'); i >= 0; i = strings.IndexByte(inside[end:], '"') {
			if end += i + 1; strings.HasPrefix(inside[end:], `"`) {
				end++ // a quote inside
				continue
			}
			if after := strings.TrimLeft(inside[end:], " "); after == "" || strings.HasPrefix(after, sep) || isLineEnd(rune(after[0])) {
				return strings.ReplaceAll(inside[:end-1], `""`, `"`), len(text) - len(after)
			}
			break
		}
	}
	if length = strings.IndexAny(text, sep+"\r\n"); length < 0 {
		length = len(text)
	}
	return text[:length], length
}

func isLineEnd(r rune) bool { return r == '\n' || r == '\r' }

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
	if first && likely == "" && c.hasColumn(line, "\t", true) {
		return "\t" // the only column
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
