package httpapi

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"gonets"
	"gonets/api"
	"gonets/internal/export"
	"gonets/internal/httpapi/shape"
)

type countInput struct{ FilterInput }

func (s *server) countRuns(ctx context.Context, in *countInput) (*output[api.RunCount], error) {
	f, err := s.filter(ctx, &in.FilterInput)
	if err != nil {
		return nil, err
	}
	n, err := s.History.CountRuns(ctx, f)
	if err != nil {
		return nil, err
	}
	return &output[api.RunCount]{Body: api.RunCount{Count: n.N, More: n.More}}, nil
}

type chartInput struct {
	FilterInput
	Cursor string `query:"cursor" maxLength:"512" doc:"next of the answer before"`
}

func (s *server) chartRuns(ctx context.Context, in *chartInput) (*output[api.RunChart], error) {
	f, err := s.filter(ctx, &in.FilterInput)
	if err != nil {
		return nil, err
	}
	frame := shape.FrameOf(&f, s.Clock.Now())
	if in.Cursor != "" {
		if frame, err = shape.ParseFrame(in.Cursor, &f); err != nil {
			return nil, err
		}
	}
	bars, err := s.History.ChartRuns(ctx, f, frame.Spans())
	if err != nil {
		return nil, err
	}
	return &output[api.RunChart]{Body: shape.Chart(frame, bars)}, nil
}

// exported describes an answer that is a file.
func exported(op *huma.Operation) {
	content := map[string]*huma.MediaType{}
	for _, format := range export.Formats() {
		content[export.MediaType(format)] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	op.Responses["200"] = &huma.Response{Description: "OK. The trailer Gonets-More is true when more runs match than the file holds", Content: content}
}

// moreTrailer tells behind a file that it does not hold all that match.
const moreTrailer = "Gonets-More"

type fileInput struct {
	FilterInput
	Format   string `query:"format" enum:"csv,jsonl,har" required:"true" doc:"csv: a table for spreadsheets, at most 100 000 runs; jsonl: everything about a run in a line, at most 10 000; har: the HTTP exchanges, of at most 1 000 runs"`
	Language string `query:"lang" enum:"ru,en" default:"en" doc:"Language of a table; ru also separates by semicolons, as spreadsheets in Russian want it"`
	Limit    int    `query:"limit" minimum:"1" maximum:"100000" doc:"At most this many runs; the newest come first"`
}

// exportRuns writes what a filter finds as it finds it: a page of runs is all
// that is in memory at a time.
func (s *server) exportRuns(ctx context.Context, in *fileInput) (*huma.StreamResponse, error) {
	f, err := s.filter(ctx, &in.FilterInput)
	if err != nil {
		return nil, err
	}
	reader, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	limit := export.Limit(in.Format)
	if in.Limit > 0 {
		limit = min(limit, in.Limit)
	}
	// What cannot be asked is told before the file begins.
	f.Page.Limit = min(limit, gonets.PageSize)
	first, err := s.Runs.Runs(ctx, f)
	if err != nil {
		return nil, err
	}
	job := exporting{server: s, filter: f, reader: reader, whole: export.Whole(in.Format), left: limit, page: first}
	name := "gonets-runs-" + reader.Now.In(reader.Zone).Format("2006-01-02") + "." + in.Format
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		_, w := humago.Unwrap(hc)
		stream := http.NewResponseController(w)
		// A file takes longer than other answers.
		_ = stream.SetWriteDeadline(time.Time{})
		h := w.Header()
		h.Set("Content-Type", export.MediaType(in.Format))
		h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
		h.Set("Trailer", moreTrailer)
		more, err := job.write(hc.Context(), w, in)
		if err != nil {
			if hc.Context().Err() == nil {
				s.Log.Error("an export broke off", "format", in.Format, "error", err)
			}
			// Whoever reads must not take a part for the whole.
			panic(http.ErrAbortHandler)
		}
		h.Set(moreTrailer, strconv.FormatBool(more))
	}}, nil
}

// exporting is a file on its way.
type exporting struct {
	server *server
	filter gonets.RunFilter
	reader shape.Reader
	whole  bool
	left   int
	page   gonets.List[gonets.RunSummary]
}

func (e *exporting) write(ctx context.Context, w http.ResponseWriter, in *fileInput) (more bool, err error) {
	file := export.New(w, export.Style{Format: in.Format, Russian: in.Language == "ru", Zone: e.reader.Zone, Version: e.server.Version})
	for {
		if err := e.writePage(ctx, file.Write); err != nil {
			return false, err
		}
		if e.page.Next == "" || e.left == 0 {
			return e.page.Next != "", file.Close()
		}
		select {
		case <-e.server.Stopping:
			return false, gonets.Errorf(gonets.CodeStopping, "the server is stopping")
		default:
		}
		e.filter.Page = gonets.Page{Cursor: e.page.Next, Limit: min(e.left, gonets.PageSize)}
		if e.page, err = e.server.Runs.Runs(ctx, e.filter); err != nil {
			return false, err
		}
	}
}

func (e *exporting) writePage(ctx context.Context, write func(*api.Run) error) error {
	summaries := make([]api.RunSummary, 0, len(e.page.Items))
	for i := range e.page.Items {
		summaries = append(summaries, shape.RunSummary(e.page.Items[i]))
	}
	if err := e.server.tell(ctx, summaries); err != nil {
		return err
	}
	for i := range summaries {
		run := api.Run{RunSummary: summaries[i]}
		if e.whole {
			d, err := e.server.Runs.Run(ctx, summaries[i].ID)
			if gonets.CodeOf(err) == gonets.CodeNotFound {
				continue // removed since
			}
			if err != nil {
				return err
			}
			d.Event = e.server.Mask(d.Event)
			run = shape.Run(&d, e.reader)
			run.Data = summaries[i].Data
		}
		if err := write(&run); err != nil {
			return err
		}
		e.left--
	}
	return nil
}
