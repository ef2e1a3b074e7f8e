package koodrive

import (
	"time"

	"github.com/koodrive/koodrive/bindings-go/internal/abi"
)

// Verdict says what became of a call.
type Verdict string

// The verdicts of a call.
const (
	// Delivered: the service took it.
	Delivered Verdict = "delivered"
	// Refused: the service did not act, and will not next time.
	Refused Verdict = "refused"
	// Unknown: the service may have acted.
	Unknown Verdict = "unknown"
	// GivenUp: the service did not act, however often it was asked.
	GivenUp Verdict = "given_up"
	// NotSent: the service never saw it.
	NotSent Verdict = "not_sent"
)

// CallOutcome is what became of a call; the last that is heard of it. A field is its zero value
// where nothing is known.
type CallOutcome struct {
	// Index is the call's position in the source, from 0, and Call is the call as the source gave it.
	Index int
	Call  Call
	// Verdict says whether KooDrive acted on the call.
	Verdict Verdict
	// Attempts is how often it was sent.
	Attempts int
	// TraceID is that of all its attempts.
	TraceID string
	// XDate is the X-Date of the last attempt.
	XDate string
	// FirstSentAt and SentAt are when the first and the last attempt left, and AnsweredAt is when the
	// answer to the last one came, by this machine's clock. ServerDate is the Date of that answer.
	FirstSentAt time.Time
	SentAt      time.Time
	AnsweredAt  time.Time
	ServerDate  time.Time
	// Status is the HTTP status of that answer.
	Status int
	// Reply is the service's reply, where the call was delivered; nil where a field of it cannot be
	// read, which Err then says.
	Reply Reply
	// Err is the last attempt's error, an [*Error], where the call was not delivered.
	Err error
}

// Progress says how far a job is: calls since its start, and now.
type Progress struct {
	// Pushed are the calls that were read from the source.
	Pushed int
	// Requests were sent; more than calls, where some were sent again.
	Requests int
	// Outcomes so far, by verdict.
	Delivered, Refused, Unknown, GivenUp, NotSent int
	// Queued are the calls that wait for their first attempt, Waiting those that wait to be sent
	// again, now.
	Queued, Waiting, InFlight int
	// Rate is in requests per second that may leave, now.
	Rate float64
	// Slowed says why that is less than [DispatchOptions.Rate]: throttled, failing or draining. Empty
	// where it is not.
	Slowed string
	// SourceEnded says that no more calls will come.
	SourceEnded bool
}

// HaltedError says that nothing more was sent, since it would have been in vain. Correct the cause,
// and dispatch what was not sent.
type HaltedError struct {
	// Message says what happened and what to do.
	Message string
	// Reason is same_answer, or no_token.
	Reason string
	// Times is how many calls got the same answer, or how many tries got no token.
	Times int
	// Status, Code and Msg are those of the answer that the calls share.
	Status int
	Code   string
	Msg    string

	cause error
}

// Error returns the message.
func (e *HaltedError) Error() string { return e.Message }

// Unwrap returns the reason for a missing token, or nil for any other halt.
func (e *HaltedError) Unwrap() error { return e.cause }

func readOutcome(record abi.Record, index int, call Call) *CallOutcome {
	outcome := &CallOutcome{
		Index:       index,
		Call:        call,
		Verdict:     Verdict(record.Text(abi.OutcomeVerdict)),
		Attempts:    record.Int(abi.OutcomeAttempts),
		TraceID:     record.Text(abi.OutcomeTraceId),
		XDate:       record.Text(abi.OutcomeXDate),
		FirstSentAt: record.Instant(abi.OutcomeFirstSentAt),
		SentAt:      record.Instant(abi.OutcomeSentAt),
		AnsweredAt:  record.Instant(abi.OutcomeAnsweredAt),
		ServerDate:  record.Instant(abi.OutcomeServerDate),
		Status:      record.Int(abi.OutcomeStatus),
	}
	if reply, present := record.Field(abi.OutcomeReply); present {
		outcome.Reply = call.reply(reply)
	}
	if failed, present := record.Field(abi.OutcomeError); present {
		outcome.Err = readError(failed, nil)
	}
	return outcome
}

func readProgress(record abi.Record) Progress {
	return Progress{
		Pushed:      record.Int(abi.ProgressPushed),
		Requests:    record.Int(abi.ProgressRequests),
		Delivered:   record.Int(abi.ProgressDelivered),
		Refused:     record.Int(abi.ProgressRefused),
		Unknown:     record.Int(abi.ProgressUnknown),
		GivenUp:     record.Int(abi.ProgressGivenUp),
		NotSent:     record.Int(abi.ProgressNotSent),
		Queued:      record.Int(abi.ProgressQueued),
		Waiting:     record.Int(abi.ProgressWaiting),
		InFlight:    record.Int(abi.ProgressInFlight),
		Rate:        record.Decimal(abi.ProgressRate),
		Slowed:      record.Text(abi.ProgressSlowed),
		SourceEnded: record.Flag(abi.ProgressSourceEnded),
	}
}

func readHalt(record abi.Record, cause error) *HaltedError {
	return &HaltedError{
		Message: record.Text(abi.HaltMessage),
		Reason:  record.Text(abi.HaltReason),
		Times:   record.Int(abi.HaltTimes),
		Status:  record.Int(abi.HaltStatus),
		Code:    record.Text(abi.HaltCode),
		Msg:     record.Text(abi.HaltMsg),
		cause:   cause,
	}
}
