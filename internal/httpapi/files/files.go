// Package files writes runs into a file as they are found: a page of them is all
// that is in memory at a time.
package files

import (
	"context"
	"io"

	"gonets"
	"gonets/api"
	"gonets/internal/export"
)

// MoreTrailer tells behind a file that it does not hold all that match.
const MoreTrailer = "Gonets-More"

// Runs are where runs are found.
type Runs interface {
	Runs(ctx context.Context, f gonets.RunFilter) (gonets.List[gonets.RunSummary], error)
	Run(ctx context.Context, id string) (gonets.RunDetail, error)
}

// Job is a file on its way.
type Job struct {
	Runs   Runs
	Filter gonets.RunFilter
	Style  export.Style
	// Left is how many more runs it may hold.
	Left int
	// Page is the first page, which was asked for before the file began.
	Page gonets.List[gonets.RunSummary]
	// Show gives runs of a list with the values by which people recognise them,
	// Whole one with all that it did, without what is secret.
	Show  func(ctx context.Context, runs []gonets.RunSummary) ([]api.RunSummary, error)
	Whole func(d *gonets.RunDetail) api.Run
	// Outlines are what it takes to tell of runs' last attempts, without what is
	// secret; those of runs that are gone are missing. Last tells of one.
	Outlines func(ctx context.Context, runs []gonets.RunSummary) ([]gonets.RunDetail, error)
	Last     func(d *gonets.RunDetail) *api.Attempt
	// Stopping ends the file early.
	Stopping <-chan struct{}
}

// Write writes the file; more says that it does not hold all that match.
func (j *Job) Write(ctx context.Context, w io.Writer) (more bool, err error) {
	file := export.New(w, j.Style)
	for {
		if err := j.page(ctx, file.Write); err != nil {
			return false, err
		}
		if j.Page.Next == "" || j.Left == 0 {
			return j.Page.Next != "", file.Close()
		}
		select {
		case <-j.Stopping:
			return false, gonets.Errorf(gonets.CodeStopping, "the server is stopping")
		default:
		}
		j.Filter.Page = gonets.Page{Cursor: j.Page.Next, Limit: min(j.Left, gonets.PageSize)}
		if j.Page, err = j.Runs.Runs(ctx, j.Filter); err != nil {
			return false, err
		}
	}
}

func (j *Job) page(ctx context.Context, write func(*api.Run) error) error {
	summaries, err := j.Show(ctx, j.Page.Items)
	if err != nil {
		return err
	}
	whole, told := j.Style.Whole(), map[string]*api.Attempt{}
	if !whole {
		if told, err = j.told(ctx); err != nil {
			return err
		}
	}
	for i := range summaries {
		run := api.Run{RunSummary: summaries[i]}
		if a := told[run.ID]; a != nil {
			run.Steps = []api.Step{{Attempts: []api.Attempt{*a}}}
		}
		if whole {
			d, err := j.Runs.Run(ctx, summaries[i].ID)
			if gonets.CodeOf(err) == gonets.CodeNotFound {
				continue // removed since
			}
			if err != nil {
				return err
			}
			run = j.Whole(&d)
			run.Data = summaries[i].Data
		}
		if err := write(&run); err != nil {
			return err
		}
		j.Left--
	}
	return nil
}

// mostOutlined is how many attempts of a table's runs are in memory at a time, unless
// one run has more.
const mostOutlined = 1_000

// told are the last attempts of the page's runs of which the file takes them, by run.
func (j *Job) told(ctx context.Context) (map[string]*api.Attempt, error) {
	var asked []gonets.RunSummary
	for i := range j.Page.Items {
		if j.Style.Tells(&j.Page.Items[i]) {
			asked = append(asked, j.Page.Items[i])
		}
	}
	out := map[string]*api.Attempt{}
	for len(asked) > 0 {
		n, attempts := 1, asked[0].Attempts
		for n < len(asked) && attempts+asked[n].Attempts <= mostOutlined {
			attempts += asked[n].Attempts
			n++
		}
		outlines, err := j.Outlines(ctx, asked[:n])
		if err != nil {
			return nil, err
		}
		for i := range outlines {
			out[outlines[i].Run.ID] = j.Last(&outlines[i])
		}
		asked = asked[n:]
	}
	return out, nil
}
