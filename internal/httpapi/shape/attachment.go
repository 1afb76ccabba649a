package shape

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxFileName bounds a file's name in characters, its extension apart: file
// systems allow 255 bytes, and a character may take four.
const maxFileName = 60

// Attachment is the Content-Disposition of a file that a browser saves: its
// name in the letters that people gave it (RFC 8187), and for old programs in
// plain ones (RFC 6266). What a file system or a header would misread is left
// out; an empty name is the fallback.
func Attachment(title, fallback, extension string) string {
	name := fileName(title)
	if name == "" {
		name = fallback
	}
	plain := strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf {
			return '_'
		}
		return r
	}, name)
	if strings.Trim(plain, "_ .-") == "" {
		plain = fallback
	}
	out := `attachment; filename="` + plain + extension + `"`
	if name != plain {
		out += "; filename*=UTF-8''" + strings.ReplaceAll(url.QueryEscape(name+extension), "+", "%20")
	}
	return out
}

// fileName is a title without what has a meaning to file systems, shells and
// headers, or would turn the name round on the screen.
func fileName(title string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`/\:*?"<>|%;`, r):
			return '_'
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r) || r == utf8.RuneError:
			return -1
		}
		return r
	}, title)
	if runes := []rune(name); len(runes) > maxFileName {
		name = string(runes[:maxFileName])
	}
	return strings.Trim(strings.Join(strings.Fields(name), " "), " .")
}
