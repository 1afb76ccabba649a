package gonets

import "time"

// The limits of Gonets, in one place. docs/limits.md lists them for people; a
// test keeps that page and this file together.
const (
	// MaxIngestBody is how large a received body may be, in bytes, as sent and
	// unpacked.
	MaxIngestBody = 16 << 20
	// MaxGzipRatio is how many times larger than sent a gzip body may unpack.
	MaxGzipRatio = 100
	// MaxIngestInFlight is how many bytes of bodies one node reads at once.
	MaxIngestInFlight = 64 << 20
	// MaxHeadersIn bounds a received request's headers, in bytes.
	MaxHeadersIn = 32 << 10
	// MaxHeadersOut bounds a reply's headers, in bytes.
	MaxHeadersOut = 64 << 10
	// MaxJSONDepth is how deep received or rendered JSON may nest.
	MaxJSONDepth = 64
	// MaxValues is how many values a received body may hold: members, elements,
	// fields.
	MaxValues = 100_000

	ServerHeaderTimeout = 5 * time.Second
	ServerBodyTimeout   = 30 * time.Second
	ServerWriteTimeout  = 60 * time.Second
	ServerIdleTimeout   = 90 * time.Second
	MaxConnections      = 10_000
	MaxConnectionsPerIP = 256

	// MaxReplyBody is how much of a reply is read by default, on the wire and
	// decoded, in bytes.
	MaxReplyBody = 10 << 20
	// MaxReplyLimit is the most that a step may set as its reply limit.
	MaxReplyLimit = 64 << 20

	DefaultHTTPTimeout = 30 * time.Second
	MinHTTPTimeout     = time.Second
	MaxHTTPTimeout     = 15 * time.Minute
	ConnectTimeout     = 10 * time.Second
	MaxRedirects       = 10

	MinRetryDelay = time.Second
	MaxWait       = 7 * 24 * time.Hour
	MaxRetryAfter = 24 * time.Hour
	MaxRetries    = 100
	// MaxJitter is the largest share of a delay that is added to it, so that
	// runs that failed together do not come back together.
	MaxJitter = 0.10

	MaxTemplateSource = 4 << 10
	// MaxBodyTemplate bounds a text or JSON template of a body; its single
	// expressions stay within MaxTemplateSource.
	MaxBodyTemplate     = 256 << 10
	MaxRendered         = 10 << 20
	MaxStepsPerRun      = 1_000
	MaxOutputsPerRun    = 32 << 20
	MaxStepDepth        = 16
	MaxStepsPerScenario = 200

	// MaxSyncWait bounds how long a caller waits for a respond step.
	MaxSyncWait  = 25 * time.Second
	DedupeWindow = 24 * time.Hour

	CommitBatch      = 512
	CommitQueue      = 4_096
	CommitQueueBytes = 64 << 20
	CommitQueueAge   = 2 * time.Second

	LaneConcurrency = 16
	// LaneConcurrency1C is the same of a 1C server.
	LaneConcurrency1C = 2
	// MaxLaneConcurrency, MaxLaneRate and MaxLaneLimits bound what the settings
	// may say of lanes.
	MaxLaneConcurrency = 1_000
	MaxLaneRate        = 10_000
	MaxLaneLimits      = 1_000
	LaneQueue          = 512
	NodeQueue          = 8_192
	NodeQueueBytes     = 64 << 20
	ClaimBatch         = 100

	MaxHops         = 10
	PageSize        = 100
	MaxPageSize     = 1_000
	MaxSearchValues = 8
	MaxDataPaths    = 3
	MaxMaskedFields = 100
	MaxMaskedField  = 200
	// MaxTagLength is in characters.
	MaxTags          = 20
	MaxTagLength     = 40
	MaxBatchEvents   = 500
	InlineBody       = 4 << 10
	SampleCount      = 50
	RetentionAge     = 30 * 24 * time.Hour
	RetentionBatch   = 500
	MaxIDLength      = 512
	MaxNameLength    = 64
	MaxDocumentBytes = 4 << 20

	// StopSoftDeadline is how long a stopping server waits for requests that
	// are in flight before it cancels them.
	StopSoftDeadline = 10 * time.Second
	// PoisonCrashes is how many crashes with the run alone in flight a run may
	// survive; the next one pauses it.
	PoisonCrashes = 2

	// MinPassword and MaxLogin are in characters, MaxPassword in bytes.
	MinPassword = 10
	MaxPassword = 1 << 10
	MaxLogin    = 254
	// SessionAge is how long a session lives without being used.
	SessionAge = 30 * 24 * time.Hour
)
