package api

import (
	"time"

	"gonets"
)

// EchoAddress is one address of the test receiver.
type EchoAddress struct {
	Name   string     `json:"name"`
	URL    string     `json:"url"`
	Script string     `json:"script,omitempty" doc:"How it answers, request by request; without one it answers 200 with what came"`
	Count  int64      `json:"count" doc:"How many requests came; the last 50 are kept"`
	LastAt *time.Time `json:"last_at,omitempty" doc:"When the last one came"`
}

// Echo is an address of the test receiver with what came to it, newest first.
type Echo struct {
	EchoAddress
	Requests []EchoSummary `json:"requests" nullable:"false"`
}

// EchoSummary is a request that came to an address of the test receiver, as a
// list names it.
type EchoSummary struct {
	EchoAnswer
	ReceivedAt time.Time `json:"received_at"`
	Method     string    `json:"method"`
	Path       string    `json:"path"`
	Query      string    `json:"query"`
	Size       int64     `json:"size" doc:"The whole body's, in bytes"`
	Cut        bool      `json:"cut,omitempty" doc:"Only the beginning of the body is kept"`
	Withheld   bool      `json:"withheld,omitempty" doc:"The settings hide fields, and what came holds their values under any name: what follows the address, the query, the headers and the body are left out for whoever may not change the settings"`
}

// EchoRequest is such a request with all that came.
type EchoRequest struct {
	EchoSummary
	Headers     []gonets.Header `json:"headers" nullable:"false"`
	ContentType string          `json:"content_type"`
	Content
}

// EchoAnswer is how the test receiver answered a request.
type EchoAnswer struct {
	N      int64  `json:"n" doc:"Which one it was, from 1"`
	How    string `json:"how" enum:"answer,delay,cut,hang,slow,big" doc:"answer: at once; delay: later; cut: the connection was reset after the headers; hang: nothing was answered; slow: in pieces; big: with a large body"`
	Status int    `json:"status,omitempty" doc:"What was answered; nothing when the connection was cut or hung"`
}

// EchoScript says how an address of the test receiver answers from now on.
type EchoScript struct {
	Script string `json:"script" maxLength:"4096" doc:"Request by request, such as 500,500,200 or 503 for 3h; empty is as usual"`
}
