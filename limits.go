package gonets

import "time"

// The limits of Gonets, in one place. docs/limits.md lists them for people; a
// test keeps that page and this file together.
const (
	// MaxIngestBody is for a received body, in bytes, as sent and unpacked.
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
	// MaxRepliesHeld is how many bytes of long replies one node works on at once.
	MaxRepliesHeld = 64 << 20

	DefaultHTTPTimeout = 30 * time.Second
	MinHTTPTimeout     = time.Second
	MaxHTTPTimeout     = 15 * time.Minute
	ConnectTimeout     = 10 * time.Second
	MaxRedirects       = 10

	MinRetryDelay = time.Second
	MaxWait       = 7 * 24 * time.Hour
	MaxRetryAfter = 24 * time.Hour
	MaxRetries    = 100
	// MaxJitter is the most that a delay grows by, so that runs do not return together.
	MaxJitter = 0.10

	MaxTemplateSource = 4 << 10
	// MaxBodyTemplate is for a whole body, each expression in it within the above.
	MaxBodyTemplate = 256 << 10
	MaxRendered     = 10 << 20
	// MaxFileBody is for a body that carries files, in bytes.
	MaxFileBody = 25 << 20
	// MaxFormFiles is of one form that is sent.
	MaxFormFiles        = 100
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
	// MaxLaneConcurrency, MaxLaneRate, MaxLaneLimits bound what settings say of lanes.
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
	MaxChecks        = 32
	MaxCheckTime     = time.Hour
	MaxCheckBytes    = 64 << 20
	MaxIDLength      = 512
	MaxNameLength    = 64
	MaxDocumentBytes = 4 << 20

	// StopSoftDeadline is when a stopping server cancels requests in flight.
	StopSoftDeadline = 10 * time.Second
	// PoisonCrashes is how many crashes alone in flight a run survives unpaused.
	PoisonCrashes = 2

	// MinPassword and MaxLogin are in characters, MaxPassword in bytes.
	MinPassword = 10
	MaxPassword = 1 << 10
	MaxLogin    = 254
	// SessionAge is how long a session lives without being used.
	SessionAge = 30 * 24 * time.Hour
)
