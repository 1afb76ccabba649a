package api

import "time"

// Disk is how much room the disk has on which a server keeps its data. Bytes are
// left out while they are not known.
type Disk struct {
	Level         string `json:"level" enum:"ok,low,full" doc:"low: what succeeded runs carried is not kept. full: nothing new is accepted or sent"`
	FreeBytes     int64  `json:"free_bytes,omitempty"`
	TotalBytes    int64  `json:"total_bytes,omitempty"`
	LowBelowBytes int64  `json:"low_below_bytes,omitempty" doc:"With less free room than this the disk is low"`
	HoldsDatabase bool   `json:"holds_database" doc:"False with PostgreSQL, whose own disk is not known; the disk is then that of the data folder"`
	BallastBytes  int64  `json:"ballast_bytes" doc:"Room that is kept for the time when the disk is full"`
	BallastWanted int64  `json:"ballast_wanted_bytes" doc:"How large the ballast should be; it is given up when the disk is full and made again when there is room"`
}

// Storage is what is kept and how much room there is for it.
type Storage struct {
	Disk          Disk              `json:"disk" doc:"The disk of the server that answers"`
	DatabaseBytes int64             `json:"database_bytes" doc:"What the database takes on its disk"`
	DataBytes     int64             `json:"data_bytes" doc:"How much of that is in use; what was removed leaves room for new data"`
	Runs          int64             `json:"runs" doc:"About how many runs are kept"`
	Sampled       int               `json:"sampled" doc:"How many of them were looked at for the estimate"`
	Scenarios     []ScenarioStorage `json:"scenarios" nullable:"false" doc:"What the history of each scenario takes, the largest first: an estimate"`
	Retention     RetentionForecast `json:"retention"`
}

// ScenarioStorage is about what the history of a scenario takes.
type ScenarioStorage struct {
	Scenario string `json:"scenario"`
	Runs     int64  `json:"runs"`
	Bytes    int64  `json:"bytes"`
}

// RetentionForecast is what is removed next.
type RetentionForecast struct {
	AgeSeconds int64      `json:"age_seconds" doc:"How long final runs are kept"`
	SizeBytes  int64      `json:"size_bytes,omitempty" doc:"How large the database may be; left out without a limit"`
	OldestAt   *time.Time `json:"oldest_at,omitempty" doc:"When the oldest final run that is kept ended"`
	Next24h    RunCount   `json:"next_24h" doc:"Final runs that reach their age within 24 hours"`
	Next7d     RunCount   `json:"next_7d" doc:"Within 7 days"`
	OverBytes  int64      `json:"over_bytes,omitempty" doc:"How much the database is above its limit"`
	OverRuns   int64      `json:"over_runs,omitempty" doc:"About how many of the oldest final runs go for that"`
	WeekBytes  int64      `json:"week_bytes" doc:"About how much would go if history were kept for 7 days"`
}

// Cleaning says that old history is being removed.
type Cleaning struct {
	Started bool `json:"started"`
}
