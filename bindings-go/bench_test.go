package koodrive

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"net/http"
	"testing"
	"time"
)

const endpoint = "https://koodrive.example"

var call = NotifyPackageExpire{CarrierUserID: "189642158555241211", PackageID: "14"}

func BenchmarkSigned(b *testing.B) { benchmarkRequest(b, signing(b, endpoint)) }

func BenchmarkBearer(b *testing.B) { benchmarkRequest(b, bearing(b, endpoint)) }

func benchmarkRequest(b *testing.B, client *Client) {
	b.ReportAllocs()
	for range b.N {
		if _, err := client.Request(b.Context(), call); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	client := bearing(b, endpoint)
	response := Response{Status: 200, Header: http.Header{}, Body: []byte(`{"code":0,"msg":"Success."}`)}
	b.ReportAllocs()
	for range b.N {
		if _, err := client.Parse(call, response); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStart is from nothing to the first signed request.
func BenchmarkStart(b *testing.B) {
	for range b.N {
		client, err := New(Options{Endpoint: endpoint, UserID: userID, AppID: appID, AppSecret: appSecret})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := client.Request(b.Context(), call); err != nil {
			b.Fatal(err)
		}
		_ = client.Close()
	}
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
	b.ReportAllocs()
	for range b.N {
		if _, err := h.request(authorization); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHandParse(b *testing.B) {
	body := []byte(`{"code":0,"msg":"Success."}`)
	b.ReportAllocs()
	for range b.N {
		var reply struct {
			Code json.Number `json:"code"`
			Msg  string      `json:"msg"`
		}
		if err := json.Unmarshal(body, &reply); err != nil {
			b.Fatal(err)
		}
	}
}
