package koodrive

import (
	"log/slog"
	"strings"
	"time"
)

// Exchange is an attempt that has ended, for logs and metrics. It holds no credential. Operation
// and URL of a [RawCall] hold its path, with the ids that are in the path.
type Exchange struct {
	// Operation is the publisher's name of the operation; method and path of a raw call.
	Operation string
	// Method is the HTTP method.
	Method string
	// URL is the URL that was sent, without its query.
	URL string
	// Status is the HTTP status; 0 where no complete answer came.
	Status int
	// StartedAt is when the attempt began, by this machine's clock.
	StartedAt time.Time
	// Duration is the time until the reply was read, by a monotonic clock.
	Duration time.Duration
	// TraceID is the trace id that was sent.
	TraceID string
	// Kind and Outcome are those of the attempt's error; empty after a success.
	Kind    Kind
	Outcome Outcome
}

// LogValue has the fields that are known.
func (e *Exchange) LogValue() slog.Value {
	attributes := []slog.Attr{
		slog.String("operation", e.Operation),
		slog.String("method", e.Method),
		slog.String("url", e.URL),
		slog.Time("startedAt", e.StartedAt),
		slog.Duration("duration", e.Duration),
		slog.String("traceId", e.TraceID),
	}
	if e.Status != 0 {
		attributes = append(attributes, slog.Int("status", e.Status))
	}
	if e.Kind != "" {
		attributes = append(attributes, slog.String("kind", string(e.Kind)), slog.String("outcome", string(e.Outcome)))
	}
	return slog.GroupValue(attributes...)
}

// withoutQuery leaves out the query of a URL, which may hold ids.
func withoutQuery(url string) string {
	url, _, _ = strings.Cut(url, "?")
	return url
}

// nameOf returns the name of a call, as messages have it.
func nameOf(call Call) string {
	// A struct of the program that embeds a raw call has this method, too.
	if raw, ok := call.(interface{ name() string }); ok {
		return raw.name()
	}
	return call.operation()
}
