//go:build unix

package koodrive

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"net/http"
	"syscall"
	"testing"
	"time"
)

// measure reports the processor's time as well, which other programs on the machine hardly change.
func measure(b *testing.B, operation func() error) {
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime(b)
	for range b.N {
		if err := operation(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(processorTime(b)-before)/float64(b.N), "cpu-ns/op")
}

func processorTime(b *testing.B) int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

const endpoint = "https://koodrive.example"

var call = NotifyPackageExpire{CarrierUserID: "189642158555241211", PackageID: "14"}

func BenchmarkSigned(b *testing.B) { benchmarkRequest(b, signing(b, endpoint)) }

func BenchmarkBearer(b *testing.B) { benchmarkRequest(b, bearing(b, endpoint)) }

func benchmarkRequest(b *testing.B, client *Client) {
	measure(b, func() error {
		_, err := client.Request(context.Background(), call)
		return err
	})
}

func BenchmarkParse(b *testing.B) {
	client := bearing(b, endpoint)
	response := Response{Status: 200, Header: http.Header{}, Body: []byte(`{"code":0,"msg":"Success."}`)}
	measure(b, func() error {
		_, err := client.Parse(call, response)
		return err
	})
}

// BenchmarkStart is from nothing to the first signed request.
func BenchmarkStart(b *testing.B) {
	measure(b, func() error {
		client, err := New(Options{Endpoint: endpoint, UserID: userID, AppID: appID, AppSecret: appSecret})
		if err != nil {
			return err
		}
		defer client.Close()
		_, err = client.Request(context.Background(), call)
		return err
	})
}

// hand is what a competent user writes without a library: state is reused, and nothing is checked.
type hand struct {
	mac hash.Hash
}

type handBody struct {
	CarrierUserID string `json:"carrierUserId"`
	Type          int    `json:"type"`
	PackageID     string `json:"packageId"`
}

const handPath = "/koodrive/ose/v1/carrier/users/notifyPackageExpire"

func (h *hand) request(authorization string) (*Request, error) {
	body, err := json.Marshal(handBody{call.CarrierUserID, 2, call.PackageID})
	if err != nil {
		return nil, err
	}
	date := time.Now().UTC().Add(-5 * time.Second).Format("20060102T150405Z")
	if authorization == "" {
		bodyHash := sha256.Sum256(body)
		canonical := "POST\n" + handPath + "/\n\nhost:koodrive.example\nx-date:" + date + "\nx-user-id:" + userID +
			"\n\nhost;x-date;x-user-id\n" + hex.EncodeToString(bodyHash[:])
		canonicalHash := sha256.Sum256([]byte(canonical))
		h.mac.Reset()
		h.mac.Write([]byte("HMAC-SHA256\n" + hex.EncodeToString(canonicalHash[:])))
		authorization = "HMAC-SHA256 AppId=" + appID + ",SignedHeaders=host;x-date;x-user-id,Signature=" + hex.EncodeToString(h.mac.Sum(nil))
	}
	return &Request{
		Method: "POST",
		URL:    endpoint + handPath,
		Header: http.Header{
			"Content-Type":  {"application/json"},
			"Authorization": {authorization},
			"X-Date":        {date},
			"X-User-Id":     {userID},
		},
		Body: body,
	}, nil
}

func BenchmarkHandSigned(b *testing.B) {
	benchmarkHand(b, "")
}

func BenchmarkHandBearer(b *testing.B) {
	benchmarkHand(b, "Bearer "+token)
}

func benchmarkHand(b *testing.B, authorization string) {
	h := hand{mac: hmac.New(sha256.New, []byte(appSecret))}
	measure(b, func() error {
		_, err := h.request(authorization)
		return err
	})
}

func BenchmarkHandParse(b *testing.B) {
	body := []byte(`{"code":0,"msg":"Success."}`)
	measure(b, func() error {
		var reply struct {
			Code json.Number `json:"code"`
			Msg  string      `json:"msg"`
		}
		return json.Unmarshal(body, &reply)
	})
}
