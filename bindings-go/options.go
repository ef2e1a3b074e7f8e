package koodrive

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/koodrive/koodrive/bindings-go/internal/abi"
)

// The published endpoints.
const (
	// International is AP-Singapore.
	International = abi.International
	// China is CN North-Beijing4.
	China = abi.China
)

// Options says where a client sends its calls, and how it authenticates. Authenticate in exactly
// one way: AppID with AppSecret or Sign, Token, TokenSource, or Authorization. Printing Options
// shows no secret.
type Options struct {
	// Endpoint is the base URL of the service: [International], [China], or any other.
	Endpoint string
	// UserID is the value of X-User-Id.
	UserID string

	// AppID and AppSecret sign each request.
	AppID     string
	AppSecret string
	// Sign returns the lower-case hex of the HMAC-SHA256 of a string, in the place of AppSecret: the
	// secret stays in a KMS or an HSM. It may be called by several goroutines at a time.
	Sign func(ctx context.Context, stringToSign string) (signature string, err error)
	// Token is an access token, in any published shape.
	Token string
	// TokenSource returns an access token. It is asked before each call, and by [Client.Dispatch] when
	// a token is due: return one that you keep. It may be called by several goroutines at a time.
	TokenSource func(ctx context.Context) (token string, err error)
	// Authorization is the value of the header Authorization, sent unchanged.
	Authorization string

	// ClockMargin is by how much X-Date stays behind the service's clock: whole seconds, 0 to 600.
	// Default 5 s.
	ClockMargin *time.Duration
	// AllowPlainHTTP allows http:// for hosts other than loopback.
	AllowPlainHTTP bool

	// HTTPClient sends. It is copied: the copy follows no redirects and sends no cookies. The default
	// has connections of its own, 64 of which may be idle for 4 seconds.
	HTTPClient *http.Client
	// Timeout is for a call as a whole, to the last byte of the reply. Default 30 s. A shorter
	// deadline of the context holds as well.
	Timeout time.Duration
}

// Ptr returns a pointer to value, for options whose zero is a value of its own.
func Ptr[T any](value T) *T {
	return &value
}

func (o Options) write(w *abi.Writer) {
	w.Text("snake")
	w.Text(o.Endpoint)
	w.Flag(o.AllowPlainHTTP)
	w.Text(o.UserID)
	if o.TokenSource != nil && o.Token == "" {
		// The first token comes before the first request.
		w.None(1)
	} else {
		w.Record(o.writeCredentials)
	}
	if o.ClockMargin == nil {
		w.None(1)
	} else {
		w.Decimal(o.ClockMargin.Seconds())
	}
}

func (o Options) writeCredentials(w *abi.Writer) {
	if o.AppID != "" || o.AppSecret != "" || o.Sign != nil {
		// If one of them is given, an empty other one is a mistake.
		w.Text(o.AppID)
		if o.Sign == nil || o.AppSecret != "" {
			w.Text(o.AppSecret)
		} else {
			w.None(1)
		}
	} else {
		w.None(2)
	}
	w.Flag(o.Sign != nil)
	w.OptionalText(o.Token)
	w.OptionalText(o.Authorization)
}

func writeToken(w *abi.Writer, token string) {
	w.Record(func(w *abi.Writer) {
		w.None(3)
		w.Text(token)
	})
}

// String shows no secret.
func (o Options) String() string {
	return fmt.Sprintf("koodrive.Options{Endpoint: %q, UserID: %q, …}", o.Endpoint, o.UserID)
}

// GoString shows no secret.
func (o Options) GoString() string { return o.String() }

// LogValue shows no secret.
func (o Options) LogValue() slog.Value {
	return slog.GroupValue(slog.String("endpoint", o.Endpoint), slog.String("userId", o.UserID))
}
