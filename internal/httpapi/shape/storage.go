package shape

import (
	"gonets"
	"gonets/api"
)

// Stats shows what the database holds.
func Stats(st gonets.StoreStats, disk api.Disk) api.Stats {
	out := api.Stats{Runs: make(map[string]int, len(st.Runs)), WaitingForYou: st.Runs[gonets.RunPaused], SizeBytes: st.SizeBytes,
		FreeBytes: st.FreeBytes, Disk: disk}
	for state, n := range st.Runs {
		out.Runs[string(state)] = n
	}
	return out
}
