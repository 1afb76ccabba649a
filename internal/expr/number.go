package expr

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"

	"gonets/internal/value"
)

// Bounds of numbers.
const (
	// maxNumberText is how long a number that is calculated or compared with
	// may be written, in bytes, its exponent spelled out.
	maxNumberText = 400
	// maxDigits bounds the digits of a result that has a fraction.
	maxDigits = 34
)

var (
	errNumberLong = wrong(codeNumberLong, "the number is too long to calculate with")
	errOverflow   = wrong(codeOverflow, "the result is larger than a 64-bit integer holds")
	errPrecision  = wrong(codePrecision, "the result has more than 34 digits; round the numbers first")
	errZero       = wrong(codeZero, "division by zero")
	errNotExact   = wrong(codeNotExact, "the quotient has no end; write div(a, b, digits) to round it")
	errNotWhole   = wrong(codeNotWhole, "%% needs whole numbers")
)

// number is coef / 10^scale, exactly. Small whole numbers, the usual case,
// have no coef and stand in small.
type number struct {
	small int64
	coef  *big.Int
	scale int
}

// parseNumber reads what JSON writes as a number.
func parseNumber(s string) (number, error) {
	if len(s) <= 18 {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return number{small: n}, nil
		}
	}
	if len(s) > maxNumberText {
		return number{}, errNumberLong
	}
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(s[i+1:])
		if err != nil || e > maxNumberText || e < -maxNumberText {
			return number{}, errNumberLong
		}
		mantissa, exponent = s[:i], e
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	coef, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok {
		return number{}, wrong(codeNumberText, "this is not a number")
	}
	scale := len(fraction) - exponent
	if scale < 0 {
		coef.Mul(coef, pow10(-scale))
		scale = 0
	}
	return number{coef: coef, scale: scale}.trim(), nil
}

