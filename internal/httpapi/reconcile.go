package httpapi

import (
	"context"

	"gonets/api"
	"gonets/internal/export"
	"gonets/internal/httpapi/days"
)

// ReconcileInput asks for days.
type ReconcileInput struct {
	From   string `query:"from" format:"date" doc:"The first day, in the time zone of the settings"`
	To     string `query:"to" format:"date" doc:"The last day; left out, today"`
	Days   int    `query:"days" minimum:"1" maximum:"92" default:"7" doc:"How many days up to the last one, when from is left out"`
	Source string `query:"source" maxLength:"64" doc:"Only what came from this source"`
}

func (s *server) reconciliation(ctx context.Context, in *ReconcileInput) (out api.Reconciliation, style export.Style, err error) {
	reader := s.reader()
	question, err := days.Ask(days.Span{From: in.From, To: in.To, Days: in.Days}, reader.Now, reader.Zone)
	if err != nil {
		return out, style, err
	}
	question.Source = in.Source
	found, err := s.History.Reconcile(ctx, question)
	return days.Tell(question, found), export.Style{Zone: question.Zone}, err
}

func (s *server) reconcile(ctx context.Context, in *ReconcileInput) (*output[api.Reconciliation], error) {
	r, _, err := s.reconciliation(ctx, in)
	return &output[api.Reconciliation]{Body: r}, err
}

type reconcileFileInput struct {
	ReconcileInput
	Language string `query:"lang" enum:"ru,en" default:"en" doc:"Language of the table; ru also separates by semicolons, as spreadsheets in Russian want it"`
}

type file struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (s *server) exportReconciliation(ctx context.Context, in *reconcileFileInput) (*file, error) {
	r, style, err := s.reconciliation(ctx, &in.ReconcileInput)
	if err != nil {
		return nil, err
	}
	style.Russian = in.Language == "ru"
	b, err := export.Reconciliation(&r, style)
	return &file{Type: export.MediaType(export.CSV), Body: b, Disposition: `attachment; filename="gonets-reconciliation-` + r.From + `-` + r.To + `.csv"`}, err
}
