package koodrive

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/koodrive/koodrive/bindings-go/internal/abi"
)

const vectors = "../tests/conformance"

// vector is one case of the conformance vectors.
type vector struct {
	Name  string
	Given struct {
		Client struct {
			Endpoint           string
			UserID             string
			AppID              string
			AppSecret          string
			Token              string
			Authorization      string
			ClockMarginSeconds *json.Number
			AllowPlainHTTP     bool
		}
		Observed *struct {
			Headers    map[string]string
			SentAt     time.Time
			ReceivedAt time.Time
		}
		Call    json.RawMessage
		Options struct {
			Now     time.Time
			Date    time.Time
			TraceID *string
		}
		Response *struct {
			Status  int
			Headers [][2]string
			Body    *string
			BodyHex string
		}
	}
	Expected struct {
		BodySha256       string
		CanonicalRequest string
		StringToSign     string
		Signature        string
		Request          *struct {
			Method  string
			URL     string
			Headers map[string]string
			Body    *string
		}
		Reply map[string]any
		Error *vectorError
	}
}

type vectorError struct {
	Stage      string
	Kind       Kind
	Outcome    Outcome
	Retryable  bool
	Field      string
	Status     int
	Code       string
	Msg        string
	RequestID  string
	TraceID    string
	RetryAfter float64
	Body       string
	Message    string
}

func TestVectors(t *testing.T) {
	var index struct{ Cases map[string]int }
	readVectors(t, "index.json", &index)
	for file, count := range index.Cases {
		t.Run(strings.TrimSuffix(file, ".json"), func(t *testing.T) {
			var found struct{ Cases []vector }
			readVectors(t, file, &found)
			if len(found.Cases) != count {
				t.Fatalf("%d cases; index.json says %d", len(found.Cases), count)
			}
			for _, v := range found.Cases {
				t.Run(v.Name, v.run)
			}
		})
	}
}

func readVectors(t *testing.T, file string, into any) {
	t.Helper()
	bytes, err := os.ReadFile(filepath.Join(vectors, file))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the vectors are not here: this is not the project's repository")
	}
	if err == nil {
		err = json.Unmarshal(bytes, into)
	}
	if err != nil {
		t.Fatal(file, err)
	}
}

func (v vector) run(t *testing.T) {
	client, err := v.client()
	if v.refusedAt(t, "client", err) {
		return
	}
	defer client.Close()
	if observed := v.Given.Observed; observed != nil {
		header := http.Header{}
		for name, value := range observed.Headers {
			header.Set(name, value)
		}
		if err := client.ObserveClock(header, observed.SentAt, observed.ReceivedAt); err != nil {
			t.Fatal(err)
		}
	}
	call := callOf(t, v.Given.Call)
	if v.refusedAt(t, "call", client.Check(call)) {
		return
	}
	o := callOptions{date: v.Given.Options.Date}
	if id := v.Given.Options.TraceID; id != nil {
		o.traceID, o.hasTraceID = *id, true
	}
	record, err := client.begin(call, o, v.Given.Options.Now)
	if v.refusedAt(t, "request", errorOf(err, nil)) {
		return
	}
	v.checkRequest(t, client.readRequest(record), o.hasTraceID)
	v.checkStages(t, client, call)
	if v.Given.Response != nil {
		v.checkReply(t, client, call)
	}
}

func (v vector) client() (*Client, error) {
	given := v.Given.Client
	options := Options{
		Endpoint:       given.Endpoint,
		UserID:         given.UserID,
		AppID:          given.AppID,
		AppSecret:      given.AppSecret,
		Token:          given.Token,
		Authorization:  given.Authorization,
		AllowPlainHTTP: given.AllowPlainHTTP,
	}
	if margin := given.ClockMarginSeconds; margin != nil {
		seconds, _ := margin.Float64()
		options.ClockMargin = Ptr(time.Duration(seconds * float64(time.Second)))
	}
	return New(options)
}

// refusedAt checks an error of a stage, and says whether the case ends there.
func (v vector) refusedAt(t *testing.T, stage string, err error) bool {
	t.Helper()
	want := v.Expected.Error
	if err == nil {
		if want != nil && want.Stage == stage {
			t.Fatalf("the %s was not refused", stage)
		}
		return false
	}
	var found *Error
	if !errors.As(err, &found) {
		t.Fatalf("%s: %v", stage, err)
	}
	if want == nil || want.Stage != stage {
		t.Fatalf("the %s was refused: %v", stage, err)
	}
	if slices.Contains(emptyIsAbsent, v.Name) {
		return true
	}
	v.checkError(t, found, want.Field)
	return true
}

// emptyIsAbsent are cases whose options are not given, as this package has it. They are refused in
// other words.
var emptyIsAbsent = []string{"token-empty", "authorization-empty"}

