package koodrive

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"sync"
	"time"

	"github.com/koodrive/koodrive/bindings-go/internal/abi"
)

// job drives one dispatcher. Which call is sent when is decided there; here the source is read,
// requests travel and tokens are fetched. The goroutine of the loop alone uses the fields, but for
// those under the lock: the others hand in what came, and wake it.
type job struct {
	client  *Client
	handle  uint32
	options DispatchOptions
	// origin is that of the monotonic clock.
	origin time.Time
	// ctx is the caller's. reading ends with it, and when nothing more is to be read.
	ctx     context.Context
	reading context.Context
	end     context.CancelFunc

	// source gives the calls, as many as the dispatcher wanted.
	source <-chan Call
	wanted int
	read   int
	// held are the calls that the dispatcher has, by their positions in the source.
	held map[int]Call
	// unfit are the outcomes of calls that the dispatcher has not taken.
	unfit []*CallOutcome

	// progressAt is when the progress is told next.
	progressAt  time.Time
	isCancelled bool
	isDone      bool
	// failure is what ended the job early.
	failure error

	// wake holds something when something was handed in.
	wake chan struct{}
	// sending has the goroutines of the attempts.
	sending sync.WaitGroup
	lock    sync.Mutex
	// mistake is an error of the program, which ends the job. noToken is the reason for a missing
	// token.
	mistake error
	noToken error
}

func newJob(ctx context.Context, client *Client, options DispatchOptions) (*job, error) {
	var seed [8]byte
	_, _ = rand.Read(seed[:])
	answer, err := client.core.Call(client.handle, abi.OpDispatch, func(w *abi.Writer) {
		w.Record(func(w *abi.Writer) {
			options.write(w)
			w.Text("renews_token")
			w.Flag(client.tokenSource != nil)
		})
		w.Bytes(seed[:])
	})
	if err != nil {
		return nil, errorOf(err, nil)
	}
	now := time.Now()
	j := &job{
		client:     client,
		handle:     uint32(answer.Int(abi.HandleHandle)),
		options:    options,
		origin:     now,
		ctx:        ctx,
		held:       make(map[int]Call),
		progressAt: now.Add(time.Second),
		wake:       make(chan struct{}, 1),
	}
	j.reading, j.end = context.WithCancel(ctx)
	return j, nil
}

func (j *job) run(calls iter.Seq[Call], yield func(*CallOutcome, error) bool) {
	j.source = j.readAll(calls)
	// A panic in the loop's body also closes the job, which awaits the requests in flight.
	defer j.close()
	for outcome := j.next(); outcome != nil; outcome = j.next() {
		if !yield(outcome, nil) {
			return
		}
	}
	if j.failure != nil {
		yield(nil, j.failure)
	}
}

func (j *job) close() {
	j.cancel()
	for outcome := j.next(); outcome != nil; outcome = j.next() {
		if j.options.OnLate != nil {
			j.options.OnLate(outcome)
		}
	}
	j.sending.Wait()
	j.tellProgress()
	j.client.core.Close(j.handle)
}

// readAll reads the source, one call ahead of what is taken.
func (j *job) readAll(calls iter.Seq[Call]) <-chan Call {
	source := make(chan Call)
	go func() {
		defer close(source)
		for call := range calls {
			select {
			case source <- call:
			case <-j.reading.Done():
				return
			}
		}
	}()
	return source
}

// next returns the next outcome; nil after the last one.
func (j *job) next() *CallOutcome {
	for !j.isDone {
		j.look()
		if len(j.unfit) > 0 {
			outcome := j.unfit[0]
			j.unfit = j.unfit[1:]
			return outcome
		}
		action, err := j.call(abi.OpPoll, j.now)
		if err != nil {
			j.fail(err)
			j.isDone = true
			break
		}
		switch name := action.Text(abi.ActionAction); name {
		case "send":
			index := action.Int(abi.ActionKey)
			j.sending.Add(1)
			go j.send(action.Record(abi.ActionRequest), &Outgoing{
				Index:   index,
				Call:    j.held[index],
				Attempt: action.Int(abi.ActionAttempt),
				TraceID: action.Text(abi.ActionTraceId),
				XDate:   action.Text(abi.ActionXDate),
			})
		case "outcome":
			return j.outcome(action.Record(abi.ActionOutcome))
		case "calls":
			j.wanted = action.Int(abi.ActionCalls)
		case "token":
			go j.renewToken()
		case "halted":
			j.halted(action.Record(abi.ActionHalt))
		case "wait":
			j.wait(action)
		case "done":
			j.isDone = true
		default:
			j.fail(fmt.Errorf("koodrive: unknown action %q of the dispatcher; the core is newer than this package", name))
			j.isDone = true
		}
	}
	return nil
}

