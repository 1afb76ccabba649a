package export

import (
	"bufio"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"gonets"
	"gonets/api"
)

// archive is a HAR 1.2 file, an entry for each attempt that made a request.
type archive struct {
	w     *bufio.Writer
	style Style
	n     int
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harBody struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"`
}

type harPost struct {
	MimeType string     `json:"mimeType"`
	Params   []harParam `json:"params,omitempty"`
	Text     string     `json:"text"`
	Comment  string     `json:"comment,omitempty"`
}

// harParam is a field or a file of a form.
type harParam struct {
	Name     string `json:"name"`
	Value    string `json:"value,omitempty"`
	FileName string `json:"fileName,omitempty"`
	Type     string `json:"contentType,omitempty"`
}

type harRequest struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []harPair `json:"cookies"`
	Headers     []harPair `json:"headers"`
	QueryString []harPair `json:"queryString"`
	PostData    *harPost  `json:"postData,omitempty"`
	HeadersSize int       `json:"headersSize"`
	BodySize    int       `json:"bodySize"`
}

type harResponse struct {
	Status      int       `json:"status"`
	StatusText  string    `json:"statusText"`
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []harPair `json:"cookies"`
	Headers     []harPair `json:"headers"`
	Content     harBody   `json:"content"`
	RedirectURL string    `json:"redirectURL"`
	HeadersSize int       `json:"headersSize"`
	BodySize    int       `json:"bodySize"`
	Error       string    `json:"_error,omitempty"`
}

// harTimings are in milliseconds; -1 says that a phase did not happen.
type harTimings struct {
	Blocked float64 `json:"blocked"`
	DNS     float64 `json:"dns"`
	Connect float64 `json:"connect"`
	SSL     float64 `json:"ssl"`
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

type harEntry struct {
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"`
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`
	Server   string      `json:"serverIPAddress,omitempty"`
	Comment  string      `json:"comment"`
	Run      string      `json:"_run"`
	Step     string      `json:"_step"`
	Attempt  int         `json:"_attempt"`
	Outcome  string      `json:"_outcome"`
}

func newArchive(w io.Writer, s Style) *archive { return &archive{w: bufio.NewWriter(w), style: s} }

func (a *archive) begin() error {
	if a.n++; a.n > 1 {
		return nil
	}
	creator, err := gonets.PlainJSON(map[string]string{"name": "Gonets", "version": a.style.Version})
	if err != nil {
		return err
	}
	_, err = a.w.WriteString(`{"log":{"version":"1.2","creator":` + string(creator) + `,"entries":[`)
	return err
}

func (a *archive) Write(run *api.Run) error {
	for i := range run.Steps {
		for j := range run.Steps[i].Attempts {
			at := &run.Steps[i].Attempts[j]
			if at.Request.URL == "" {
				continue
			}
			b, err := gonets.PlainJSON(entry(run, &run.Steps[i], at))
			if err != nil {
				return err
			}
			if err := a.begin(); err != nil {
				return err
			}
			if a.n > 1 {
				b = append([]byte(",\n"), b...)
			}
			if _, err := a.w.Write(b); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *archive) Close() error {
	if a.n == 0 {
		if err := a.begin(); err != nil {
			return err
		}
	}
	if _, err := a.w.WriteString("]}}\n"); err != nil {
		return err
	}
	return a.w.Flush()
}

// host is the address of a server without its port, which the format has no place for.
func host(remote string) string {
	if a, err := netip.ParseAddrPort(remote); err == nil {
		return a.Addr().String()
	}
	return remote
}

func entry(run *api.Run, step *api.Step, at *api.Attempt) harEntry {
	version := at.HTTPVersion
	if version == "" {
		version = "HTTP/1.1"
	}
	e := harEntry{
		Started: at.StartedAt.UTC().Format(time.RFC3339Nano), Time: float64(at.DurationMS), Server: host(at.Remote),
		Comment: run.Scenario + ": " + step.Path, Run: run.ID, Step: step.Path, Attempt: at.N, Outcome: string(at.Outcome),
		Request: harRequest{
			Method: at.Request.Method, URL: at.Request.URL, HTTPVersion: version, Cookies: []harPair{}, Headers: pairs(at.Request.Headers),
			QueryString: query(at.Request.URL), HeadersSize: -1, BodySize: at.Request.Size,
		},
		Response: harResponse{HTTPVersion: version, Cookies: []harPair{}, Headers: []harPair{}, HeadersSize: -1, BodySize: -1, Error: at.Error},
		Timings:  harTimings{Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Wait: float64(at.DurationMS)},
	}
	if at.NotKept {
		e.Comment += "; headers and bodies were not kept, because the disk was low"
	}
	if at.Erased {
		e.Comment += "; what was sent and came back was erased on request"
		e.Request.BodySize, e.Response.Error = -1, ""
	}
	if at.Request.Body != "" && !at.Erased {
		e.Request.PostData = &harPost{MimeType: gonets.HeaderValue(at.Request.Headers, "Content-Type"), Text: at.Request.Body, Comment: at.Request.Encoding}
		for _, p := range at.Request.Parts {
			e.Request.PostData.Params = append(e.Request.PostData.Params, harParam{Name: p.Name, Value: p.Text, FileName: p.FileName, Type: p.Type})
		}
	}
	if r := at.Response; r != nil {
		e.Response.Status, e.Response.StatusText = r.Status, statusText(r)
	}
	if r := at.Response; r != nil && !at.Erased {
		e.Response.Headers, e.Response.RedirectURL = pairs(r.Headers), gonets.HeaderValue(r.Headers, "Location")
		e.Response.Content = harBody{Size: r.Size, MimeType: gonets.HeaderValue(r.Headers, "Content-Type"), Text: r.Body, Encoding: r.Encoding}
	}
	if t := at.Timings; t != nil {
		e.Time, e.Timings = phases(t)
	}
	return e
}

func statusText(r *api.Response) string {
	if _, after, ok := strings.Cut(r.StatusLine, " "); ok {
		if _, text, ok := strings.Cut(after, " "); ok {
			return text
		}
	}
	return http.StatusText(r.Status)
}

// phases are the lengths of what the timings count from the start; connect
// includes TLS, as the format wants it.
func phases(t *gonets.Timings) (total float64, out harTimings) {
	ms := func(us int64) float64 { return float64(max(us, 0)) / 1000 }
	out = harTimings{Blocked: -1, DNS: -1, Connect: -1, SSL: -1}
	last := int64(0)
	if t.DNS > 0 {
		out.DNS, last = ms(t.DNS), t.DNS
	}
	if t.Connect > 0 {
		end := max(t.Connect, t.TLS)
		out.Connect = ms(end - last)
		if t.TLS > 0 {
			out.SSL = ms(t.TLS - t.Connect)
		}
		last = end
	}
	first := t.FirstByte
	if first == 0 {
		first = t.Total
	}
	out.Wait, out.Receive = ms(first-last), ms(t.Total-first)
	return ms(t.Total), out
}

func pairs(headers []gonets.Header) []harPair {
	out := make([]harPair, len(headers))
	for i, h := range headers {
		out[i] = harPair{h.Name, h.Value}
	}
	return out
}

func query(address string) []harPair {
	out := []harPair{}
	u, err := url.Parse(address)
	if err != nil {
		return out
	}
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, err1 := url.QueryUnescape(name)
		value, err2 := url.QueryUnescape(value)
		if name != "" && err1 == nil && err2 == nil {
			out = append(out, harPair{name, value})
		}
	}
	return out
}
