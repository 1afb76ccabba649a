package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"

	"gonets"
	"gonets/api"
	"gonets/internal/config"
	"gonets/internal/disk"
	"gonets/internal/news"
	"gonets/internal/notify"
	"gonets/internal/store"
	"gonets/internal/store/space"
	"gonets/setting"
)

// watchDisk looks at the disk of the database, or, where that is elsewhere, at the
// one of the data folder.
func watchDisk(cfg config.Config, clock gonets.Clock, log *slog.Logger, bus *notify.Bus) (*disk.Watch, error) {
	o := disk.Options{Folder: cfg.Data, Ballast: cfg.Ballast, LowBelow: cfg.LowDisk, Clock: clock, Log: log,
		Changed: func() { bus.Publish(gonets.Change{Kind: "disk"}) }}
	if path := cfg.DatabasePath(); path != "" {
		o.Holds, o.Folder = true, filepath.Dir(path)
		if err := os.MkdirAll(o.Folder, 0o700); err != nil {
			return nil, gonets.Errorf(gonets.CodeStoreFailed, "the folder %s of the database cannot be made: %w", o.Folder, err)
		}
	}
	return disk.Open(o), nil
}

// storage tells what is kept and how much room there is for it.
type storage struct {
	store *store.Store
	disk  *disk.Watch
	live  *live
	// path is the database's file; empty with PostgreSQL.
	path string
	log  *slog.Logger
}

// Disk shows how it stands with the disk.
func (s storage) Disk() api.Disk {
	d := s.disk.State()
	return api.Disk{Level: string(d.Level), FreeBytes: d.Free, TotalBytes: d.Whole, LowBelowBytes: d.LowBelow, HoldsDatabase: s.path != "",
		BallastBytes: d.Ballast, BallastWanted: d.Wanted}
}

// holdings are what the database holds, its log included.
func (s storage) holdings(ctx context.Context) (space.Holdings, setting.Retention, error) {
	keep := s.live.Settings().Retention
	if keep.Age == 0 {
		keep.Age = gonets.Duration(gonets.RetentionAge)
	}
	h, err := s.store.Holdings(ctx, keep.Age.D())
	if st, err := os.Stat(s.path + "-wal"); err == nil && s.path != "" {
		h.FileBytes += st.Size()
	}
	return h, keep, err
}

// Show tells all of it.
func (s storage) Show(ctx context.Context) (api.Storage, error) {
	h, keep, err := s.holdings(ctx)
	if err != nil {
		return api.Storage{}, err
	}
	out := api.Storage{Disk: s.Disk(), DatabaseBytes: h.FileBytes, DataBytes: h.DataBytes, Runs: h.Runs, Sampled: h.Sampled, Scenarios: []api.ScenarioStorage{},
		Retention: api.RetentionForecast{AgeSeconds: int64(keep.Age.D().Seconds()), SizeBytes: keep.Size, WeekBytes: h.WeekBytes,
			Next24h: api.RunCount{Count: h.Day.N, More: h.Day.More}, Next7d: api.RunCount{Count: h.Week.N, More: h.Week.More}}}
	for _, sc := range h.Scenarios {
		out.Scenarios = append(out.Scenarios, api.ScenarioStorage(sc))
	}
	if !h.Oldest.IsZero() {
		out.Retention.OldestAt = &h.Oldest
	}
	if keep.Size > 0 && h.DataBytes > keep.Size {
		out.Retention.OverBytes = h.DataBytes - keep.Size
		out.Retention.OverRuns = min(h.Runs, out.Retention.OverBytes*h.Runs/h.DataBytes)
	}
	return out, nil
}

// Low is what people are told while the disk is low or full; nil otherwise.
func (s storage) Low(ctx context.Context, told bool) (*news.Disk, error) {
	d := s.disk.State()
	if d.Level == disk.OK || s.path == "" && d.Free >= d.LowBelow {
		return nil, nil // what PostgreSQL says of its own disk is no news of this one
	}
	out := &news.Disk{Free: d.Free, LowBelow: d.LowBelow, Whole: d.Whole}
	if told || s.path == "" {
		return out, nil
	}
	h, _, err := s.holdings(ctx)
	if err != nil {
		// People are told that there is little room, even when nobody knows of what.
		s.log.Warn("what is kept could not be estimated", "error", err)
	}
	out.Database, out.Week = h.FileBytes, h.WeekBytes
	return out, nil
}
