package rehearse

import (
	"mime"
	"net/url"
	"slices"
	"strings"

	"gonets"
	"gonets/api"
	"gonets/internal/id"
)

// Edited is an event with other data than the one that came: the same sender and
// headers, but for those that speak of the old body.
func Edited(old *gonets.Event, in *api.EditedEvent) (gonets.Event, error) {
	ev := *old
	ev.ID, ev.Answer, ev.Hops = id.New(), nil, 0
	if in.Path != nil {
		ev.Path = *in.Path
	}
	if in.Query != nil {
		if _, err := url.ParseQuery(*in.Query); err != nil {
			return ev, refusedEdit(gonets.Mistake("/event/query", codeQuery, "this is no query string"))
		}
		ev.RawQuery = *in.Query
	}
	switch {
	case len(in.Body) > 0 && in.Text != nil:
		return ev, refusedEdit(gonets.Mistake("/event/text", gonets.CodeNotBoth, "%s and %s were both given; an event has one body", "body", "text"))
	case len(in.Body) > 0:
		ev.Body, ev.ContentType = in.Body, jsonType(old.ContentType)
	case in.Text != nil:
		ev.Body, ev.ContentType = []byte(*in.Text), utf8Type(old.ContentType)
	default:
		return ev, nil
	}
	ev.Item, ev.Mark = nil, ""
	if len(ev.Body) > gonets.MaxIngestBody {
		return ev, gonets.Errorf(gonets.CodeBodyTooLarge, "the body has %d bytes, the limit is %d", len(ev.Body), gonets.MaxIngestBody)
	}
	ev.Headers = slices.DeleteFunc(slices.Clone(ev.Headers), func(h gonets.Header) bool {
		return slices.ContainsFunc([]string{"Content-Type", "Content-Encoding", "Content-Length"}, func(name string) bool {
			return strings.EqualFold(h.Name, name)
		})
	})
	if ev.ContentType != "" {
		ev.Headers = append(ev.Headers, gonets.Header{Name: "Content-Type", Value: ev.ContentType})
	}
	return ev, nil
}

// codeQuery is a query string that cannot be read.
const codeQuery gonets.Code = "event.query"

func refusedEdit(p gonets.Problem) error {
	return &gonets.Error{Code: gonets.CodeInvalid, Problems: []gonets.Problem{p}}
}

// jsonType is what JSON in UTF-8 is sent as: a type of its own stays.
func jsonType(was string) string {
	kind, _, _ := mime.ParseMediaType(was)
	if strings.HasSuffix(kind, "+json") {
		return kind
	}
	return "application/json"
}

// utf8Type is the same type for a text in UTF-8.
func utf8Type(was string) string {
	kind, params, err := mime.ParseMediaType(was)
	if err != nil || params["charset"] == "" {
		return was
	}
	params["charset"] = "utf-8"
	return mime.FormatMediaType(kind, params)
}
