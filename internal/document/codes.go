package document

import "gonets"

// The codes of what is wrong with a text, beside those of the root.
const (
	codeEmpty      gonets.Code = "document.empty"
	codeNotMap     gonets.Code = "document.not_map"
	codeVersion    gonets.Code = "document.api_version"
	codeOneDraft   gonets.Code = "document.one_scenario"
	codeBasis      gonets.Code = "document.based_on"
	codeFixed      gonets.Code = "document.fixed"
	codeType       gonets.Code = "document.type"
	codeUnit       gonets.Code = "document.unit"
	codeIDPath     gonets.Code = "document.id_path"
	codeHole       gonets.Code = "document.hole"
	codeRow        gonets.Code = "document.row"
	codeValue      gonets.Code = "document.value"
	codeMany       gonets.Code = "document.too_many"
	codeLarge      gonets.Code = "document.too_large"
	codeNotUTF8    gonets.Code = "document.not_utf8"
	codeNotJSON    gonets.Code = "document.not_json"
	codeFlat       gonets.Code = "document.flat"
	codeTab        gonets.Code = "yaml.tab"
	codeTemplate   gonets.Code = "yaml.template"
	codeAnchor     gonets.Code = "yaml.anchor"
	codeQuote      gonets.Code = "yaml.unclosed_quote"
	codeNeedQuotes gonets.Code = "yaml.needs_quotes"
	codeBracket    gonets.Code = "yaml.unclosed_bracket"
	codeAfterQuote gonets.Code = "yaml.after_quote"
	codeColon      gonets.Code = "yaml.colon"
	codeIndent     gonets.Code = "yaml.indentation"
	codeNoColon    gonets.Code = "yaml.no_colon"
	codeSyntax     gonets.Code = "yaml.syntax"
	codeControl    gonets.Code = "yaml.control_character"
	codeAlias      gonets.Code = "yaml.alias_inside"
	codeAliases    gonets.Code = "yaml.too_many_aliases"
	codeKey        gonets.Code = "yaml.key"
	codeMerge      gonets.Code = "yaml.merge"
	codeTag        gonets.Code = "yaml.tag"
)

// at gives a problem its place in the text.
func at(line, col int, p gonets.Problem) gonets.Problem {
	p.Line, p.Column = line, col
	return p
}