// look looks for what came from outside: the end of the context, a mistake in another goroutine,
// the time to tell the progress.
func (j *job) look() {
	if err := context.Cause(j.ctx); err != nil && !j.isCancelled {
		j.fail(err)
	}
	j.lock.Lock()
	mistake := j.mistake
	j.lock.Unlock()
	if mistake != nil && !j.isCancelled {
		j.fail(mistake)
	}
	if !time.Now().Before(j.progressAt) {
		j.tellProgress()
		j.progressAt = time.Now().Add(time.Second)
	}
}

// wait waits until something was handed in, the source gave a call that was wanted, or the
// dispatcher's instant has come.
func (j *job) wait(action abi.Record) {
	until := j.progressAt
	if nanoseconds, present := action.Integer(abi.ActionUntil); present {
		if instant := j.origin.Add(time.Duration(nanoseconds)); instant.Before(until) {
			until = instant
		}
	}
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	var source <-chan Call
	if j.wanted > 0 {
		source = j.source
	}
	// After a cancellation the end of ctx is known, so the job stops listening to it.
	var ended <-chan struct{}
	if !j.isCancelled {
		ended = j.ctx.Done()
	}
	select {
	case <-j.wake:
	case <-timer.C:
	case <-ended:
	case call, more := <-source:
		if more {
			j.push(call)
		} else {
			j.wanted = 0
			_, _ = j.call(abi.OpFinish, nil)
		}
	}
}

func (j *job) push(call Call) {
	index := j.read
	j.read++
	err := error(errNoCall)
	if call != nil {
		_, err = j.call(abi.OpPush, func(w *abi.Writer) {
			w.Text(strconv.Itoa(index))
			writeCall(w, call)
		})
	}
	if err != nil {
		j.unfit = append(j.unfit, &CallOutcome{Index: index, Call: call, Verdict: NotSent, Err: err})
		return
	}
	j.held[index] = call
	j.wanted--
}

func (j *job) outcome(record abi.Record) *CallOutcome {
	index := record.Int(abi.OutcomeKey)
	outcome := readOutcome(record, index, j.held[index])
	delete(j.held, index)
	switch outcome.Verdict {
	case Delivered, Refused, Unknown, GivenUp, NotSent:
	default:
		j.fail(fmt.Errorf("koodrive: unknown verdict %q of the dispatcher; the core is newer than this package", outcome.Verdict))
	}
	return outcome
}

// send has a request signed where that is done elsewhere, sends it, and hands in what came.
func (j *job) send(request abi.Record, outgoing *Outgoing) {
	defer j.sending.Done()
	defer j.notify()
	// The end of the caller's context does not reach it: an answer that is on its way is worth more
	// than an unknown outcome.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(j.ctx), j.client.timeout)
	defer cancel()
	ticket := request.Text(abi.RequestExchange)
	request, err := j.sign(ctx, ticket, request)
	if err != nil {
		_, _ = j.handIn(abi.OpFailure, ticket, false, err)
		return
	}
	if err := j.tellOutgoing(ctx, outgoing); err != nil {
		_, _ = j.handIn(abi.OpWithdraw, ticket, false, err)
		j.endWith(err)
		return
	}
	sent := j.client.readRequest(request)
	started := time.Now()
	response, left, err := j.client.roundTrip(ctx, sent, j.options.ReplyLimit)
	exchange := &Exchange{
		Operation: nameOf(outgoing.Call),
		Method:    sent.Method,
		URL:       withoutQuery(sent.URL),
		StartedAt: started,
		Duration:  time.Since(started),
		TraceID:   outgoing.TraceID,
	}
	var ended abi.Record
	if err == nil {
		exchange.Status = response.Status
		ended, err = j.handInResponse(ticket, response)
	} else {
		ended, err = j.handIn(abi.OpFailure, ticket, left, err)
	}
	if err == nil {
		j.exchanged(exchange, ended)
	}
}

