package koodrive

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"
)

var (
	notification = NotifyPackageExpire{CarrierUserID: "189642158555241211", PackageID: "14"}
	background   = context.Background()
)

// failed returns the error of a call that has to fail.
func failed(t *testing.T, err error) *Error {
	t.Helper()
	var found *Error
	if !errors.As(err, &found) {
		t.Fatalf("%v is no *Error", err)
	}
	return found
}

// is fails the test unless the error is of this kind and outcome.
func (e *Error) is(t *testing.T, kind Kind, outcome Outcome, retryable bool) {
	t.Helper()
	if e.Kind != kind || e.Outcome != outcome || e.Retryable != retryable {
		t.Fatalf("%s, %s, retryable %t: %v\nwant %s, %s, %t", e.Kind, e.Outcome, e.Retryable, e, kind, outcome, retryable)
	}
}

func TestACallOfEachKind(t *testing.T) {
	endpoint := sandbox(t, "--config", "../tests/sandbox/readmes.json")
	signed, byToken := signing(t, endpoint), bearing(t, endpoint)
	ack, err := signed.NotifyPackageExpire(background, notification)
	if err != nil || ack.Code != "0" || ack.Msg != "Success." || len(ack.TraceID) != 58 {
		t.Error(ack, err)
	}
	if _, err := signed.GetSpaceUsageByOverview(background); err != nil {
		t.Error(err)
	}
	if _, err := byToken.GetCurrentRetentionPolicy(background); err != nil {
		t.Error(err)
	}
	if _, err := byToken.GetCarrierRetentionPolicy(background); err != nil {
		t.Error(err)
	}
	policies := SetRetentionPolicy{PolicyList: []PolicyStatus{{PolicyID: "300000000000000000", Status: "1"}}}
	if _, err := byToken.SetRetentionPolicy(background, policies); err != nil {
		t.Error(err)
	}
	order := ReverseOrder{BatchSN: "B-1", OperationList: []OrderOperation{{
		OperationSN:       "S-1",
		CarrierUserID:     Ptr("189642158555241211"),
		PackageChangeList: []PackageChange{{PackageID: "14"}},
	}}}
	if _, err := signed.ReverseOrder(background, order); err != nil {
		t.Error(err)
	}
	raw, err := signed.RawCall(background, RawCall{Method: "PUT", Path: "/koodrive/ose/v1/users/1316083732377070977", JSON: []byte(`{"status":7}`)})
	if err != nil || raw.Status != 200 {
		t.Error(raw, err)
	}
	calls := accepted(t, endpoint)
	if len(calls) != 4 || calls[0]["carrierUserId"] != "189642158555241211" || calls[0]["traceId"] != ack.TraceID {
		t.Error(calls)
	}
}

func TestARefusedDateIsSignedAnewOnce(t *testing.T) {
	for _, offset := range []string{"-3600", "3600"} {
		endpoint := sandbox(t, "--clock-offset="+offset)
		var sent []*http.Request
		client := signing(t, endpoint, func(o *Options) {
			o.HTTPClient = &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				sent = append(sent, r)
				return http.DefaultTransport.RoundTrip(r)
			})}
		})
		if _, err := client.Send(background, notification); err != nil {
			t.Fatal(err)
		}
		if len(sent) != 2 || sent[0].Header.Get("X-Date") == sent[1].Header.Get("X-Date") ||
			sent[0].Header.Get("X-Traceid") != sent[1].Header.Get("X-Traceid") {
			t.Errorf("offset %s: %v", offset, sent)
		}
		if calls := accepted(t, endpoint); len(calls) != 1 {
			t.Errorf("offset %s: %v", offset, calls)
		}
		// The client has learned the service's clock.
		if _, err := client.Send(background, notification); err != nil || len(sent) != 3 {
			t.Errorf("offset %s: %v, %d requests", offset, err, len(sent))
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }

