package koodrive

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// notifications yields so many calls, each for a subscriber of its own.
func notifications(count int) iter.Seq[Call] {
	return func(yield func(Call) bool) {
		for number := range count {
			if !yield(NotifyPackageExpire{CarrierUserID: strconv.Itoa(number), PackageID: "14"}) {
				return
			}
		}
	}
}

// collect returns all outcomes, and the error at the end.
func collect(outcomes iter.Seq2[*CallOutcome, error]) (all []*CallOutcome, last error) {
	for outcome, err := range outcomes {
		if err != nil {
			return all, err
		}
		all = append(all, outcome)
	}
	return all, nil
}

func verdicts(outcomes []*CallOutcome) map[Verdict]int {
	counts := make(map[Verdict]int)
	for _, outcome := range outcomes {
		counts[outcome.Verdict]++
	}
	return counts
}

// row is a call that knows where it came from.
type row struct {
	NotifyPackageExpire
	line int
}

func TestEveryCallHasItsOutcome(t *testing.T) {
	endpoint := sandbox(t, "--fault", "429", "--fault", "cut", "--fault", "503")
	client := signing(t, endpoint)
	rows := func(yield func(Call) bool) {
		for line := range 30 {
			user := strconv.Itoa(line)
			if line == 7 {
				user = ""
			}
			if !yield(row{NotifyPackageExpire{CarrierUserID: user, PackageID: "14"}, 100 + line}) {
				return
			}
		}
	}
	var told []Progress
	outcomes, err := collect(client.Dispatch(background, rows, DispatchOptions{
		Rate:        2_000,
		Concurrency: 4,
		Backoff:     time.Millisecond,
		OnProgress:  func(p Progress) { told = append(told, p) },
	}))
	if err != nil {
		t.Fatal(err)
	}
	if counts := verdicts(outcomes); len(outcomes) != 30 || counts[Delivered] != 28 || counts[Unknown] != 1 || counts[NotSent] != 1 {
		t.Error(counts)
	}
	seen := make(map[int]bool)
	for _, outcome := range outcomes {
		seen[outcome.Index] = true
		if outcome.Call.(row).line != 100+outcome.Index {
			t.Errorf("%+v", outcome)
		}
		switch {
		case outcome.Index == 7:
			failed(t, outcome.Err).is(t, KindInvalidInput, OutcomeNotSent, false)
		case outcome.Verdict == Unknown:
			failed(t, outcome.Err).is(t, KindOutcomeUnknown, OutcomeUnknown, false)
		case outcome.Reply.(*Acknowledgement).Code != "0" || len(outcome.TraceID) != 58 || outcome.Status != 200 || outcome.SentAt.IsZero() ||
			outcome.ServerDate.IsZero():
			t.Errorf("%+v", outcome)
		}
	}
	if len(seen) != 30 {
		t.Error(seen)
	}
	last := told[len(told)-1]
	if last.Delivered != 28 || last.Unknown != 1 || last.Requests != 31 || !last.SourceEnded || last.InFlight != 0 {
		t.Errorf("%+v", last)
	}
	if calls := accepted(t, endpoint); len(calls) != 29 {
		t.Errorf("%d calls were acted on", len(calls))
	}
}

func TestTheRateIsHeld(t *testing.T) {
	client := signing(t, endpointOf(t))
	begun := time.Now()
	outcomes, err := collect(client.Dispatch(background, notifications(60), DispatchOptions{Rate: 100, Burst: 10}))
	took := time.Since(begun)
	if err != nil || len(outcomes) != 60 || took < 400*time.Millisecond {
		t.Error(err, len(outcomes), took)
	}
}

func TestTheConcurrencyIsHeld(t *testing.T) {
	var now, most atomic.Int64
	s := serve(t, func(int, net.Conn) []byte {
		if current := now.Add(1); current > most.Load() {
			most.Store(current)
		}
		time.Sleep(time.Millisecond)
		now.Add(-1)
		return reply(200, success)
	})
	outcomes, err := collect(signing(t, s.url).Dispatch(background, notifications(200), DispatchOptions{Rate: 10_000, Concurrency: 5}))
	if err != nil || len(outcomes) != 200 || most.Load() > 5 || most.Load() < 2 {
		t.Error(err, len(outcomes), most.Load())
	}
}

func TestAJobReusesAConnectionUnlessTheCoreSaysOtherwise(t *testing.T) {
	for _, test := range []struct {
		status, connections int
		body                string
	}{
		{429, 1, ""}, {503, 2, ""}, {500, 2, success}, {200, 2, "<html>"},
	} {
		s := serve(t, func(number int, _ net.Conn) []byte {
			if number == 1 {
				return reply(test.status, test.body)
			}
			return reply(200, success)
		})
		outcomes, err := collect(bearing(t, s.url).Dispatch(background, notifications(1), DispatchOptions{
			Backoff:        20 * time.Millisecond,
			RepeatsAreSafe: true,
		}))
		if err != nil || verdicts(outcomes)[Delivered] != 1 {
			t.Error(err, verdicts(outcomes))
		}
		s.count(t, 2, test.connections)
	}
}

