// Package bundle is how the command line reads files of documents: several as one
// text.
package bundle

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"gonets"
)

// Bundle is several files as one text, so that they are applied in one
// commit; it knows which line came from which file.
type Bundle struct {
	Text  []byte
	parts []part
}

type part struct {
	file string
	// line is where the file's first line stands in the text.
	line int
}

// Read reads files; - is stdin.
func Read(stdin io.Reader, files []string) (*Bundle, error) {
	b := &Bundle{}
	var text bytes.Buffer
	for i, file := range files {
		data, err := documentFile(stdin, file)
		if err != nil {
			return nil, err
		}
		data = bytes.TrimPrefix(data, []byte("\ufeff"))
		if empty(data) {
			return nil, gonets.Errorf(gonets.CodeInvalid, "%s holds no documents; each one begins with apiVersion: gonets/v1", fileName(file))
		}
		if i > 0 {
			if text.Len() > 0 && !bytes.HasSuffix(text.Bytes(), []byte("\n")) {
				text.WriteByte('\n')
			}
			if !bytes.HasPrefix(data, []byte("---")) {
				text.WriteString("---\n")
			}
		}
		b.parts = append(b.parts, part{file, bytes.Count(text.Bytes(), []byte("\n")) + 1})
		text.Write(data)
		if text.Len() > gonets.MaxDocumentBytes {
			return nil, gonets.Errorf(gonets.CodeInvalid,
				"the files up to %s are larger than %d MiB together, the most that documents of one call may be; nothing was sent. Use several calls", file, gonets.MaxDocumentBytes>>20)
		}
	}
	b.Text = text.Bytes()
	return b, nil
}

// empty tells whether a file holds nothing but comments and separators.
func empty(data []byte) bool {
	for line := range bytes.Lines(data) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && !bytes.Equal(line, []byte("---")) {
			return false
		}
	}
	return true
}

// fileName names a file of the command line in a message.
func fileName(file string) string {
	if file == "-" {
		return "the standard input"
	}
	return "the file " + file
}

// documentFile reads a file of documents. It refuses one that the server would
// not take, and reads no more of it than is needed to know that.
func documentFile(stdin io.Reader, name string) ([]byte, error) {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("the file cannot be read: %w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, gonets.MaxDocumentBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", fileName(name), err)
	}
	if len(data) > gonets.MaxDocumentBytes {
		return nil, gonets.Errorf(gonets.CodeInvalid,
			"%s is larger than %d MiB, the most that documents of one call may be; nothing was sent", fileName(name), gonets.MaxDocumentBytes>>20)
	}
	return data, nil
}

// Place is the file and line of a line of the text.
func (b *Bundle) Place(line int) (file string, at int) {
	file, at = b.parts[0].file, line
	for _, p := range b.parts {
		if line >= p.line {
			file, at = p.file, line-p.line+1
		}
	}
	return file, at
}

// Name puts the file into a problem that tells on which line of the text something
// stands already.
func (b *Bundle) Name(p *gonets.Problem) {
	if p.Code != gonets.CodeTwice || len(p.Values) != 2 {
		return
	}
	if line, ok := p.Values[1].(float64); ok { // as JSON has it
		file, at := b.Place(int(line))
		p.Message = strings.Replace(p.Message, fmt.Sprintf("on line %d", int(line)), fmt.Sprintf("on line %d of %s", at, fileName(file)), 1)
	}
}
