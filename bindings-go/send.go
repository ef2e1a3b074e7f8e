package koodrive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/koodrive/koodrive/bindings-go/internal/abi"
)

// Send sends a call, and returns the service's reply. The error is an [*Error].
//
// Send makes one attempt, and exactly one more, signed anew, where the service refused the date.
// Nothing else is sent twice, except that net/http by itself repeats a GET whose connection was
// idle and turns out to be closed.
//
// If ctx ends first, Send gives the request up. The outcome is unknown if the request may have
// left.
func (c *Client) Send(ctx context.Context, call Call, options ...CallOption) (Reply, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	o := optionsOf(options)
	record, err := c.prepare(ctx, call, o)
	if err != nil {
		return nil, err
	}
	for {
		answer, err := c.exchange(ctx, record, o.replyLimit)
		if err != nil {
			c.closeConnections(err)
			return nil, err
		}
		switch state := answer.Text(abi.RepliedState); state {
		case "done":
			return call.reply(answer.Record(abi.RepliedReply)), nil
		case "again":
			if record, err = c.complete(ctx, answer.Record(abi.RepliedRequest)); err != nil {
				return nil, err
			}
		default:
			return nil, fmt.Errorf("koodrive: unknown state %q of an exchange; the core is newer than this package", state)
		}
	}
}

// exchange sends the request of an exchange, and returns what becomes of it.
func (c *Client) exchange(ctx context.Context, record abi.Record, replyLimit int) (abi.Record, error) {
	exchange := record.Text(abi.RequestExchange)
	response, left, err := c.roundTrip(ctx, c.readRequest(record), replyLimit)
	if err != nil {
		return "", c.fail(exchange, left, err)
	}
	answer, err := c.core.Call(c.handle, abi.OpReply, func(w *abi.Writer) {
		w.Text(exchange)
		c.writeResponse(w, response)
		w.Instant(time.Now())
	})
	if errors.Is(err, abi.ErrNoRoom) {
		return "", c.fail(exchange, true, errNoRoomForReply)
	}
	return answer, errorOf(err, nil)
}

// NotifyPackageExpire tells the service that a subscriber's package has expired. It changes state.
func (c *Client) NotifyPackageExpire(ctx context.Context, call NotifyPackageExpire, options ...CallOption) (*Acknowledgement, error) {
	return send[*Acknowledgement](ctx, c, call, options)
}

// GetSpaceUsageByOverview reads the space usage. It changes nothing: the safe first call.
func (c *Client) GetSpaceUsageByOverview(ctx context.Context, options ...CallOption) (*SpaceUsage, error) {
	return send[*SpaceUsage](ctx, c, GetSpaceUsageByOverview{}, options)
}

// GetCurrentRetentionPolicy reads the retention policies in force. It takes a token only.
func (c *Client) GetCurrentRetentionPolicy(ctx context.Context, options ...CallOption) (*RetentionPolicies, error) {
	return send[*RetentionPolicies](ctx, c, GetCurrentRetentionPolicy{}, options)
}

// GetCarrierRetentionPolicy reads the retention policies to choose from. It takes a token only.
func (c *Client) GetCarrierRetentionPolicy(ctx context.Context, options ...CallOption) (*RetentionPolicies, error) {
	return send[*RetentionPolicies](ctx, c, GetCarrierRetentionPolicy{}, options)
}

// SetRetentionPolicy chooses retention policies. It changes state, and takes a token only.
func (c *Client) SetRetentionPolicy(ctx context.Context, call SetRetentionPolicy, options ...CallOption) (*Acknowledgement, error) {
	return send[*Acknowledgement](ctx, c, call, options)
}

// ReverseOrder is the reverse notification of a carrier. It changes state.
func (c *Client) ReverseOrder(ctx context.Context, call ReverseOrder, options ...CallOption) (*RawReply, error) {
	return send[*RawReply](ctx, c, call, options)
}

// RawCall makes any other call of the API.
func (c *Client) RawCall(ctx context.Context, call RawCall, options ...CallOption) (*RawReply, error) {
	return send[*RawReply](ctx, c, call, options)
}

// send is Send where the type of the reply is known.
func send[R Reply](ctx context.Context, c *Client, call Call, options []CallOption) (R, error) {
	reply, err := c.Send(ctx, call, options...)
	if err != nil {
		var none R
		return none, err
	}
	return reply.(R), nil
}