func pow10(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// trim drops zeros at the end of the fraction and uses small where it fits.
func (n number) trim() number {
	if n.coef == nil {
		return n
	}
	ten, rest, coef := big.NewInt(10), new(big.Int), new(big.Int).Set(n.coef)
	for n.scale > 0 {
		quotient, r := new(big.Int).QuoRem(coef, ten, rest)
		if r.Sign() != 0 {
			break
		}
		coef = quotient
		n.scale--
	}
	if n.scale == 0 && coef.IsInt64() {
		return number{small: coef.Int64()}
	}
	return number{coef: coef, scale: n.scale}
}

// big gives the coefficient for a scale that is not smaller than n's.
func (n number) big(scale int) *big.Int {
	coef := n.coef
	if coef == nil {
		coef = big.NewInt(n.small)
	}
	if scale > n.scale {
		coef = new(big.Int).Mul(coef, pow10(scale-n.scale))
	}
	return coef
}

// checked is a result within the bounds.
func (n number) checked() (number, error) {
	n = n.trim()
	switch {
	case n.coef == nil:
		return n, nil
	case n.scale == 0:
		return n, errOverflow
	case len(new(big.Int).Abs(n.coef).String()) > maxDigits || n.scale > maxDigits:
		return n, errPrecision
	}
	return n, nil
}

func (n number) text() string {
	if n.coef == nil {
		return strconv.FormatInt(n.small, 10)
	}
	return fixed(n.coef, n.scale)
}

func fixed(coef *big.Int, scale int) string {
	digits := new(big.Int).Abs(coef).String()
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	if scale > 0 {
		digits = digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
	}
	if coef.Sign() < 0 {
		return "-" + digits
	}
	return digits
}

func (n number) cmp(m number) int {
	if n.coef == nil && m.coef == nil {
		switch {
		case n.small < m.small:
			return -1
		case n.small > m.small:
			return 1
		}
		return 0
	}
	scale := max(n.scale, m.scale)
	return n.big(scale).Cmp(m.big(scale))
}

func (n number) sign() int { return n.cmp(number{}) }

func add(a, b number) (number, error) {
	if a.coef == nil && b.coef == nil {
		if sum := a.small + b.small; (sum > a.small) == (b.small > 0) {
			return number{small: sum}, nil
		}
		return number{}, errOverflow
	}
	scale := max(a.scale, b.scale)
	return number{coef: new(big.Int).Add(a.big(scale), b.big(scale)), scale: scale}.checked()
}

func subtract(a, b number) (number, error) {
	scale := max(a.scale, b.scale)
	return number{coef: new(big.Int).Sub(a.big(scale), b.big(scale)), scale: scale}.checked()
}

func multiply(a, b number) (number, error) {
	return number{coef: new(big.Int).Mul(a.big(a.scale), b.big(b.scale)), scale: a.scale + b.scale}.checked()
}

func divide(a, b number) (number, error) {
	if b.sign() == 0 {
		return number{}, errZero
	}
	r := ratio(a, b)
	digits, exact := r.FloatPrec()
	if !exact {
		return number{}, errNotExact
	}
	if digits > maxDigits {
		return number{}, errPrecision
	}
	coef := new(big.Int).Mul(r.Num(), pow10(digits))
	return number{coef: coef.Quo(coef, r.Denom()), scale: digits}.checked()
}

func ratio(a, b number) *big.Rat {
	scale := max(a.scale, b.scale)
	return new(big.Rat).SetFrac(a.big(scale), b.big(scale))
}

func modulo(a, b number) (number, error) {
	if b.sign() == 0 {
		return number{}, errZero
	}
	if a.scale != 0 || b.scale != 0 {
		return number{}, errNotWhole
	}
	return number{coef: new(big.Int).Rem(a.big(0), b.big(0))}.checked()
}

// rounding is how digits that do not fit are left out.
type rounding uint8

const (
	// roundHalf goes to the nearest, halves away from zero, as people count money.
	roundHalf rounding = iota
	roundDown
	roundUp
)

// round gives the coefficient of r with so many digits after the point.
func round(r *big.Rat, digits int, how rounding) *big.Int {
	num := new(big.Int).Mul(r.Num(), pow10(digits))
	rest := new(big.Int)
	q, _ := new(big.Int).DivMod(num, r.Denom(), rest) // towards minus infinity
	if rest.Sign() == 0 {
		return q
	}
	up := how == roundUp
	if how == roundHalf {
		twice := new(big.Int).Lsh(rest, 1)
		c := twice.Cmp(r.Denom())
		up = c > 0 || c == 0 && num.Sign() > 0
	}
	if up {
		q.Add(q, big.NewInt(1))
	}
	return q
}

func (n number) rat() *big.Rat { return ratio(n, number{small: 1}) }

// numeric reads a value as a number: a number, or text that is written as
// JSON writes one.
func numeric(v any) (n number, ok bool, err error) {
	var s string
	switch v := v.(type) {
	case json.Number:
		s = string(v)
	case string:
		if len(v) > maxNumberText || !value.ValidNumber(v) {
			return number{}, false, nil
		}
		s = v
	default:
		return number{}, false, nil
	}
	n, err = parseNumber(s)
	return n, err == nil, err
}

// readNumber reads a number as people write it: spaces between thousands, a
// comma or a point before the fraction.
func readNumber(s string) (json.Number, error) {
	if len(s) > maxNumberText {
		return "", errNumberLong
	}
	s = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\n', '\r', '\u00A0', '\u2009', '\u202F', '\'', '_':
			return -1
		case '\u2212':
			return '-'
		}
		return r
	}, s)
	point, comma := strings.LastIndexByte(s, '.'), strings.LastIndexByte(s, ',')
	switch {
	case comma > point && strings.Count(s, ",") == 1:
		s = strings.ReplaceAll(s[:comma], ".", "") + "." + s[comma+1:]
	case point >= 0 && comma >= 0:
		s = strings.ReplaceAll(s, ",", "")
	case comma >= 0 || strings.Count(s, ".") > 1:
		s = strings.NewReplacer(",", "", ".", "").Replace(s)
	}
	s = strings.TrimPrefix(s, "+")
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for len(s) > 1 && s[0] == '0' && s[1] >= '0' && s[1] <= '9' {
		s = s[1:]
	}
	if strings.HasPrefix(s, ".") {
		s = "0" + s
	}
	s = sign + strings.TrimSuffix(s, ".")
	if !value.ValidNumber(s) {
		return "", wrong(codeNumberText, "this is not a number")
	}
	return json.Number(s), nil
}
