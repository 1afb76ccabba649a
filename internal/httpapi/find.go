package httpapi

import (
	"context"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"gonets"
	"gonets/api"
	"gonets/internal/export"
	"gonets/internal/httpapi/files"
	"gonets/internal/httpapi/patient"
	"gonets/internal/httpapi/shape"
)

type countInput struct{ FilterInput }

func (s *server) countRuns(ctx context.Context, in *countInput) (*output[api.RunCount], error) {
	f, err := s.filter(&in.FilterInput)
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
	f, err := s.filter(&in.FilterInput)
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

type fileInput struct {
	FilterInput
	Format   string   `query:"format" enum:"csv,jsonl,har" required:"true" doc:"csv: a table for spreadsheets, at most 100 000 runs; jsonl: everything about a run in a line, at most 10 000; har: the HTTP exchanges, of at most 1 000 runs"`
	Language string   `query:"lang" enum:"ru,en" default:"en" doc:"Language of a table; ru also separates by semicolons, as spreadsheets in Russian want it"`
	Columns  []string `query:"columns" uniqueItems:"true" enum:"run,time,state,reason,scenario,version,source,data,attempts,status,error,next_try,ended,lane,event,reason_code,error_code,address,request,reply" doc:"Only for csv: which columns, in their order, separated by commas; left out, all but the last three. address, request and reply are of the last attempt; a table with request or reply holds at most 10 000 runs"`
	Limit    int      `query:"limit" minimum:"1" maximum:"100000" doc:"At most this many runs; the newest come first"`
}

// exportRuns writes what a filter finds as it finds it.
func (s *server) exportRuns(ctx context.Context, in *fileInput) (*huma.StreamResponse, error) {
	f, err := s.filter(&in.FilterInput)
	if err != nil {
		return nil, err
	}
	if len(in.Columns) > 0 && in.Format != export.CSV {
		return nil, invalid("/columns", gonets.CodeNotBoth, "%s are chosen for csv; a file of format %s holds everything", "columns", in.Format)
	}
	reader := s.reader()
	style := export.Style{Format: in.Format, Columns: in.Columns, Russian: in.Language == "ru", Zone: reader.Zone, Version: s.Version}
	limit := style.Limit()
	if in.Limit > 0 {
		limit = min(limit, in.Limit)
	}
	// What cannot be asked is told before the file begins.
	f.Page.Limit = min(limit, gonets.PageSize)
	first, err := s.Runs.Runs(ctx, f)
	if err != nil {
		return nil, err
	}
	job := files.Job{Runs: s.Runs, Filter: f, Left: limit, Page: first, Stopping: s.Stopping, Style: style,
		Show: func(ctx context.Context, runs []gonets.RunSummary) ([]api.RunSummary, error) {
			shown, err := s.listed(ctx, runs)
			if err != nil {
				return nil, err
			}
			return shown, s.tell(ctx, shown)
		},
		Whole: func(d *gonets.RunDetail) api.Run {
			shown := s.Masks.Run(*d)
			return shape.Run(&shown, reader)
		},
		Outlines: s.Outlines, Last: func(d *gonets.RunDetail) *api.Attempt { return shape.Last(d, reader) }}
	name := "gonets-runs-" + reader.Now.In(reader.Zone).Format("2006-01-02") + "." + in.Format
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		_, w := humago.Unwrap(hc)
		h := w.Header()
		h.Set("Content-Type", export.MediaType(in.Format))
		h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
		h.Set("Trailer", files.MoreTrailer)
		more, err := job.Write(hc.Context(), patient.New(w))
		if err != nil {
			if hc.Context().Err() == nil {
				s.Log.Error("an export broke off", "format", in.Format, "error", err)
			}
			// Whoever reads must not take a part for the whole.
			panic(http.ErrAbortHandler)
		}
		h.Set(files.MoreTrailer, strconv.FormatBool(more))
	}}, nil
}