func TestADateThatIsRefusedAgainIsAnError(t *testing.T) {
	s := serve(t, func(int, net.Conn) []byte {
		return reply(401, `{"error_code":"APIGW.0301"}`, "Date: Mon, 03 Nov 2025 07:01:45 GMT")
	})
	client := signing(t, s.url)
	_, err := client.Send(background, notification)
	failed(t, err).is(t, KindAPI, OutcomeRefused, false)
	s.count(t, 2, 1)
	_, err = client.Send(background, notification, WithDate(time.Now()))
	failed(t, err)
}

func TestFaultsOfTheSandbox(t *testing.T) {
	for _, fault := range []struct {
		name      string
		kind      Kind
		outcome   Outcome
		retryable bool
		acted     int
	}{
		{"cut", KindOutcomeUnknown, OutcomeUnknown, false, 1},
		{"cut-in-headers", KindOutcomeUnknown, OutcomeUnknown, false, 1},
		{"cut-after-headers", KindOutcomeUnknown, OutcomeUnknown, false, 1},
		{"429", KindAPI, OutcomeRefused, true, 0},
		{"503", KindAPI, OutcomeRefused, true, 0},
		{"500", KindAPI, OutcomeUnknown, false, 0},
		{"302", KindAPI, OutcomeRefused, false, 0},
		{`{"status": 200, "body": "<html>"}`, KindUnreadableReply, OutcomeUnknown, false, 0},
		{`{"delay": 30}`, KindOutcomeUnknown, OutcomeUnknown, false, 1},
		{`{"drip": 0.5}`, KindOutcomeUnknown, OutcomeUnknown, false, 1},
	} {
		t.Run(fault.name, func(t *testing.T) {
			t.Parallel()
			endpoint := sandbox(t, "--fault", fault.name)
			client := signing(t, endpoint, func(o *Options) { o.Timeout = 2 * time.Second })
			_, err := client.Send(background, notification)
			found := failed(t, err)
			found.is(t, fault.kind, fault.outcome, fault.retryable)
			if len(found.TraceID) != 58 || found.XDate == "" {
				t.Errorf("%+v", *found)
			}
			if calls := accepted(t, endpoint); len(calls) != fault.acted {
				t.Errorf("the sandbox acted on %v", calls)
			}
		})
	}
}

