package koodrive

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/koodrive/koodrive/bindings-go/internal/abi"
)

// randomCase is one of tests/differential.
type randomCase struct {
	Number int
	Client struct {
		Endpoint, UserID, AppID, AppSecret string
		Token, Authorization               *string
		ClockMarginSeconds                 *float64
		AllowPlainHTTP                     bool
	}
	Observed *struct {
		Headers            [][2]string
		SentAt, ReceivedAt int64
	}
	Call    json.RawMessage
	Options struct {
		Now     int64
		Date    *int64
		TraceID *string
	}
	Message  string
	Response struct {
		Status  int
		Headers [][2]string
		BodyHex string
	}
}

// KOODRIVE_CASES names a file of random cases, and KOODRIVE_EXPECTED what Rust makes of them:
// `cargo xtask differential`.
func TestRandomCasesHaveTheSameResultsAsInRust(t *testing.T) {
	cases, expected := os.Getenv("KOODRIVE_CASES"), os.Getenv("KOODRIVE_EXPECTED")
	if cases == "" {
		t.Skip("KOODRIVE_CASES names no file")
	}
	given, wanted := lines(t, cases), lines(t, expected)
	core, err := abi.New(newModule())
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for index, line := range given {
		var want map[string]any
		decode(t, []byte(wanted[index]), &want)
		var c randomCase
		if cannotBeSaid(line) || json.Unmarshal([]byte(line), &c) != nil || !hasTexts(c.Call) || (c.Client.AppID == "") != (c.Client.AppSecret == "") {
			continue
		}
		inNanoseconds(want["reply"])
		compared++
		found := texts(c.outcome(t, core))
		if want := texts(want); !reflect.DeepEqual(found, want) {
			foundJSON, _ := json.Marshal(found)
			wantJSON, _ := json.Marshal(want)
			t.Errorf("%s\nfound %s\nwant  %s", line, foundJSON, wantJSON)
		}
	}
	t.Logf("%d of %d cases compared", compared, len(given))
	if compared < len(given)*3/4 {
		t.Errorf("%d of %d cases compared", compared, len(given))
	}
}

// cannotBeSaid says whether a case has what Go has no words for: half of a UTF-16 pair, another
// type than 2 by its plain name, an empty token, half an app, a query of null, and the year 1,
// whose first instant is Go's zero time.
func cannotBeSaid(line string) bool {
	for _, words := range []string{`"utf16":`, `"type":`, `"token":""`, `"authorization":""`, `":-62135596800000`} {
		if strings.Contains(strings.ReplaceAll(line, `": `, `":`), words) {
			return true
		}
	}
	return false
}

// hasTexts says whether all values of a query are texts, as they are in Go.
func hasTexts(call json.RawMessage) bool {
	var raw struct{ Query, Headers [][2]*string }
	if json.Unmarshal(call, &raw) != nil {
		return false
	}
	for _, pair := range raw.Query {
		if pair[1] == nil {
			return false
		}
	}
	return true
}

// inNanoseconds writes the Retry-After of an error, which is in seconds, as Go has it.
func inNanoseconds(reply any) {
	if reply, ok := reply.(map[string]any); ok {
		if text, ok := reply["retryAfter"].(string); ok {
			number, _ := strconv.ParseFloat(text, 64)
			reply["retryAfter"] = float64(seconds(number))
			if number == 0 {
				reply["retryAfter"] = nil
			}
		}
	}
}

func lines(t *testing.T, path string) (lines []string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 64<<20)
	for scanner.Scan() {
		lines = append(lines, scanner.Text())
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// outcome returns every stage that is reached, and what refuses it, as the other languages note it.
func (c randomCase) outcome(t *testing.T, core *abi.Core) map[string]any {
	found := map[string]any{"number": float64(c.Number)}
	// stage notes a stage, and says whether it was passed.
	stage := func(name string, noted any, err error) bool {
		if err != nil {
			noted = noteError(failed(t, err))
		}
		found[name] = noted
		return err == nil
	}
	options := Options{
		Endpoint: c.Client.Endpoint, UserID: c.Client.UserID, AppID: c.Client.AppID, AppSecret: c.Client.AppSecret,
		AllowPlainHTTP: c.Client.AllowPlainHTTP,
	}
	if c.Client.Token != nil {
		options.Token = *c.Client.Token
	}
	if c.Client.Authorization != nil {
		options.Authorization = *c.Client.Authorization
	}
	if seconds := c.Client.ClockMarginSeconds; seconds != nil {
		options.ClockMargin = Ptr(time.Duration(*seconds * float64(time.Second)))
	}
	client, err := newClient(core, options)
	if !stage("client", "made", err) {
		return found
	}
	defer client.Close()
	call := callOf(t, c.Call)
	if !stage("call", "made", client.Check(call)) {
		return found
	}
	if c.Observed != nil {
		err := client.ObserveClock(headerOf(c.Observed.Headers), time.UnixMilli(c.Observed.SentAt), time.UnixMilli(c.Observed.ReceivedAt))
		offset, _ := client.ClockOffset()
		stage("clockOffset", float64(offset.Milliseconds()), err)
	}
	now, o := time.UnixMilli(c.Options.Now), callOptions{hasTraceID: c.Options.TraceID != nil}
	if o.hasTraceID {
		o.traceID = *c.Options.TraceID
	}
	if c.Options.Date != nil {
		o.date = time.UnixMilli(*c.Options.Date)
	}
	record, err := client.begin(call, o, now)
	stage("request", client.noteRequest(record, o.hasTraceID), errorOf(err, nil))
	answer, err := client.core.Call(client.handle, abi.OpExplain, func(w *abi.Writer) {
		writeCall(w, call)
		w.Instant(now)
		w.Instant(o.date)
		w.OptionalText(c.Message)
	})
	stage("explanation", noted(readExplanation(answer)), errorOf(err, nil))
	body, _ := hex.DecodeString(c.Response.BodyHex)
	reply, err := client.Parse(call, Response{Status: c.Response.Status, Header: headerOf(c.Response.Headers), Body: body})
	stage("reply", noted(reply), err)
	return found
}

func headerOf(pairs [][2]string) http.Header {
	header := http.Header{}
	for _, pair := range pairs {
		header.Add(pair[0], pair[1])
	}
	return header
}

func (c *Client) noteRequest(record abi.Record, hasTraceID bool) any {
	request := c.readRequest(record)
	if !hasTraceID {
		request.Header.Del("X-Traceid")
	}
	headers := [][2]string{}
	for name := range request.Header {
		headers = append(headers, [2]string{strings.ToLower(name), request.Header.Get(name)})
	}
	sort.Slice(headers, func(a, b int) bool { return headers[a][0] < headers[b][0] })
	return noted(map[string]any{"method": request.Method, "url": request.URL, "headers": headers, "body": string(request.Body)})
}

var errorNames = map[Kind]string{
	KindInvalidInput: "InvalidInputError", KindAPI: "ApiError", KindUnreadableReply: "UnreadableReplyError",
}

func noteError(err *Error) any {
	found := noted(err).(map[string]any)
	found["name"] = errorNames[err.Kind]
	return found
}

// noted returns a value as it stands in JSON.
func noted(value any) any {
	bytes, _ := json.Marshal(value)
	var found any
	_ = json.Unmarshal(bytes, &found)
	return texts(found)
}
