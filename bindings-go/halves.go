package koodrive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/koodrive/koodrive/bindings-go/internal/abi"
)

// Request is a request to send as it is: nothing added, no redirect followed, nothing repeated.
// Printing it shows no credential.
type Request struct {
	Method string
	URL    string
	Header http.Header
	// Body is nil where the request has none.
	Body []byte
}

// Response is a response as it came.
type Response struct {
	Status int
	Header http.Header
	// Body is the whole body after decompression.
	Body []byte
}

// Request builds and signs the request of a call, for a transport of your own. [Client.Parse] reads
// its response, and [Client.ObserveClock] learns from it. A client that signs elsewhere or has a
// TokenSource asks for it with ctx.
func (c *Client) Request(ctx context.Context, call Call, options ...CallOption) (*Request, error) {
	o := optionsOf(options)
	o.alone = true
	record, err := c.prepare(ctx, call, o)
	if err != nil {
		return nil, err
	}
	return c.readRequest(record), nil
}

// Parse reads a response to a call.
func (c *Client) Parse(call Call, response Response) (Reply, error) {
	if call == nil {
		return nil, errNoCall
	}
	answer, err := c.core.Call(c.handle, abi.OpParse, func(w *abi.Writer) {
		writeCall(w, call)
		c.writeResponse(w, response)
	})
	if errors.Is(err, abi.ErrNoRoom) {
		return nil, errReplyTooLarge
	}
	if err != nil {
		return nil, errorOf(err, nil)
	}
	return call.reply(answer.Record(abi.RepliedReply)), nil
}

// errReplyTooLarge is the error of a reply that the core has not seen.
var errReplyTooLarge = &Error{
	Message: "the request got no complete reply: " + errNoRoomForReply.Error() +
		"; outcome unknown: the service may have processed the call, so retry only if repeats are safe",
	Kind:    KindOutcomeUnknown,
	Outcome: OutcomeUnknown,
}

var errNoRoomForReply = errors.New("the reply does not fit into the memory of koodrive.wasm; choose a smaller reply limit")

// prepare begins an exchange with fresh credentials, and returns the record of a complete request.
func (c *Client) prepare(ctx context.Context, call Call, o callOptions) (abi.Record, error) {
	if call == nil {
		return "", errNoCall
	}
	if c.tokenSource != nil {
		if err := c.renewToken(ctx); err != nil {
			return "", err
		}
	}
	record, err := c.begin(call, o, time.Now())
	if err != nil {
		return "", errorOf(err, nil)
	}
	return c.complete(ctx, record)
}

func (c *Client) renewToken(ctx context.Context) error {
	token, err := c.tokenSource(ctx)
	if err != nil {
		return &Error{
			Message:   fmt.Sprintf("the request was not sent: %v; the service did not receive the call, so a retry is safe", err),
			Kind:      KindNotSent,
			Outcome:   OutcomeNotSent,
			Retryable: true,
			cause:     err,
		}
	}
	return c.SetToken(token)
}

// complete has the request signed, where that is done elsewhere.
func (c *Client) complete(ctx context.Context, record abi.Record) (abi.Record, error) {
	stringToSign, unsigned := record.Field(abi.RequestStringToSign)
	if !unsigned {
		return record, nil
	}
	exchange := record.Text(abi.RequestExchange)
	signature, err := c.sign(ctx, string(stringToSign))
	if err != nil {
		return "", c.fail(exchange, false, err)
	}
	record, err = c.core.Call(c.handle, abi.OpSign, func(w *abi.Writer) {
		w.Text(exchange)
		w.Text(signature)
	})
	return record, errorOf(err, nil)
}

func (c *Client) writeResponse(w *abi.Writer, response Response) {
	w.Integer(int64(response.Status))
	c.writeHeaders(w, response.Header)
	w.Bytes(response.Body)
}

func (c *Client) readRequest(record abi.Record) *Request {
	request := &Request{Method: record.Text(abi.RequestMethod), URL: record.Text(abi.RequestUrl)}
	headers := record.Record(abi.RequestHeaders)
	count := headers.Count() / 2
	request.Header = make(http.Header, count)
	values := make([]string, count)
	for index := range values {
		var name, value abi.Record
		name, _, headers = headers.Next()
		value, _, headers = headers.Next()
		values[index] = string(value)
		request.Header[c.names.canonical(string(name))] = values[index : index+1 : index+1]
	}
	if body, present := record.Field(abi.RequestBody); present {
		request.Body = []byte(body)
	}
	return request
}

// headerNames are names of headers, in the form that net/http has them in.
type headerNames struct {
	lock  sync.RWMutex
	known map[string]string
}

func (h *headerNames) canonical(name string) string {
	h.lock.RLock()
	canonical, isKnown := h.known[name]
	h.lock.RUnlock()
	if isKnown {
		return canonical
	}
	canonical = http.CanonicalHeaderKey(name)
	h.lock.Lock()
	defer h.lock.Unlock()
	// Raw calls may have any name.
	if h.known == nil || len(h.known) >= 64 {
		h.known = make(map[string]string)
	}
	h.known[strings.Clone(name)] = canonical
	return canonical
}

// HTTP returns the request for net/http. Its body cannot be sent twice, so net/http does not repeat
// it.
func (r *Request) HTTP(ctx context.Context) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, r.Method, r.URL, nil)
	if err != nil {
		return nil, err
	}
	request.Header = r.Header
	if r.Body != nil {
		request.Body = io.NopCloser(bytes.NewReader(r.Body))
		request.ContentLength = int64(len(r.Body))
	}
	return request, nil
}

// String shows method and URL.
func (r *Request) String() string { return r.Method + " " + r.URL }

// GoString shows method and URL.
func (r *Request) GoString() string { return r.String() }

// LogValue shows method and URL.
func (r *Request) LogValue() slog.Value { return slog.StringValue(r.String()) }
