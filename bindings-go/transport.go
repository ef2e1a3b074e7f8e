package koodrive

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// httpClient returns a copy of a client that changes nothing of a request and follows no redirect.
func httpClient(given *http.Client) http.Client {
	var client http.Client
	if given != nil {
		client = *given
	}
	if client.Transport == nil {
		client.Transport = newTransport()
	}
	client.Jar = nil
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

// newTransport returns the default transport with more idle connections, for less time: a server
// that closes an idle connection just when it is used again leaves an unknown outcome.
func newTransport() http.RoundTripper {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	transport := standard.Clone()
	transport.MaxIdleConnsPerHost = 64
	transport.IdleConnTimeout = 4 * time.Second
	return transport
}

// roundTrip sends a request once and reads its response, to one byte beyond the limit; 0 is the
// default limit. After a failure, left says whether the request may have left.
func (c *Client) roundTrip(ctx context.Context, request *Request, limit int) (response Response, left bool, err error) {
	if err := context.Cause(ctx); err != nil {
		return response, false, err
	}
	var connects, connected atomic.Bool
	traced, err := request.HTTP(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { connects.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}))
	if err != nil {
		return response, false, err
	}
	received, err := c.http.Do(traced)
	if err != nil {
		// A RoundTripper that does not tell about connections may have sent it, unless its error says
		// otherwise.
		left = connected.Load() || !connects.Load() && !isDialError(err)
		return response, left, err
	}
	defer received.Body.Close()
	response = Response{Status: received.StatusCode, Header: received.Header}
	// A 101 has no body: the connection speaks another protocol.
	if received.StatusCode != http.StatusSwitchingProtocols {
		if limit <= 0 {
			limit = c.replyLimit
		}
		if response.Body, err = io.ReadAll(io.LimitReader(received.Body, int64(limit)+1)); err != nil {
			return response, true, err
		}
	}
	return response, true, nil
}

func isDialError(err error) bool {
	var operation *net.OpError
	var dns *net.DNSError
	return errors.As(err, &dns) || errors.As(err, &operation) && operation.Op == "dial"
}

// closeConnections closes the connections that are idle, where the core says that the one of this
// error is not to be used again. net/http has no way to close that one alone: by now it is idle, or
// it is gone.
func (c *Client) closeConnections(err error) {
	var ours *Error
	if errors.As(err, &ours) && ours.closesConnection {
		c.http.CloseIdleConnections()
	}
}
