package api

// Reconciliation is what came in and what became of it, by day and source.
type Reconciliation struct {
	From string `json:"from" format:"date" doc:"The first day"`
	To   string `json:"to" format:"date" doc:"The last day"`
	Zone string `json:"zone" doc:"The time zone of the days"`
	// Items are the newest day first, within a day by source.
	Items []DayCounts `json:"items" nullable:"false" doc:"The newest day first; days and sources of which nothing is known are left out"`
	Total Counts      `json:"total"`
}

// DayCounts are the counts of one source on one day.
type DayCounts struct {
	Day    string `json:"day" format:"date"`
	Source string `json:"source"`
	Counts
}

// Counts are events and what became of them. An event with several runs counts
// once, as the run that is worst off.
type Counts struct {
	Received  int64 `json:"received" doc:"Events that were stored"`
	Repeats   int64 `json:"repeats" doc:"Events that were recognised as sent before; not in received"`
	Rejected  int64 `json:"rejected" doc:"Requests that were not believed; not in received"`
	Done      int64 `json:"done"`
	Skipped   int64 `json:"skipped" doc:"A condition said no"`
	Waiting   int64 `json:"waiting" doc:"Queued, running, or waiting for a time"`
	Held      int64 `json:"held" doc:"Their scenario does not run"`
	Paused    int64 `json:"paused" doc:"They wait for a person"`
	Failed    int64 `json:"failed"`
	Cancelled int64 `json:"cancelled"`
	Unused    int64 `json:"unused" doc:"No scenario used the source"`
	Expired   int64 `json:"expired" doc:"Held for a scenario that never ran, and removed after the time for which history is kept"`
	Missing   int64 `json:"missing" doc:"Runs that were made and of which nothing is known any more; always 0 unless the database was damaged"`
	AddsUp    bool  `json:"adds_up" doc:"Whether received is the sum of all that events became"`
}
