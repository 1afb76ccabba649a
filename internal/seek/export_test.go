package seek

// MaxRuns is how many runs one question looks at.
const MaxRuns = maxRuns