// A connection that was idle is the one on which net/http repeats requests.
func TestNoRequestThatChangesSomethingIsRepeated(t *testing.T) {
	cuts := map[string][]byte{
		"before the answer":   nil,
		"within the status":   []byte("HTTP/1.1 20"),
		"within the headers":  []byte("HTTP/1.1 200 OK\r\nContent-Le"),
		"within the body":     []byte("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + success),
		"with another answer": []byte("SSH-2.0-OpenSSH_9.2p1\r\n"),
	}
	calls := map[string]Call{
		"POST":   notification,
		"PUT":    RawCall{Method: "PUT", Path: "/koodrive/ose/v1/x", JSON: []byte("{}")},
		"DELETE": RawCall{Method: "DELETE", Path: "/koodrive/ose/v1/x"},
		"with a key": RawCall{
			Method: "POST", Path: "/koodrive/ose/v1/x", JSON: []byte("{}"), Header: []Pair{{"idempotency-key", "1"}},
		},
	}
	for place, start := range cuts {
		for name, call := range calls {
			t.Run(name+" cut "+place, func(t *testing.T) {
				s := serve(t, func(number int, connection net.Conn) []byte {
					if number == 1 {
						return reply(200, success)
					}
					_, _ = connection.Write(start)
					return nil
				})
				client := bearing(t, s.url)
				if _, err := client.Send(background, notification); err != nil {
					t.Fatal(err)
				}
				_, err := client.Send(background, call)
				failed(t, err).is(t, KindOutcomeUnknown, OutcomeUnknown, false)
				s.count(t, 2, 1)
			})
		}
	}
}

// The documentation of Send says when net/http repeats a request by itself.
func TestNetHTTPRepeatsAGETOnAConnectionThatWasIdle(t *testing.T) {
	s := serve(t, func(number int, _ net.Conn) []byte {
		if number == 2 {
			return nil
		}
		return reply(200, success)
	})
	client := bearing(t, s.url)
	for range 2 {
		if _, err := client.Send(background, GetSpaceUsageByOverview{}); err != nil {
			t.Fatal(err)
		}
	}
	s.count(t, 3, 2)
}

func TestAConnectionIsReusedUnlessTheCoreSaysOtherwise(t *testing.T) {
	for _, test := range []struct {
		status, connections int
		body                string
	}{
		{200, 1, success}, {401, 1, ""}, {429, 1, ""}, {503, 2, ""}, {500, 2, success}, {200, 2, "<html>"},
	} {
		s := serve(t, func(number int, _ net.Conn) []byte {
			if number == 1 {
				return reply(test.status, test.body)
			}
			return reply(200, success)
		})
		client := bearing(t, s.url)
		_, _ = client.Send(background, notification)
		if _, err := client.Send(background, notification); err != nil {
			t.Fatal(err)
		}
		s.count(t, 2, test.connections)
	}
}

func TestNothingIsSentWithoutAConnection(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	plain := serve(t, func(int, net.Conn) []byte { return nil })
	ended, cancel := context.WithCancel(background)
	cancel()
	for name, test := range map[string]struct {
		ctx      context.Context
		endpoint string
		http     *http.Client
	}{
		"refused":            {background, "http://" + address, nil},
		"no such host":       {background, "https://no-such-host.invalid", nil},
		"no TLS":             {background, strings.Replace(plain.url, "http:", "https:", 1), nil},
		"ended before":       {ended, plain.url, nil},
		"proxy is not there": {background, plain.url, &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: address})}}},
		"no traces": {background, "http://" + address, &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			return http.DefaultTransport.RoundTrip(r.WithContext(background))
		})}},
	} {
		t.Run(name, func(t *testing.T) {
			client := opened(t, Options{Endpoint: test.endpoint, UserID: userID, Token: token, HTTPClient: test.http})
			_, err := client.Send(test.ctx, notification)
			found := failed(t, err)
			found.is(t, KindNotSent, OutcomeNotSent, true)
			if errors.Unwrap(found) == nil {
				t.Error("it has no cause")
			}
		})
	}
	if requests, _ := plain.seen(); len(requests) > 0 {
		t.Error(requests)
	}
}

func TestATransportThatTellsNothingMayHaveSent(t *testing.T) {
	client := opened(t, Options{Endpoint: endpointOf(t), UserID: userID, Token: token, HTTPClient: &http.Client{
		Transport: roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("broken") }),
	}})
	_, err := client.Send(background, notification)
	failed(t, err).is(t, KindOutcomeUnknown, OutcomeUnknown, false)
	_, err = client.Send(background, GetSpaceUsageByOverview{})
	failed(t, err).is(t, KindOutcomeUnknown, OutcomeUnknown, true)
}

func endpointOf(t *testing.T) string {
	return serve(t, func(int, net.Conn) []byte { return reply(200, success) }).url
}