// exchanged follows what the dispatcher says of an exchange that was handed in, and tells the
// program.
func (j *job) exchanged(exchange *Exchange, ended abi.Record) {
	if ended.Flag(abi.ExchangedClosesConnection) {
		j.client.http.CloseIdleConnections()
	}
	if j.options.OnExchange != nil {
		exchange.Kind = Kind(ended.Text(abi.ExchangedKind))
		exchange.Outcome = Outcome(ended.Text(abi.ExchangedOutcome))
		j.options.OnExchange(exchange)
	}
}

func (j *job) handInResponse(ticket string, response Response) (abi.Record, error) {
	ended, err := j.call(abi.OpResponse, func(w *abi.Writer) {
		w.Text(ticket)
		j.client.writeResponse(w, response)
		j.now(w)
	})
	if errors.Is(err, abi.ErrNoRoom) {
		return j.handIn(abi.OpFailure, ticket, true, errNoRoomForReply)
	}
	return ended, err
}

func (j *job) sign(ctx context.Context, ticket string, request abi.Record) (abi.Record, error) {
	stringToSign, unsigned := request.Field(abi.RequestStringToSign)
	if !unsigned {
		return request, nil
	}
	signature, err := j.client.sign(ctx, string(stringToSign))
	if err == nil {
		// After a cancellation nothing leaves any more.
		err = context.Cause(j.reading)
	}
	if err != nil {
		return "", err
	}
	request, err = j.call(abi.OpSignAttempt, func(w *abi.Writer) {
		w.Text(ticket)
		w.Text(signature)
	})
	if err != nil {
		// A wrong signature is a mistake of the program, and the next one would be as wrong.
		j.endWith(err)
	}
	return request, err
}

// tellOutgoing tells the program of an attempt that is about to leave.
func (j *job) tellOutgoing(ctx context.Context, outgoing *Outgoing) error {
	if j.options.BeforeSend == nil {
		return nil
	}
	return j.options.BeforeSend(ctx, outgoing)
}

// endWith has the goroutine of the loop end the job with an error. From now on nothing is sent
// again.
func (j *job) endWith(mistake error) {
	_, _ = j.call(abi.OpCancel, nil)
	j.lock.Lock()
	defer j.lock.Unlock()
	if j.mistake == nil {
		j.mistake = mistake
	}
}

func (j *job) handIn(operation uint32, ticket string, left bool, cause error) (abi.Record, error) {
	return j.call(operation, func(w *abi.Writer) {
		w.Text(ticket)
		w.Flag(left)
		w.Text(cause.Error())
		j.now(w)
	})
}

// renewToken asks for a token. The dispatcher asks again after a missing or an impossible token.
func (j *job) renewToken() {
	defer j.notify()
	ctx, cancel := context.WithTimeout(j.reading, j.client.timeout)
	defer cancel()
	token, err := j.client.tokenSource(ctx)
	if err == nil {
		_, err = j.call(abi.OpToken, func(w *abi.Writer) {
			writeToken(w, token)
			j.now(w)
		})
	}
	if err != nil {
		j.lock.Lock()
		j.noToken = err
		j.lock.Unlock()
		_, _ = j.call(abi.OpNoToken, j.now)
	}
}

func (j *job) halted(record abi.Record) {
	j.lock.Lock()
	halt := readHalt(record, j.noToken)
	j.lock.Unlock()
	if j.options.OnHalt != nil && j.options.OnHalt(halt) {
		_, _ = j.call(abi.OpResume, nil)
		return
	}
	j.fail(halt)
}

// fail ends the job with an error, after the outcomes.
func (j *job) fail(err error) {
	if j.failure == nil {
		j.failure = err
	}
	j.cancel()
}

// cancel has nothing more read or sent.
func (j *job) cancel() {
	if j.isCancelled {
		return
	}
	j.isCancelled = true
	j.wanted = 0
	j.end()
	_, _ = j.call(abi.OpCancel, nil)
}

func (j *job) tellProgress() {
	if j.options.OnProgress == nil {
		return
	}
	if record, err := j.call(abi.OpProgress, nil); err == nil {
		j.options.OnProgress(readProgress(record))
	}
}

func (j *job) notify() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// now writes both clocks.
func (j *job) now(w *abi.Writer) {
	now := time.Now()
	w.Instant(now)
	w.Integer(now.Sub(j.origin).Nanoseconds())
}

func (j *job) call(operation uint32, write func(*abi.Writer)) (abi.Record, error) {
	answer, err := j.client.core.Call(j.handle, operation, write)
	if err != nil && !errors.Is(err, abi.ErrNoRoom) {
		err = errorOf(err, nil)
	}
	return answer, err
}