func TestLeavingTheLoopStopsAndNothingIsLost(t *testing.T) {
	s := serve(t, func(int, net.Conn) []byte {
		time.Sleep(20 * time.Millisecond)
		return reply(200, success)
	})
	var late []*CallOutcome
	stopped := make(chan struct{})
	endless := func(yield func(Call) bool) {
		defer close(stopped)
		for yield(notification) {
		}
	}
	seen := 0
	options := DispatchOptions{Rate: 1_000, Concurrency: 8, OnLate: func(o *CallOutcome) { late = append(late, o) }}
	for _, err := range signing(t, s.url).Dispatch(background, endless, options) {
		if err != nil {
			t.Fatal(err)
		}
		if seen++; seen == 3 {
			break
		}
	}
	select {
	case <-stopped:
	case <-time.After(10 * time.Second):
		t.Error("the source is still read")
	}
	requests, _ := s.seen()
	counts := verdicts(late)
	if counts[Delivered]+seen != len(requests) || counts[Delivered] == 0 || counts[NotSent] == 0 || len(counts) != 2 {
		t.Errorf("%d requests, %v late", len(requests), counts)
	}
}

func TestAPanicInTheLoopWaitsForWhatIsInFlight(t *testing.T) {
	// No call has an outcome before two are in flight.
	both := make(chan struct{})
	s := serve(t, func(number int, _ net.Conn) []byte {
		if number == 2 {
			close(both)
		}
		<-both
		return reply(200, success)
	})
	var late []*CallOutcome
	defer func() {
		if recover() != "mine" {
			t.Error("the panic was lost")
		}
		if requests, _ := s.seen(); verdicts(late)[Delivered] != len(requests)-1 {
			t.Errorf("%d requests, %v late", len(requests), verdicts(late))
		}
	}()
	options := DispatchOptions{OnLate: func(o *CallOutcome) { late = append(late, o) }}
	for range signing(t, s.url).Dispatch(background, notifications(10), options) {
		panic("mine")
	}
}

func TestBeforeSendIsToldOfEachAttempt(t *testing.T) {
	s := serve(t, func(request int, _ net.Conn) []byte {
		if request == 1 {
			return reply(429, `{"code":1,"msg":"busy"}`)
		}
		return reply(200, success)
	})
	var told []Outgoing
	outcomes, err := collect(signing(t, s.url).Dispatch(background, notifications(1), DispatchOptions{
		Backoff: time.Millisecond,
		BeforeSend: func(_ context.Context, outgoing *Outgoing) error {
			told = append(told, *outgoing)
			return nil
		},
	}))
	if err != nil || len(outcomes) != 1 || len(told) != 2 {
		t.Fatal(err, outcomes, told)
	}
	last := outcomes[0]
	want := Outgoing{Index: 0, Call: NotifyPackageExpire{CarrierUserID: "0", PackageID: "14"}, Attempt: 2, TraceID: last.TraceID, XDate: last.XDate}
	if told[1] != want || told[0].Attempt != 1 || told[0].TraceID != last.TraceID || last.XDate == "" {
		t.Error(told, last)
	}
}

