package document

import (
	"strings"
	"unicode"
)

// cyrillic writes Russian letters in Latin ones, as people do in addresses.
var cyrillic = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ё': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "y",
	'к': "k", 'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f",
	'х': "h", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "sch", 'ъ': "", 'ы': "y", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya",
}

// maxSlug leaves room for what keeps equal titles apart.
const maxSlug = 48

// Slug makes a document's name of a title: Latin letters, digits and hyphens,
// 48 at most. A title without any of them gives otherwise.
func Slug(title, otherwise string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(title) {
		latin, known := cyrillic[r]
		switch {
		case known:
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			latin = string(r)
		default:
			gap = gap || !unicode.Is(unicode.Mn, r)
			continue
		}
		if gap && b.Len() > 0 && latin != "" {
			b.WriteByte('-')
		}
		gap = gap && latin == ""
		if b.Len()+len(latin) > maxSlug {
			break
		}
		b.WriteString(latin)
	}
	if name := strings.TrimRight(b.String(), "-"); name != "" {
		return name
	}
	return otherwise
}