func TestAContextThatEndsLeavesTheOutcomeUnknown(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	s := serve(t, func(int, net.Conn) []byte { <-release; return nil })
	client := bearing(t, s.url)
	ctx, cancel := context.WithTimeout(background, 500*time.Millisecond)
	defer cancel()
	_, err := client.Send(ctx, notification)
	failed(t, err).is(t, KindOutcomeUnknown, OutcomeUnknown, false)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestARedirectIsNotFollowedAndTheGivenClientIsUnchanged(t *testing.T) {
	elsewhere := serve(t, func(int, net.Conn) []byte { return reply(200, success) })
	s := serve(t, func(int, net.Conn) []byte {
		return reply(307, "", "Location: "+elsewhere.url+"/", "Set-Cookie: a=b")
	})
	jar, _ := cookiejar.New(nil)
	given := &http.Client{Jar: jar}
	client := opened(t, Options{Endpoint: s.url, UserID: userID, Token: token, HTTPClient: given})
	for range 2 {
		_, err := client.Send(background, notification)
		if found := failed(t, err); found.Status != 307 {
			t.Error(found)
		}
	}
	elsewhere.count(t, 0, 0)
	requests, _ := s.seen()
	if requests[1].Header.Get("Cookie") != "" {
		t.Error("a cookie was sent")
	}
	if given.CheckRedirect != nil || given.Jar != jar || given.Transport != nil {
		t.Error("the given client was changed")
	}
}

func TestAStatusThatHTTPDoesNotHaveLeavesTheOutcomeUnknown(t *testing.T) {
	s := serve(t, func(int, net.Conn) []byte { return []byte("HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n") })
	client := bearing(t, s.url)
	_, err := client.Send(background, notification)
	failed(t, err).is(t, KindOutcomeUnknown, OutcomeUnknown, false)
	outcomes, err := collect(client.Dispatch(background, notifications(1), DispatchOptions{}))
	if err != nil || verdicts(outcomes)[Unknown] != 1 {
		t.Error(err, verdicts(outcomes))
	}
}

func TestAReplyThatIsTooLongIsNotReadToItsEnd(t *testing.T) {
	for _, length := range []int{1 << 20, 1<<20 + 1, 1 << 30} {
		s := serve(t, func(_ int, connection net.Conn) []byte {
			_, _ = fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", length, success)
			blanks := []byte(strings.Repeat(" ", 1<<16))
			for left := length - len(success); left > 0; left -= len(blanks) {
				if _, err := connection.Write(blanks[:min(left, len(blanks))]); err != nil {
					return nil
				}
			}
			return []byte{}
		})
		_, err := bearing(t, s.url).Send(background, notification)
		if length == 1<<20 {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		failed(t, err).is(t, KindUnreadableReply, OutcomeUnknown, false)
	}
	s := serve(t, func(int, net.Conn) []byte { return reply(200, success+strings.Repeat(" ", 100)) })
	_, err := bearing(t, s.url).Send(background, notification, WithReplyLimit(100))
	failed(t, err).is(t, KindUnreadableReply, OutcomeUnknown, false)
}

func TestAReplyThatDoesNotFitIntoTheMemoryLeavesTheOutcomeUnknown(t *testing.T) {
	long := success[:len(success)-1] + `,"x":"` + strings.Repeat("x", 20<<20) + `"}`
	s := serve(t, func(int, net.Conn) []byte { return reply(200, long) })
	client := bearing(t, s.url)
	_, err := client.Send(background, notification, WithReplyLimit(1<<30))
	found := failed(t, err)
	found.is(t, KindOutcomeUnknown, OutcomeUnknown, false)
	if !strings.Contains(found.Message, "choose a smaller reply limit") {
		t.Error(found)
	}
	_, err = client.Parse(notification, Response{Status: 200, Body: []byte(long)})
	failed(t, err).is(t, KindOutcomeUnknown, OutcomeUnknown, false)
	if failed(t, err).Message != errReplyTooLarge.Message {
		t.Error(err)
	}
	// The client is as before.
	_, err = client.Parse(notification, Response{Status: 200, Body: []byte(success)})
	if err != nil {
		t.Error(err)
	}
	_, err = client.Request(background, RawCall{Method: "POST", Path: "/x", JSON: []byte(`"` + strings.Repeat("x", 20<<20) + `"`)})
	failed(t, err).is(t, KindInvalidInput, OutcomeNotSent, false)
}

func TestHalves(t *testing.T) {
	endpoint := sandbox(t)
	client := signing(t, endpoint)
	request, err := client.Request(background, notification)
	if err != nil {
		t.Fatal(err)
	}
	sent, err := request.HTTP(background)
	if err != nil {
		t.Fatal(err)
	}
	if sent.GetBody != nil {
		t.Error("net/http could repeat it")
	}
	sentAt := time.Now()
	response, err := http.DefaultClient.Do(sent)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if err := client.ObserveClock(response.Header, sentAt, time.Now()); err != nil {
		t.Error(err)
	}
	got, err := client.Parse(notification, Response{Status: response.StatusCode, Header: response.Header, Body: []byte(success)})
	if err != nil || got.(*Acknowledgement).Code != "0" {
		t.Error(got, err)
	}
	// Request leaves nothing open: 70,000 exchanges could not be open at a time.
	for range 70_000 {
		if _, err := client.Request(background, notification); err != nil {
			t.Fatal(err)
		}
	}
}

func TestATokenIsAskedForBeforeEachCall(t *testing.T) {
	endpoint := sandbox(t)
	asked := 0
	client := opened(t, Options{Endpoint: endpoint, UserID: userID, TokenSource: func(context.Context) (string, error) {
		if asked++; asked == 2 {
			return "", errors.New("the vault is sealed")
		}
		return token, nil
	}})
	if _, err := client.Send(background, notification); err != nil {
		t.Fatal(err)
	}
	_, err := client.Send(background, notification)
	found := failed(t, err)
	found.is(t, KindNotSent, OutcomeNotSent, true)
	// The core has the same words for what did not leave.
	record, _ := client.begin(notification, callOptions{hasTraceID: true, traceID: strings.Repeat("0", 58)}, time.Now())
	ofCore := client.fail(record.Text(0), false, errors.New("the vault is sealed")).Error()
	if strings.Replace(ofCore, ", trace id "+strings.Repeat("0", 58), "", 1) != found.Message {
		t.Errorf("%s\n%s", found, ofCore)
	}
	if _, err := client.Send(background, notification); err != nil || asked != 3 {
		t.Error(err, asked)
	}
}

func TestASignatureIsMadeElsewhere(t *testing.T) {
	endpoint := sandbox(t)
	fails := false
	client := opened(t, Options{Endpoint: endpoint, UserID: userID, AppID: appID, Sign: func(_ context.Context, text string) (string, error) {
		if fails {
			return "", errors.New("the HSM is locked")
		}
		return signature(text), nil
	}})
	if _, err := client.Send(background, notification); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Request(background, notification); err != nil {
		t.Fatal(err)
	}
	fails = true
	_, err := client.Send(background, notification)
	failed(t, err).is(t, KindNotSent, OutcomeNotSent, true)
}

func TestAnExplanationNamesTheDifference(t *testing.T) {
	endpoint := sandbox(t)
	client := signing(t, endpoint, func(o *Options) { o.AppSecret = "another" })
	date := time.Now().Add(-5 * time.Second)
	_, err := client.Send(background, notification, WithDate(date))
	found := failed(t, err)
	found.is(t, KindAPI, OutcomeRefused, false)
	explanation, err := client.Explain(notification, found.Msg, WithDate(date))
	if err != nil {
		t.Fatal(err)
	}
	if explanation.Finding == "" || explanation.Difference != nil || explanation.Signature == "" {
		t.Errorf("%+v", explanation)
	}
	theirs := strings.Replace(explanation.CanonicalRequest, "POST", "PUT", 1)
	explanation, err = client.Explain(notification, theirs, WithDate(date))
	if err != nil || explanation.Difference == nil || explanation.Difference.Line != 1 || explanation.Difference.Theirs != "PUT" {
		t.Errorf("%+v %v", explanation, err)
	}
}

func TestNilCallsAreRefused(t *testing.T) {
	client := bearing(t, "https://koodrive.example")
	_, sent := client.Send(background, nil)
	_, requested := client.Request(background, nil)
	_, parsed := client.Parse(nil, Response{})
	_, explained := client.Explain(nil, "")
	for _, err := range []error{sent, requested, parsed, explained, client.Check(nil)} {
		failed(t, err).is(t, KindInvalidInput, OutcomeNotSent, false)
	}
}

func TestOptionsAreRefused(t *testing.T) {
	good := Options{Endpoint: International, UserID: userID, Token: token}
	for want, change := range map[string]func(*Options){
		"endpoint":     func(o *Options) { o.Endpoint = "http://koodrive.example" },
		"user_id":      func(o *Options) { o.UserID = "" },
		"clock_margin": func(o *Options) { o.ClockMargin = Ptr(time.Hour) },
		"timeout":      func(o *Options) { o.Timeout = -1 },
		"app_secret":   func(o *Options) { o.Token, o.AppID = "", "id" },
	} {
		options := good
		change(&options)
		_, err := New(options)
		if found := failed(t, err); found.Field != want {
			t.Errorf("%s: %+v", want, *found)
		}
	}
}