func TestOnExchangeIsToldOfEachAttempt(t *testing.T) {
	s := serve(t, func(number int, _ net.Conn) []byte {
		switch number {
		case 1:
			return reply(429, "")
		case 2:
			return reply(200, success)
		}
		return nil
	})
	client := bearing(t, s.url)
	type shown struct {
		operation, url string
		status         int
		kind           Kind
		outcome        Outcome
	}
	type embedding struct{ RawCall }
	for _, test := range []struct {
		call Call
		want []shown
	}{
		{notification, []shown{
			{"notifyPackageExpire", "/koodrive/ose/v1/carrier/users/notifyPackageExpire", 429, KindAPI, OutcomeRefused},
			{"notifyPackageExpire", "/koodrive/ose/v1/carrier/users/notifyPackageExpire", 200, "", ""},
		}},
		{embedding{RawCall{Method: "POST", Path: "/koodrive/ose/v1/things/7", Query: []Pair{{"user", "17"}}}}, []shown{
			{"POST /koodrive/ose/v1/things/7", "/koodrive/ose/v1/things/7", 0, KindOutcomeUnknown, OutcomeUnknown},
		}},
	} {
		var lock sync.Mutex
		var exchanges []*Exchange
		outcomes, err := collect(client.Dispatch(background, slices.Values([]Call{test.call}), DispatchOptions{
			Backoff: time.Millisecond,
			OnExchange: func(exchange *Exchange) {
				// The job ends after the hook has returned, also where the hook is slow.
				time.Sleep(2 * time.Millisecond)
				lock.Lock()
				defer lock.Unlock()
				exchanges = append(exchanges, exchange)
			},
		}))
		if err != nil || len(outcomes) != 1 || len(exchanges) != len(test.want) {
			t.Fatal(err, len(outcomes), len(exchanges))
		}
		slices.SortFunc(exchanges, func(a, b *Exchange) int { return a.StartedAt.Compare(b.StartedAt) })
		for at, exchange := range exchanges {
			got := shown{exchange.Operation, strings.TrimPrefix(exchange.URL, s.url), exchange.Status, exchange.Kind, exchange.Outcome}
			if got != test.want[at] || exchange.Method != "POST" || exchange.TraceID != outcomes[0].TraceID {
				t.Errorf("%+v", exchange)
			}
			if exchange.Duration <= 0 || time.Since(exchange.StartedAt) < exchange.Duration {
				t.Errorf("%+v", exchange)
			}
			text := fmt.Sprintf("%+v %v", exchange, exchange.LogValue())
			if strings.Contains(text, "user=17") || strings.Contains(text, token) {
				t.Error(text)
			}
		}
	}
}

func TestAnErrorOfBeforeSendEndsTheJobAndNothingLeaves(t *testing.T) {
	s := serve(t, func(int, net.Conn) []byte { return reply(200, success) })
	full := errors.New("the disk is full")
	outcomes, err := collect(signing(t, s.url).Dispatch(background, notifications(3), DispatchOptions{
		Concurrency: 1,
		BeforeSend:  func(context.Context, *Outgoing) error { return full },
	}))
	requests, _ := s.seen()
	if err != full || len(requests) != 0 || verdicts(outcomes)[NotSent] != len(outcomes) || len(outcomes) == 0 {
		t.Error(err, len(requests), verdicts(outcomes))
	}
}

func TestAContextThatEndsGivesOutcomes(t *testing.T) {
	why := errors.New("the night is over")
	ctx, cancel := context.WithCancelCause(background)
	s := serve(t, func(int, net.Conn) []byte {
		<-ctx.Done()
		return reply(200, success)
	})
	calls := func(yield func(Call) bool) {
		read := 0
		for call := range notifications(1_000_000) {
			if read++; read == 40 {
				cancel(why)
			}
			if !yield(call) {
				return
			}
		}
	}
	outcomes, err := collect(signing(t, s.url).Dispatch(ctx, calls, DispatchOptions{Concurrency: 4}))
	if !errors.Is(err, why) {
		t.Error(err)
	}
	requests, _ := s.seen()
	counts := verdicts(outcomes)
	// Each request that was in flight got its answer.
	if counts[Delivered] != len(requests) || counts[Delivered] == 0 || counts[NotSent] == 0 || len(counts) != 2 {
		t.Errorf("%d requests, %v", len(requests), counts)
	}
	outcomes, err = collect(signing(t, s.url).Dispatch(ctx, notifications(10), DispatchOptions{}))
	if !errors.Is(err, why) || verdicts(outcomes)[Delivered] != 0 {
		t.Error(err, verdicts(outcomes))
	}
}

func TestASourceThatWaitsHoldsNothingUp(t *testing.T) {
	client := signing(t, endpointOf(t))
	next := make(chan struct{})
	source := func(yield func(Call) bool) {
		if yield(notification) {
			// Until the first outcome is out.
			<-next
			yield(notification)
		}
	}
	count := 0
	for _, err := range client.Dispatch(background, source, DispatchOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		if count++; count == 1 {
			close(next)
		}
	}
	if count != 2 {
		t.Error(count)
	}
}

func TestAHalt(t *testing.T) {
	endpoint := sandbox(t)
	client := signing(t, endpoint, func(o *Options) { o.AppSecret = "another" })
	outcomes, err := collect(client.Dispatch(background, notifications(1_000), DispatchOptions{Rate: 1_000}))
	var halted *HaltedError
	if !errors.As(err, &halted) || halted.Reason != "same_answer" || halted.Times != 20 || halted.Status != 401 {
		t.Fatal(err)
	}
	counts := verdicts(outcomes)
	if counts[Refused] < 20 || counts[Refused] > 30 || counts[NotSent] == 0 {
		t.Error(counts)
	}
	// Resumed, it goes on to the next halt.
	halts := 0
	_, err = collect(client.Dispatch(background, notifications(1_000), DispatchOptions{
		Rate:      1_000,
		HaltAfter: Ptr(5),
		OnHalt:    func(*HaltedError) bool { halts++; return halts < 3 },
	}))
	if halts != 3 || !errors.As(err, &halted) || halted.Times != 5 {
		t.Error(halts, err)
	}
}

