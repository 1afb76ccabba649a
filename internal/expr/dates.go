package expr

import (
	"encoding/json"
	"strings"
	"time"

	"gonets/internal/value"
)

// layouts are the forms in which date reads a text, most exact first.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05.999999999",
	"2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
	"02.01.2006 15:04:05", "02.01.2006 15:04", "02.01.2006", "20060102150405", "20060102", time.RFC1123Z, time.RFC1123,
}

// msecFrom is the number from which on a Unix time counts milliseconds: as
// seconds it would be after the year 5138.
const msecFrom = 100_000_000_000

// fnDate writes a moment in a format and zone. A text without a zone is taken
// to be in the zone that is asked for; without one, in UTC.
func fnDate(ev *evaluation, args []any) (any, error) {
	if args[0] == nil || args[0] == "" {
		return args[0], nil
	}
	zone, err := ev.zone(args, 2)
	if err != nil {
		return nil, err
	}
	t, err := ev.moment(args[0], zone)
	if err != nil {
		return nil, err
	}
	if len(args) > 2 {
		t = t.In(zone)
	}
	format := "RFC3339"
	if len(args) > 1 {
		if format, err = ev.text(args[1]); err != nil {
			return nil, err
		}
	}
	layout, err := goLayout(format)
	if err != nil {
		return nil, err
	}
	out := t.Format(layout)
	return out, ev.produce(len(out))
}

// fnParseDate reads a text in a format and gives RFC 3339.
func fnParseDate(ev *evaluation, args []any) (any, error) {
	if args[0] == nil || args[0] == "" {
		return args[0], nil
	}
	zone, err := ev.zone(args, 2)
	if err != nil {
		return nil, err
	}
	s, err := ev.texts(args[:2])
	if err != nil {
		return nil, err
	}
	layout, err := goLayout(s[1])
	if err != nil {
		return nil, err
	}
	t, err := time.ParseInLocation(layout, strings.TrimSpace(s[0]), zone)
	if err != nil {
		return nil, wrong(codeDateForm, "the text is not a date of the form %s", s[1])
	}
	if len(args) > 2 {
		t = t.In(zone)
	}
	return t.Format(time.RFC3339), nil
}

func (ev *evaluation) zone(args []any, i int) (*time.Location, error) {
	if len(args) <= i {
		return time.UTC, nil
	}
	name, ok := args[i].(string)
	if !ok || name == "" || name == "Local" || len(name) > 64 {
		return nil, wrong(codeZone, `a time zone is a name such as "Europe/Moscow" or "UTC"`)
	}
	if err := ev.spend(500); err != nil { // the zone's file is read
		return nil, err
	}
	if l, err := time.LoadLocation(name); err == nil {
		return l, nil
	}
	if t, err := time.Parse("-07:00", name); err == nil {
		_, offset := t.Zone()
		return time.FixedZone("", offset), nil
	}
	return nil, wrong(codeZone, "the time zone %q is not known; write one such as Europe/Moscow, UTC or +03:00", name)
}

func (ev *evaluation) moment(v any, zone *time.Location) (time.Time, error) {
	s, err := ev.text(v)
	if err != nil {
		return time.Time{}, err
	}
	s = strings.TrimSpace(s)
	if _, isNumber := v.(json.Number); isNumber || value.ValidNumber(s) && len(s) != len("20060102") && len(s) != len("20060102150405") {
		return unixTime(s)
	}
	for _, l := range layouts {
		if t, err := time.ParseInLocation(l, s, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, wrong(codeNotDate, "the value is not a date; parse_date(text, format) reads other forms")
}

func unixTime(s string) (time.Time, error) {
	n, err := parseNumber(s)
	if err != nil {
		return time.Time{}, err
	}
	digits := 3
	if n.cmp(number{small: msecFrom}) >= 0 || n.cmp(number{small: -msecFrom}) <= 0 {
		digits = 0
	}
	ms := round(n.rat(), digits, roundDown) // the coefficient with three digits is milliseconds
	const farthest = 253_402_300_799_999    // the end of the year 9999
	if !ms.IsInt64() || ms.Int64() > farthest || ms.Int64() < -farthest {
		return time.Time{}, wrong(codeNotDate, "the number is not a Unix time")
	}
	return time.UnixMilli(ms.Int64()).UTC(), nil
}

// goLayout turns a format in the manner of 1C (dd.MM.yyyy HH:mm:ss) into one
// of package time. Text in single quotes stands for itself.
func goLayout(format string) (string, error) {
	switch format {
	case "RFC3339", "ISO":
		return time.RFC3339, nil
	}
	const longest = 100
	if len(format) > longest {
		return "", wrong(codeDateFormat, "the date format is too long")
	}
	var b strings.Builder
	for i := 0; i < len(format); {
		c := format[i]
		if c == '\'' {
			end := strings.IndexByte(format[i+1:], '\'')
			if end < 0 {
				return "", wrong(codeDateFormat, "the quotation mark in the date format is not closed")
			}
			if err := literal(&b, format[i+1:i+1+end]); err != nil {
				return "", err
			}
			i += end + 2
			continue
		}
		n := 1
		for i+n < len(format) && format[i+n] == c {
			n++
		}
		run := format[i : i+n]
		i += n
		if run == "SSS" && !strings.HasSuffix(b.String(), ".") && !strings.HasSuffix(b.String(), ",") {
			return "", wrong(codeDateFormat, "SSS in a date format follows a point: ss.SSS")
		}
		if token, ok := dateTokens[run]; ok && (run != "d" || !strings.HasSuffix(b.String(), "_")) {
			b.WriteString(token)
			continue
		}
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return "", wrong(codeDateFormat, "%q means nothing in a date format; there are d dd M MM yy yyyy H HH h hh m mm s ss SSS tt zzz, RFC3339 and 'text'", run)
		}
		if err := literal(&b, run); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

var dateTokens = map[string]string{
	"d": "2", "dd": "02", "M": "1", "MM": "01", "yy": "06", "yyyy": "2006", "y": "06",
	"H": "15", "HH": "15", "h": "3", "hh": "03", "m": "4", "mm": "04", "s": "5", "ss": "05",
	"tt": "PM", "zzz": "-07:00", "SSS": "000",
}

// literal adds text that is no token. Package time has no quoting: it would
// take such texts for tokens, so they are refused.
func literal(b *strings.Builder, s string) error {
	probe := time.Date(1999, 11, 28, 23, 48, 57, 987654321, time.FixedZone("QQT", 5*3600+1800))
	if probe.Format(s) != s || strings.ContainsAny(s, "0123456789") {
		return wrong(codeDateFormat, "the text %q cannot stand in a date format; write it beside date()", s)
	}
	b.WriteString(s)
	return nil
}
