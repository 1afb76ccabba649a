//go:build !linux

package loadgen

func cpuSeconds(int) (seconds float64, known bool) { return 0, false }

func postgresSeconds(string) (seconds float64, known bool) { return 0, false }

func residentMiB(int) (mib float64, known bool) { return 0, false }

func peakMiB(int) (mib float64, known bool) { return 0, false }

func cpuModel() string { return "" }