func (v vector) checkRequest(t *testing.T, request *Request, hasTraceID bool) {
	t.Helper()
	want := v.Expected.Request
	headers := map[string]string{}
	for name := range request.Header {
		headers[strings.ToLower(name)] = request.Header.Get(name)
	}
	if !hasTraceID {
		// A random one, which the vectors do not have.
		delete(headers, "x-traceid")
	}
	var body *string
	if request.Body != nil {
		body = Ptr(string(request.Body))
	}
	if request.Method != want.Method || request.URL != want.URL || !reflect.DeepEqual(headers, want.Headers) ||
		!reflect.DeepEqual(body, want.Body) {
		t.Fatalf("request %v %v %v\nwant %+v", request, headers, body, want)
	}
	// net/http sends the target as it was signed.
	sent, err := request.HTTP(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if sent.URL.String() != want.URL || !strings.HasSuffix(want.URL, sent.URL.Host+sent.URL.RequestURI()) {
		t.Fatalf("net/http would send %s for %s", sent.URL.RequestURI(), want.URL)
	}
}

func (v vector) checkStages(t *testing.T, client *Client, call Call) {
	t.Helper()
	if v.Expected.Signature == "" {
		return
	}
	// The call is the one of Explain, at the case's time.
	answer, err := client.core.Call(client.handle, abi.OpExplain, func(w *abi.Writer) {
		writeCall(w, call)
		w.Instant(v.Given.Options.Now)
		w.Instant(v.Given.Options.Date)
	})
	if err != nil {
		t.Fatal(err)
	}
	found := readExplanation(answer)
	_, bodyHash, _ := cutLast(found.CanonicalRequest, "\n")
	if found.CanonicalRequest != v.Expected.CanonicalRequest || bodyHash != v.Expected.BodySha256 ||
		found.StringToSign != v.Expected.StringToSign || found.Signature != v.Expected.Signature {
		t.Fatalf("stages %+v\nwant %+v", found, v.Expected)
	}
}

func cutLast(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(separator):], true
}

func (v vector) checkReply(t *testing.T, client *Client, call Call) {
	t.Helper()
	given := v.Given.Response
	response := Response{Status: given.Status, Header: http.Header{}}
	for _, pair := range given.Headers {
		response.Header.Add(pair[0], pair[1])
	}
	if given.Body != nil {
		response.Body = []byte(*given.Body)
	} else {
		response.Body, _ = hex.DecodeString(given.BodyHex)
	}
	reply, err := client.Parse(call, response)
	if err == nil {
		if want := texts(v.Expected.Reply); !reflect.DeepEqual(replyTexts(reply), want) {
			t.Fatalf("reply %v\nwant %v", replyTexts(reply), want)
		}
		return
	}
	var found *Error
	if !errors.As(err, &found) || v.Expected.Error == nil || v.Expected.Error.Stage != "parse" {
		t.Fatalf("reply: %v", err)
	}
	v.checkError(t, found, "")
}

var braces = regexp.MustCompile(`\{([a-z_]+|[-0-9.]+ s)\}`)

func (v vector) checkError(t *testing.T, found *Error, field string) {
	t.Helper()
	want := v.Expected.Error
	expected := &Error{
		Message:          braces.ReplaceAllString(want.Message, "$1"),
		Kind:             want.Kind,
		Outcome:          want.Outcome,
		Retryable:        want.Retryable,
		Status:           want.Status,
		Code:             want.Code,
		Msg:              want.Msg,
		RequestID:        want.RequestID,
		TraceID:          want.TraceID,
		RetryAfter:       seconds(want.RetryAfter),
		Body:             want.Body,
		Field:            field,
		closesConnection: found.closesConnection,
	}
	if !reflect.DeepEqual(found, expected) {
		t.Fatalf("error %#v\nwant  %#v", *found, *expected)
	}
}

// callOf returns the call of a case.
func callOf(t *testing.T, given json.RawMessage) Call {
	t.Helper()
	var operation struct{ Operation string }
	decode(t, given, &operation)
	switch operation.Operation {
	case "notifyPackageExpire":
		return decoded[NotifyPackageExpire](t, given)
	case "getSpaceUsageByOverview":
		return GetSpaceUsageByOverview{}
	case "getCurrentRetentionPolicy":
		return GetCurrentRetentionPolicy{}
	case "getCarrierRetentionPolicy":
		return GetCarrierRetentionPolicy{}
	case "setRetentionPolicy":
		return decoded[SetRetentionPolicy](t, given)
	case "reverseOrder":
		return decoded[ReverseOrder](t, given)
	case "rawCall":
		raw := decoded[struct {
			Method         string
			Path           json.RawMessage
			Query, Headers [][2]string
			JSON           *string
		}](t, given)
		call := RawCall{Method: raw.Method, Path: path(t, raw.Path), Query: pairs(raw.Query), Header: pairs(raw.Headers)}
		if raw.JSON != nil {
			call.JSON = []byte(*raw.JSON)
		}
		return call
	}
	t.Fatalf("unknown operation %q", operation.Operation)
	return nil
}

// path reads a path, which may be written as a text and how often it is repeated.
func path(t *testing.T, given json.RawMessage) string {
	t.Helper()
	if given[0] == '"' {
		return decoded[string](t, given)
	}
	repeated := decoded[struct {
		Repeat string
		Times  int
	}](t, given)
	return strings.Repeat(repeated.Repeat, repeated.Times)
}

func pairs(given [][2]string) (pairs []Pair) {
	for _, pair := range given {
		pairs = append(pairs, Pair{pair[0], pair[1]})
	}
	return pairs
}

func decoded[T any](t *testing.T, given json.RawMessage) (value T) {
	t.Helper()
	decode(t, given, &value)
	return value
}

func decode(t *testing.T, given json.RawMessage, into any) {
	t.Helper()
	if err := json.Unmarshal(given, into); err != nil {
		t.Fatal(err)
	}
}

// replyTexts returns a reply as the vectors have it.
func replyTexts(reply Reply) any {
	bytes, _ := json.Marshal(reply)
	var values map[string]any
	_ = json.Unmarshal(bytes, &values)
	return texts(values)
}

// texts returns values with names in lower case, without those that are empty: this package does
// not tell them from absent ones.
func texts(value any) any {
	switch value := value.(type) {
	case map[string]any:
		found := map[string]any{}
		for name, member := range value {
			if member = texts(member); member != nil && member != "" {
				found[strings.ToLower(name)] = member
			}
		}
		return found
	case []any:
		for index := range value {
			value[index] = texts(value[index])
		}
		return value
	}
	return value
}
