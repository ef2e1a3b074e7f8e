package koodrive

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/koodrive/koodrive/bindings-go/internal/abi"
)

// Client makes calls. It is safe for concurrent use: it learns the service's clock from every
// reply, so share one rather than make many. Go counts 16 MiB for a client, of which those that
// were used take memory.
type Client struct {
	core     *abi.Core
	handle   uint32
	endpoint string
	// replyHeaders are the headers that the core reads, in its order.
	replyHeaders []string
	// replyLimit is the default one, in bytes.
	replyLimit int

	names       headerNames
	http        http.Client
	timeout     time.Duration
	sign        func(context.Context, string) (string, error)
	tokenSource func(context.Context) (string, error)
}

// New returns a client. The error, an [*Error], names the option that is wrong.
func New(options Options) (*Client, error) {
	core, err := abi.New(newModule())
	if err != nil {
		return nil, err
	}
	return newClient(core, options)
}

// newModule makes the core of a client. Tests record what it is asked and answers.
var newModule = abi.Translated

func newClient(core *abi.Core, options Options) (*Client, error) {
	handle, err := core.Open(options.write)
	if err != nil {
		return nil, errorOf(err, nil)
	}
	info, err := core.Call(0, abi.OpInfo, nil)
	if err != nil {
		return nil, errorOf(err, nil)
	}
	client := &Client{
		core:        core,
		handle:      handle,
		endpoint:    options.Endpoint,
		replyLimit:  info.Int(abi.InfoReplyLimit),
		http:        httpClient(options.HTTPClient),
		timeout:     options.Timeout,
		sign:        options.Sign,
		tokenSource: options.TokenSource,
	}
	if client.timeout == 0 {
		client.timeout = 30 * time.Second
	}
	if client.timeout < 0 {
		return nil, refused("timeout", "negative; pass a time above 0, or 0 for the default")
	}
	for name := range info.Record(abi.InfoReplyHeaders).Fields {
		client.replyHeaders = append(client.replyHeaders, http.CanonicalHeaderKey(string(name)))
	}
	return client, nil
}

// Close overwrites the client's secrets. Later calls are refused. Copies that Go has made of them,
// such as the strings in [Options], are out of its reach.
func (c *Client) Close() error {
	c.core.Close(c.handle)
	return nil
}

// SetToken replaces the credentials by a token, for a client without [Options.TokenSource]. The
// learned offset of the service's clock stays.
func (c *Client) SetToken(token string) error {
	_, err := c.core.Call(c.handle, abi.OpCredentials, func(w *abi.Writer) { writeToken(w, token) })
	return errorOf(err, nil)
}

// ClockOffset returns by how much the service's clock is ahead of this machine's, as far as replies
// have shown.
func (c *Client) ClockOffset() (time.Duration, error) {
	return c.offset(c.core.Call(c.handle, abi.OpClock, nil))
}

// SetClockOffset sets what another client has learned. Default 0.
func (c *Client) SetClockOffset(offset time.Duration) error {
	_, err := c.core.Call(c.handle, abi.OpClock, func(w *abi.Writer) { w.Integer(offset.Milliseconds()) })
	return errorOf(err, nil)
}

// ObserveClock learns the service's clock from a response that is read by [Client.Parse].
func (c *Client) ObserveClock(header http.Header, sentAt, receivedAt time.Time) error {
	_, err := c.core.Call(c.handle, abi.OpObserve, func(w *abi.Writer) {
		c.writeHeaders(w, header)
		w.Instant(sentAt)
		w.Instant(receivedAt)
	})
	return errorOf(err, nil)
}

func (c *Client) offset(answer abi.Record, err error) (time.Duration, error) {
	return time.Duration(answer.Int(abi.OffsetOffset)) * time.Millisecond, errorOf(err, nil)
}

// Check returns the error of a call that no client can send, and nil for any other call.
func (c *Client) Check(call Call) error {
	if call == nil {
		return errNoCall
	}
	_, err := c.core.Call(0, abi.OpCheck, func(w *abi.Writer) { writeCall(w, call) })
	return errorOf(err, nil)
}

var errNoCall = refused("call", "nil; pass a call such as NotifyPackageExpire")

// String shows no secret.
func (c *Client) String() string { return fmt.Sprintf("koodrive.Client{%s}", c.endpoint) }

// GoString shows no secret.
func (c *Client) GoString() string { return c.String() }

// LogValue shows no secret.
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// CallOption is an option of one call.
type CallOption func(*callOptions)

type callOptions struct {
	traceID    string
	hasTraceID bool
	date       time.Time
	replyLimit int
	// alone says that the response goes to Parse.
	alone bool
}

// WithTraceID sends this trace id of 58 characters instead of a random one.
func WithTraceID(traceID string) CallOption {
	return func(o *callOptions) { o.traceID, o.hasTraceID = traceID, true }
}

// WithDate sends this X-Date instead of the computed one: to reproduce a signature.
func WithDate(date time.Time) CallOption {
	return func(o *callOptions) { o.date = date }
}

// WithReplyLimit bounds the body of the reply, in bytes after decompression. Default 1 MiB.
func WithReplyLimit(bytes int) CallOption {
	return func(o *callOptions) { o.replyLimit = bytes }
}

func optionsOf(options []CallOption) (o callOptions) {
	for _, option := range options {
		option(&o)
	}
	return o
}

// begin begins an exchange, and returns the record of its request.
func (c *Client) begin(call Call, o callOptions, now time.Time) (abi.Record, error) {
	return c.core.Call(c.handle, abi.OpBegin, func(w *abi.Writer) {
		writeCall(w, call)
		w.Instant(now)
		w.Instant(o.date)
		if o.hasTraceID {
			w.Text(o.traceID)
			w.None(1)
		} else {
			random := randomBytes()
			w.None(1)
			w.Bytes(random[:])
		}
		if o.replyLimit != 0 {
			w.Integer(int64(o.replyLimit))
		} else {
			w.None(1)
		}
		w.Flag(o.alone)
	})
}

// randomBytes returns what a trace id is made of. The id must be unique, and is public.
func randomBytes() (random [29]byte) {
	for at := 0; at < len(random); at += 8 {
		var word [8]byte
		binary.NativeEndian.PutUint64(word[:], rand.Uint64())
		copy(random[at:], word[:])
	}
	return random
}

// fail ends an exchange whose request got no complete response, and returns the error.
func (c *Client) fail(exchange string, left bool, cause error) error {
	_, err := c.core.Call(c.handle, abi.OpFailed, func(w *abi.Writer) {
		w.Text(exchange)
		w.Flag(left)
		w.Text(cause.Error())
	})
	return errorOf(err, cause)
}

// writeHeaders writes the first value of each header that the core reads.
func (c *Client) writeHeaders(w *abi.Writer, header http.Header) {
	w.Record(func(w *abi.Writer) {
		for _, name := range c.replyHeaders {
			if values := header[name]; len(values) > 0 {
				w.Text(values[0])
			} else {
				w.None(1)
			}
		}
	})
}
