package koodrive

import (
	"errors"
	"log/slog"
	"math"
	"time"

	"github.com/koodrive/koodrive/bindings-go/internal/abi"
)

// Kind says what happened.
type Kind string

// The kinds of an error.
const (
	// KindInvalidInput was refused here, before anything was sent.
	KindInvalidInput Kind = "invalid_input"
	// KindNotSent surely never left: refused connection, DNS, TLS, connect time-out.
	KindNotSent Kind = "not_sent"
	// KindOutcomeUnknown was sent, and no complete reply came.
	KindOutcomeUnknown Kind = "outcome_unknown"
	// KindAPI is a status that is not a success, or a code other than 0.
	KindAPI Kind = "api"
	// KindUnreadableReply is a success whose reply cannot be read.
	KindUnreadableReply Kind = "unreadable_reply"
)

// Outcome says whether KooDrive acted on the call.
type Outcome string

// The outcomes of an error.
const (
	// OutcomeNotSent: nothing reached it.
	OutcomeNotSent Outcome = "not_sent"
	// OutcomeRefused: it answered, and did not act.
	OutcomeRefused Outcome = "refused"
	// OutcomeUnknown: it may have acted.
	OutcomeUnknown Outcome = "unknown"
)

// Error is any error of this package. Texts are the same in every language of koodrive, and hold no
// secret. A field is its zero value where nothing is known.
type Error struct {
	// Message says what happened and what to do.
	Message string `json:"message"`
	// Kind says what happened.
	Kind Kind `json:"kind"`
	// Outcome says whether KooDrive acted on the call.
	Outcome Outcome `json:"outcome"`
	// Retryable says whether the call may be repeated without asking the service first.
	Retryable bool `json:"retryable"`
	// Status is the HTTP status.
	Status int `json:"status,omitempty"`
	// Code is the service's code, digit for digit.
	Code string `json:"code,omitempty"`
	// Msg is the service's message. It may be Chinese, so never match on it.
	Msg string `json:"msg,omitempty"`
	// RequestID is a gateway's id of the request.
	RequestID string `json:"requestId,omitempty"`
	// TraceID is the reply's trace id, or else the one that was sent.
	TraceID string `json:"traceId,omitempty"`
	// XDate is the X-Date that was sent.
	XDate string `json:"xDate,omitempty"`
	// RetryAfter is how long the service asks to wait, in nanoseconds.
	RetryAfter time.Duration `json:"retryAfter,omitempty"`
	// Body is the beginning of the reply's body, at most 16,384 bytes.
	Body string `json:"body,omitempty"`
	// Field is the field that was refused, by the name that the message has.
	Field string `json:"field,omitempty"`

	cause            error
	closesConnection bool
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the error of the transport, of the context or of a function of yours, or nil.
func (e *Error) Unwrap() error { return e.cause }

// LogValue leaves out the body, which may hold personal data.
func (e *Error) LogValue() slog.Value {
	attributes := []slog.Attr{
		slog.String("message", e.Message),
		slog.String("kind", string(e.Kind)),
		slog.String("outcome", string(e.Outcome)),
		slog.Bool("retryable", e.Retryable),
	}
	if e.Status != 0 {
		attributes = append(attributes, slog.Int("status", e.Status))
	}
	for _, text := range []struct{ name, value string }{
		{"code", e.Code}, {"requestId", e.RequestID}, {"traceId", e.TraceID}, {"xDate", e.XDate}, {"field", e.Field},
	} {
		if text.value != "" {
			attributes = append(attributes, slog.String(text.name, text.value))
		}
	}
	return slog.GroupValue(attributes...)
}

func readError(record abi.Record, cause error) *Error {
	return &Error{
		Message:          record.Text(abi.ErrorMessage),
		Kind:             Kind(record.Text(abi.ErrorKind)),
		Outcome:          Outcome(record.Text(abi.ErrorOutcome)),
		Retryable:        record.Flag(abi.ErrorRetryable),
		Status:           record.Int(abi.ErrorStatus),
		Code:             record.Text(abi.ErrorCode),
		Msg:              record.Text(abi.ErrorMsg),
		RequestID:        record.Text(abi.ErrorRequestId),
		TraceID:          record.Text(abi.ErrorTraceId),
		XDate:            record.Text(abi.ErrorXDate),
		RetryAfter:       seconds(record.Decimal(abi.ErrorRetryAfter)),
		Body:             record.Text(abi.ErrorBody),
		Field:            record.Text(abi.ErrorField),
		cause:            cause,
		closesConnection: record.Flag(abi.ErrorClosesConnection),
	}
}

// errorOf returns an error of the core as one of this package; nil for nil.
func errorOf(err, cause error) error {
	var ofCore *abi.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ofCore):
		return readError(ofCore.Record, cause)
	}
	return refused("", "the call does not fit into the memory of koodrive.wasm; make it shorter")
}

// refused returns the error of an input that the core has not seen.
func refused(field, problem string) *Error {
	message := problem
	if field != "" {
		message = field + ": " + problem
	}
	return &Error{Message: message, Kind: KindInvalidInput, Outcome: OutcomeNotSent, Field: field}
}

// seconds returns so many seconds, or the longest time there is.
func seconds(decimal float64) time.Duration {
	if decimal >= time.Duration(math.MaxInt64).Seconds() {
		return math.MaxInt64
	}
	return time.Duration(math.Round(decimal * float64(time.Second)))
}
