// Command demo is the demo's Go part: over net/http, with an app id and with a token, the safe call
// and then the notification; last, a call that is refused for its secret. `cargo xtask demo` starts
// the sandbox for it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	koodrive "github.com/koodrive/koodrive/bindings-go"
)

var call = koodrive.NotifyPackageExpire{CarrierUserID: "189642158555241211", PackageID: "14"}

// show prints the request as it leaves, Authorization masked.
type show struct{}

func (show) RoundTrip(request *http.Request) (*http.Response, error) {
	fmt.Printf("  %s %s\n", request.Method, request.URL)
	for name, values := range request.Header {
		if name == "Authorization" {
			values = []string{"***"}
		}
		fmt.Printf("    %s: %s\n", strings.ToLower(name), values[0])
	}
	if request.Body != nil {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		fmt.Printf("    %s\n", body)
		request = request.Clone(request.Context())
		request.Body = io.NopCloser(strings.NewReader(string(body)))
	}
	return http.DefaultTransport.RoundTrip(request)
}

func open(credentials koodrive.Options) *koodrive.Client {
	credentials.Endpoint = os.Getenv("KOODRIVE_ENDPOINT")
	credentials.UserID = os.Getenv("KOODRIVE_USER_ID")
	credentials.HTTPClient = &http.Client{Transport: show{}}
	client, err := koodrive.New(credentials)
	if err != nil {
		log.Fatal(err)
	}
	return client
}

func main() {
	ctx := context.Background()
	appID := os.Getenv("KOODRIVE_APP_ID")
	for _, mode := range []struct {
		name        string
		credentials koodrive.Options
	}{
		{"app id", koodrive.Options{AppID: appID, AppSecret: os.Getenv("KOODRIVE_APP_SECRET")}},
		{"token", koodrive.Options{Token: os.Getenv("KOODRIVE_TOKEN")}},
	} {
		fmt.Printf("\nGo, net/http, %s\n", mode.name)
		client := open(mode.credentials)
		usage, err := client.GetSpaceUsageByOverview(ctx)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("  code %s, msg %s (%s KB used)\n", usage.Code, usage.Msg, usage.Data.TotalUsed)
		reply, err := client.NotifyPackageExpire(ctx, call)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("  code %s, msg %s\n", reply.Code, reply.Msg)
	}

	fmt.Println("\nGo, net/http, a wrong secret")
	wrong := open(koodrive.Options{AppID: appID, AppSecret: "not-the-secret"})
	// A date of our own, so that it is the same in the request and in its explanation.
	date := koodrive.WithDate(time.Now().Add(-5 * time.Second))
	_, err := wrong.NotifyPackageExpire(ctx, call, date)
	var refused *koodrive.Error
	if !errors.As(err, &refused) {
		log.Fatal("a wrong secret was accepted")
	}
	fmt.Printf("  %s, %s: %s\n", refused.Kind, refused.Outcome, strings.ReplaceAll(refused.Message, "\n", "\n  "))
	explanation, err := wrong.Explain(call, refused.Msg, date)
	if err != nil || explanation.Finding == "" {
		log.Fatal("explain found nothing")
	}
	fmt.Printf("  explain: %s\n", explanation.Finding)
}
