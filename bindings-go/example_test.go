package koodrive_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"slices"
	"time"

	koodrive "github.com/koodrive/koodrive/bindings-go"
)

var (
	ctx  = context.Background()
	call = koodrive.NotifyPackageExpire{CarrierUserID: "189642158555241211", PackageID: "14"}
)

// connected returns a client with a token.
func connected() *koodrive.Client {
	client, err := koodrive.New(koodrive.Options{
		Endpoint: os.Getenv("KOODRIVE_ENDPOINT"),
		UserID:   os.Getenv("KOODRIVE_USER_ID"),
		Token:    os.Getenv("KOODRIVE_TOKEN"),
	})
	if err != nil {
		log.Fatal(err)
	}
	return client
}

func Example() {
	client, err := koodrive.New(koodrive.Options{
		Endpoint:  os.Getenv("KOODRIVE_ENDPOINT"), // or koodrive.International
		UserID:    os.Getenv("KOODRIVE_USER_ID"),
		AppID:     os.Getenv("KOODRIVE_APP_ID"), // or Token, or TokenSource
		AppSecret: os.Getenv("KOODRIVE_APP_SECRET"),
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	// The safe first call: it changes nothing.
	usage, err := client.GetSpaceUsageByOverview(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("code", usage.Code)

	// This one changes state.
	reply, err := client.NotifyPackageExpire(ctx, koodrive.NotifyPackageExpire{
		CarrierUserID: "189642158555241211",
		PackageID:     "14",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("code", reply.Code, "msg", reply.Msg)
	// Output:
	// code 0
	// code 0 msg Success.
}

func ExampleError() {
	client := connected()

	_, err := client.GetSpaceUsageByOverview(ctx, koodrive.WithTraceID("too short"))
	var failed *koodrive.Error
	if errors.As(err, &failed) {
		switch failed.Outcome {
		case koodrive.OutcomeNotSent, koodrive.OutcomeRefused:
			// The service did not act. failed.Retryable says whether a repeat makes sense.
		case koodrive.OutcomeUnknown:
			// The service may have acted. Look before you repeat the call.
		}
		fmt.Println(failed.Kind, failed.Outcome, failed.Retryable, failed.Field)
	}
	// Output: invalid_input not_sent false trace_id
}

func ExampleClient_RawCall() {
	client := connected()

	user, err := client.RawCall(ctx, koodrive.RawCall{
		Method: "GET",
		Path:   "/koodrive/ose/v1/users/1316083732377070977",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.Body)

	page, err := client.RawCall(ctx, koodrive.RawCall{
		Method: "GET",
		Path:   "/koodrive/ose/v1/reconciliation/diff/getList",
		Query:  []koodrive.Pair{{Name: "batchNo", Value: "20251103"}, {Name: "pageSize", Value: "100"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(page.Body)
	// Output:
	// {"code":0,"msg":"Success.","data":{"userId":1316083732377070977,"status":0}}
	// {"code":0,"msg":"Success.","data":{"list":[],"pageCursor":""}}
}

// A row of a file: a call, and where it stands.
type row struct {
	koodrive.NotifyPackageExpire
	Line int
}

func ExampleClient_Dispatch() {
	client := connected()

	lapsed := slices.Values([]koodrive.Call{
		row{koodrive.NotifyPackageExpire{CarrierUserID: "189642158555241211", PackageID: "14"}, 1},
		row{koodrive.NotifyPackageExpire{CarrierUserID: "189642158555241212", PackageID: "14"}, 2},
	}) // or any iterator, of millions
	for outcome, err := range client.Dispatch(ctx, lapsed, koodrive.DispatchOptions{Rate: 50}) {
		if err != nil {
			log.Fatal(err) // after the outcomes: a halt, or the end of ctx
		}
		fmt.Println("line", outcome.Call.(row).Line, outcome.Verdict)
	}
	// Unordered output:
	// line 1 delivered
	// line 2 delivered
}

func ExampleClient_Request() {
	client := connected()

	request, err := client.Request(ctx, call)
	if err != nil {
		log.Fatal(err)
	}
	sent, err := request.HTTP(ctx)
	if err != nil {
		log.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(sent)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		log.Fatal(err)
	}
	reply, err := client.Parse(call, koodrive.Response{Status: response.StatusCode, Header: response.Header, Body: body})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(reply.(*koodrive.Acknowledgement).Msg)
	// Output: Success.
}

func ExampleClient_Explain() {
	client, err := koodrive.New(koodrive.Options{
		Endpoint:  koodrive.International,
		UserID:    "1505084218764547200",
		AppID:     "example-app-id",
		AppSecret: "example-app-secret-not-real",
	})
	if err != nil {
		log.Fatal(err)
	}
	date := koodrive.WithDate(time.Now())
	explanation, err := client.Explain(call, "what the service said", date)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(explanation.SignedHeaders)
	// Output: host;x-date;x-user-id
}