func TestATokenIsRenewedInAJob(t *testing.T) {
	tokens := make(chan string, 10)
	var asked atomic.Int64
	s := serve(t, func(number int, _ net.Conn) []byte {
		if number == 5 {
			return reply(401, "")
		}
		return reply(200, success)
	})
	client := opened(t, Options{Endpoint: s.url, UserID: userID, TokenSource: func(context.Context) (string, error) {
		if asked.Add(1) == 1 {
			return "", errors.New("not yet")
		}
		return <-tokens, nil
	}})
	tokens <- "token-1"
	tokens <- "token-2"
	outcomes, err := collect(client.Dispatch(background, notifications(10), DispatchOptions{Concurrency: 1, Rate: 1_000, Backoff: time.Millisecond}))
	if err != nil || verdicts(outcomes)[Delivered] != 10 || asked.Load() != 3 {
		t.Error(err, verdicts(outcomes), asked.Load())
	}
	requests, _ := s.seen()
	if first, last := requests[0].Header.Get("Authorization"), requests[10].Header.Get("Authorization"); first != "Bearer token-1" || last != "Bearer token-2" {
		t.Error(first, last)
	}
	sealed := errors.New("the vault is sealed")
	client = opened(t, Options{Endpoint: s.url, UserID: userID, TokenSource: func(context.Context) (string, error) { return "", sealed }})
	outcomes, err = collect(client.Dispatch(background, notifications(10), DispatchOptions{Attempts: 2, Backoff: time.Millisecond}))
	if !errors.Is(err, sealed) || len(outcomes) == 0 || verdicts(outcomes)[NotSent] != len(outcomes) {
		t.Error(err, verdicts(outcomes))
	}
}

func TestSignaturesOfAJobAreMadeElsewhere(t *testing.T) {
	endpoint := sandbox(t)
	var fails atomic.Bool
	client := opened(t, Options{Endpoint: endpoint, UserID: userID, AppID: appID, Sign: func(_ context.Context, text string) (string, error) {
		if fails.Load() {
			return "no hex", nil
		}
		return signature(text), nil
	}})
	outcomes, err := collect(client.Dispatch(background, notifications(10), DispatchOptions{Rate: 1_000}))
	if err != nil || verdicts(outcomes)[Delivered] != 10 {
		t.Error(err, verdicts(outcomes))
	}
	// A signature that can be none is a mistake of the program, and ends the job.
	fails.Store(true)
	outcomes, err = collect(client.Dispatch(background, notifications(1_000), DispatchOptions{Rate: 1_000}))
	failed(t, err).is(t, KindInvalidInput, OutcomeNotSent, false)
	if counts := verdicts(outcomes); len(outcomes) == 0 || counts[NotSent]+counts[GivenUp] != len(outcomes) {
		t.Error(counts)
	}
	if len(accepted(t, endpoint)) != 10 {
		t.Error("something was sent")
	}
}

func TestOptionsOfAJobAreRefused(t *testing.T) {
	client := signing(t, International)
	for want, options := range map[string]DispatchOptions{
		"rate":        {Rate: -1},
		"concurrency": {Concurrency: 100_000},
		"retry_ratio": {RetryRatio: Ptr(2.0)},
		"token_age":   {TokenAge: time.Millisecond},
		"reply_limit": {ReplyLimit: -1},
		"halt_after":  {HaltAfter: Ptr(-1)},
		"backoff_cap": {BackoffCap: -time.Second},
		"attempts":    {Attempts: 1_000},
	} {
		outcomes, err := collect(client.Dispatch(background, notifications(10), options))
		if found := failed(t, err); len(outcomes) > 0 || found.Field != want {
			t.Errorf("%s: %+v", want, *found)
		}
	}
	outcomes, err := collect(client.Dispatch(background, func(yield func(Call) bool) { yield(nil) }, DispatchOptions{}))
	if err != nil || len(outcomes) != 1 || outcomes[0].Err == nil {
		t.Error(outcomes, err)
	}
}

func TestAJobGoesOnWithoutItsClient(t *testing.T) {
	client := signing(t, endpointOf(t))
	count := 0
	for _, err := range client.Dispatch(background, notifications(10), DispatchOptions{Concurrency: 1, Rate: 1_000}) {
		if err != nil {
			t.Fatal(err)
		}
		count++
		_ = client.Close()
	}
	if count != 10 {
		t.Error(count)
	}
}
