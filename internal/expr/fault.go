package expr

import (
	"fmt"

	"gonets"
)

// The codes of what is wrong with a template, a condition or their values.
const (
	codeEmpty        gonets.Code = "template.empty"
	codeNotUTF8      gonets.Code = "template.not_utf8"
	codeLong         gonets.Code = "template.too_long"
	codeParts        gonets.Code = "template.too_many_parts"
	codeDeep         gonets.Code = "template.too_deep"
	codeEnds         gonets.Code = "template.ends_early"
	codeQuote        gonets.Code = "template.unclosed_quote"
	codeComment      gonets.Code = "template.unclosed_comment"
	codeBraces       gonets.Code = "template.unclosed"
	codeCoalesce     gonets.Code = "template.needs_parentheses"
	codeCharacter    gonets.Code = "template.character"
	codeCompare      gonets.Code = "template.compare"
	codeUnexpected   gonets.Code = "template.unexpected"
	codeNoExpression gonets.Code = "template.no_expression"
	codeMethods      gonets.Code = "template.methods"
	codeUnavailable  gonets.Code = "template.unavailable"
	codeHash         gonets.Code = "template.hash"
	codeName         gonets.Code = "template.name"
	codeFunction     gonets.Code = "template.function"
	codeUsage        gonets.Code = "template.usage"
	codeSecret       gonets.Code = "template.secret"
	codeBackslash    gonets.Code = "template.backslash"
	codePattern      gonets.Code = "template.pattern"
	codePatternLong  gonets.Code = "template.pattern_too_long"
	codeNotJSON      gonets.Code = "template.not_json"
	codeJSONValue    gonets.Code = "template.json_value"
	codeNotXML       gonets.Code = "template.not_xml"
	codeXMLRoot      gonets.Code = "template.xml_root"
	codeXMLPlace     gonets.Code = "template.xml_place"
	codeXMLValue     gonets.Code = "template.xml_value"
	codeXMLEncoding  gonets.Code = "template.xml_encoding"
	codeHost         gonets.Code = "template.host"
	codeLarge        gonets.Code = "template.too_large"
	codeSteps        gonets.Code = "template.too_slow"
	codeNotYesNo     gonets.Code = "template.not_yes_no"
	codeBrackets     gonets.Code = "template.brackets"
	codePlace        gonets.Code = "template.place"
	codeNoParts      gonets.Code = "template.no_parts"
	codeRequired     gonets.Code = "template.required"
	codeNeedsList    gonets.Code = "template.needs_list"
	codeNeedsObject  gonets.Code = "template.needs_object"
	codeNeedsMembers gonets.Code = "template.needs_members"
	codeEmptyList    gonets.Code = "template.empty_list"
	codeNotNumber    gonets.Code = "template.not_number"
	codeNumberText   gonets.Code = "template.number_text"
	codeNumberLong   gonets.Code = "template.number_too_long"
	codeNotWhole     gonets.Code = "template.not_whole"
	codeDigits       gonets.Code = "template.digits"
	codeOverflow     gonets.Code = "template.overflow"
	codePrecision    gonets.Code = "template.precision"
	codeZero         gonets.Code = "template.division_by_zero"
	codeNotExact     gonets.Code = "template.endless_quotient"
	codeOrder        gonets.Code = "template.no_order"
	codePlus         gonets.Code = "template.plus"
	codeNotDate      gonets.Code = "template.not_date"
	codeDateForm     gonets.Code = "template.date_form"
	codeDateFormat   gonets.Code = "template.date_format"
	codeZone         gonets.Code = "template.time_zone"
	codeBase64       gonets.Code = "template.not_base64"
)

// fault is a mistake before its place is known.
type fault struct {
	code   gonets.Code
	format string
	args   []any
	// limit tells that the work was too much, not that it was wrong.
	limit bool
}

func (f *fault) Error() string { return fmt.Sprintf(f.format, f.args...) }

func wrong(code gonets.Code, format string, args ...any) error {
	return &fault{code: code, format: format, args: args}
}

func over(code gonets.Code, format string, args ...any) error {
	return &fault{code: code, format: format, args: args, limit: true}
}
