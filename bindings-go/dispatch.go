package koodrive

import (
	"context"
	"iter"
	"time"

	"github.com/koodrive/koodrive/bindings-go/internal/abi"
)

// DispatchOptions says how calls are paced, repeated and given up. The service publishes none of
// these numbers; docs/dispatcher.md of the project explains them. The zero value has the defaults.
type DispatchOptions struct {
	// Rate is in requests per second, at most: 0.001 to 100,000. Default 50. Ask your Huawei contact.
	Rate float64
	// Adaptive lets the pace fall below the rate while too many requests are throttled or fail.
	// Default true. Without it, only a Retry-After is obeyed.
	Adaptive *bool
	// Burst is the number of requests that may leave at once after a pause, at most 1,000,000.
	// Default: a tenth of a second's worth.
	Burst int
	// Concurrency is the number of requests in flight, at most: 1 to 65,535. Default 32.
	Concurrency int
	// Queue is the number of calls that are read ahead, at most: 1 to 1,000,000. Default 64.
	Queue int
	// Attempts is how often a call is sent, at most: 1 to 100. Default 8.
	Attempts int
	// Backoff: before the n-th repeat a random time up to this, doubled n − 1 times. Default 0.5 s.
	Backoff time.Duration
	// BackoffCap is the longest of these. Default 60 s.
	BackoffCap time.Duration
	// RetryAfterCap is the longest Retry-After that is obeyed. Default 1 h.
	RetryAfterCap time.Duration
	// RetryRatio is the number of repeats per first attempt, at most: 0 to 1. Default 0.2. One per
	// second and a small reserve are free.
	RetryRatio *float64
	// HaltAfter halts after so many calls in a row with the same answer and none delivered in between;
	// 0: never. Default 20.
	HaltAfter *int
	// RepeatsAreSafe says that the service may get a call twice without harm, which no page says: a
	// call with an unknown outcome is then sent again. Default false.
	RepeatsAreSafe bool
	// TokenAge is the age at which a token of the TokenSource is replaced before it is refused.
	// Default: only a 401 tells.
	TokenAge time.Duration
	// ReplyLimit bounds the body of a reply, in bytes after decompression. Default 1 MiB.
	ReplyLimit int

	// BeforeSend is called with each attempt before it leaves, by several goroutines at a time: for a
	// journal. If BeforeSend returns an error, that attempt does not leave, and the job ends with the
	// error.
	BeforeSend func(ctx context.Context, outgoing *Outgoing) error
	// OnExchange is called with each attempt that has ended, by several goroutines at a time: for logs
	// and metrics. The job ends after all of them have returned.
	OnExchange func(*Exchange)
	// OnHalt is called at a halt. If OnHalt returns true, the job goes on.
	OnHalt func(*HaltedError) bool
	// OnProgress is called about once a second, and at the end.
	OnProgress func(Progress)
	// OnLate is called with each outcome that comes after the loop was left: what is known is never
	// lost.
	OnLate func(*CallOutcome)
}

// Outgoing is an attempt that is about to leave.
type Outgoing struct {
	// Index is the position of the call in the source, from 0.
	Index int
	// Call is the call, as the source gave it.
	Call Call
	// Attempt is which attempt of its call it is, from 1.
	Attempt int
	// TraceID is the trace id of all attempts of the call.
	TraceID string
	// XDate is the X-Date of this attempt.
	XDate string
}

func (o DispatchOptions) write(w *abi.Writer) {
	number := func(name string, value float64) {
		w.Text(name)
		w.Decimal(value)
	}
	chosen := func(name string, value float64) {
		if value != 0 {
			number(name, value)
		}
	}
	flag := func(name string, value bool) {
		w.Text(name)
		w.Flag(value)
	}
	chosen("rate", o.Rate)
	if o.Adaptive != nil {
		flag("adaptive", *o.Adaptive)
	}
	chosen("burst", float64(o.Burst))
	chosen("concurrency", float64(o.Concurrency))
	chosen("queue", float64(o.Queue))
	chosen("attempts", float64(o.Attempts))
	chosen("backoff", o.Backoff.Seconds())
	chosen("backoff_cap", o.BackoffCap.Seconds())
	chosen("retry_after_cap", o.RetryAfterCap.Seconds())
	if o.RetryRatio != nil {
		number("retry_ratio", *o.RetryRatio)
	}
	if o.HaltAfter != nil {
		number("halt_after", float64(*o.HaltAfter))
	}
	flag("repeats_are_safe", o.RepeatsAreSafe)
	chosen("token_age", o.TokenAge.Seconds())
	chosen("reply_limit", float64(o.ReplyLimit))
}

// Dispatch sends many calls: paced, repeated where that is safe, through rate limits, outages and
// the end of a token. It yields one outcome per call, in the order in which they are known.
//
//   - calls is iterated in a goroutine of its own, and read only as far ahead as Queue. A struct of
//     yours that embeds a call comes back with the outcome, so the struct can hold your own key of
//     the call. A call that cannot be sent has its outcome, too, and its error.
//   - An error comes last, with a nil outcome: the calls that were read have had their outcomes
//     before. It is a [*HaltedError], the [*Error] of an option, or the cause of ctx.
//   - When ctx ends, sending stops. The requests in flight are awaited, each for at most
//     [Options.Timeout], so that their outcomes are known; the other calls that were read come out
//     as not sent.
//   - Leaving the loop does the same. [DispatchOptions.OnLate] then gets the outcomes.
//   - Sending happens only while the loop waits for the next outcome: a slow loop body slows the
//     job.
func (c *Client) Dispatch(ctx context.Context, calls iter.Seq[Call], options DispatchOptions) iter.Seq2[*CallOutcome, error] {
	return func(yield func(*CallOutcome, error) bool) {
		job, err := newJob(ctx, c, options)
		if err != nil {
			yield(nil, err)
			return
		}
		job.run(calls, yield)
	}
}
