package curl

import "gonets"

// The codes of commands that cannot be read.
const (
	codeNotCurl   gonets.Code = "curl.not_curl"
	codeNoAddress gonets.Code = "curl.no_address"
	codeCut       gonets.Code = "curl.cut"
)

// The codes of what a step has no place for.
const (
	whyProxy      gonets.Code = "curl.proxy"
	whyFile       gonets.Code = "curl.file"
	whyFormFile   gonets.Code = "curl.form_file"
	whyPartType   gonets.Code = "curl.part_type"
	whyPartOption gonets.Code = "curl.part_option"
	whyPartName   gonets.Code = "curl.part_name"
	whyTLS        gonets.Code = "curl.tls"
	whyAuth       gonets.Code = "curl.auth"
	whyRetry      gonets.Code = "curl.retry"
	whyRoute      gonets.Code = "curl.route"
	whyRedirects  gonets.Code = "curl.redirects"
	whyConnect    gonets.Code = "curl.connect_timeout"
	whySpeed      gonets.Code = "curl.speed"
	whySize       gonets.Code = "curl.size"
	whyWhole      gonets.Code = "curl.whole"
	whySince      gonets.Code = "curl.since"
	whyOne        gonets.Code = "curl.one_request"
	whyNext       gonets.Code = "curl.next"
	whyPost       gonets.Code = "curl.post_redirect"
	whyField      gonets.Code = "curl.field"
	whyEnds       gonets.Code = "curl.no_value"
	whyUnknown    gonets.Code = "curl.unknown_flag"
	whyAddress    gonets.Code = "curl.second_address"
	whyTimeout    gonets.Code = "curl.timeout"
	whyHeader     gonets.Code = "curl.header"
	whyOwn        gonets.Code = "curl.own_header"
	whyBreak      gonets.Code = "curl.header_break"
	whyBrackets   gonets.Code = "curl.brackets"
	whyPassword   gonets.Code = "curl.password"
	whyAfter      gonets.Code = "curl.after"
	whyCommand    gonets.Code = "curl.command"
	whyShell      gonets.Code = "curl.variable"
)

// detail is what a code says in English.
func detail(why gonets.Code) string {
	switch why {
	case whyProxy:
		return "a step sends directly; a proxy cannot be set here"
	case whyFile:
		return "the file is on another machine; put its content into the step"
	case whyFormFile:
		return "the file is on another machine; say in the step which received file goes instead"
	case whyPartType:
		return "a field of a form has no type of its own; only the text was taken over"
	case whyPartOption:
		return "a part of a form has no headers nor encoding of its own; only its content was taken over"
	case whyPartName:
		return "a quotation mark, a backslash or a line break in a field's name is written in another way here"
	case whyTLS:
		return "client certificates and own authorities cannot be set in a step"
	case whyAuth:
		return "this way of signing in is not available; Basic and Bearer are"
	case whyRetry:
		return "a step has its own tries; set them there"
	case whyRoute:
		return "how the connection is made cannot be set in a step"
	case whyRedirects:
		return "a step follows at most 10 redirects"
	case whyConnect:
		return "a connection has 10 seconds; only the whole exchange has a time of its own"
	case whySpeed:
		return "the speed cannot be bounded in a step"
	case whySize:
		return "use the step's limit of the reply"
	case whyWhole:
		return "a step sends a request whole"
	case whySince:
		return "add the header If-Modified-Since instead"
	case whyOne:
		return "a step sends one request"
	case whyNext:
		return "a step sends one request; the ones after the first were left out"
	case whyPost:
		return "a redirect of POST is followed by GET"
	case whyField:
		return "this is no field; write name=value"
	case whyEnds:
		return "the command ends before its value"
	case whyUnknown:
		return "this flag is not known here and was left out"
	case whyAddress:
		return "a step sends to one address; this one was left out"
	case whyTimeout:
		return "the longest timeout is " + gonets.MaxHTTPTimeout.String()
	case whyHeader:
		return "this is no header; write Name: value"
	case whyOwn:
		return "this header is set by the connection itself and was left out"
	case whyBreak:
		return "a header cannot hold a line break"
	case whyBrackets:
		return "curl makes several addresses of brackets; the step has the one that is written"
	case whyPassword:
		return "the password is missing; curl would ask for it"
	case whyAfter:
		return "what follows the command was left out"
	case whyCommand:
		return "a command inside the command is not carried out; its text stands in the step"
	case whyShell:
		return "the value of a variable of the shell is not known here; its name stands in the step"
	}
	return string(why)
}
