package koodrive

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// signature computes a signature without the core.
func signature(stringToSign string) string {
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write([]byte(stringToSign))
	return hex.EncodeToString(mac.Sum(nil))
}

// verify returns the authorization that a notification has to have.
func verify(request *Request) string {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	canonical := strings.Join([]string{
		"POST",
		"/koodrive/ose/v1/carrier/users/notifyPackageExpire/",
		"",
		"host:koodrive.example",
		"x-date:" + request.Header.Get("X-Date"),
		"x-user-id:" + userID,
		"",
		"host;x-date;x-user-id",
		hash(string(request.Body)),
	}, "\n")
	return "HMAC-SHA256 AppId=" + appID + ",SignedHeaders=host;x-date;x-user-id,Signature=" + signature("HMAC-SHA256\n"+hash(canonical))
}

// KOODRIVE_SOAK names another number of calls, such as 1000000.
func TestEachSignatureIsRightWith64Goroutines(t *testing.T) {
	const goroutines = 64
	calls := 64_000
	if testing.Short() {
		calls = 6_400
	}
	if soak := os.Getenv("KOODRIVE_SOAK"); soak != "" {
		var err error
		if calls, err = strconv.Atoi(soak); err != nil {
			t.Fatal(err)
		}
	}
	client := signing(t, "https://koodrive.example")
	var group sync.WaitGroup
	for goroutine := range goroutines {
		group.Add(1)
		go func() {
			defer group.Done()
			for number := range calls / goroutines {
				user := fmt.Sprintf("%d-%d", goroutine, number)
				request, err := client.Request(background, NotifyPackageExpire{CarrierUserID: user, PackageID: "14"})
				if err != nil {
					t.Error(err)
					return
				}
				body := fmt.Sprintf(`{"carrierUserId":"%s","type":2,"packageId":"14"}`, user)
				if string(request.Body) != body || request.Header.Get("Authorization") != verify(request) {
					t.Errorf("%s: %s is wrong", request.Body, request.Header.Get("Authorization"))
					return
				}
			}
		}()
	}
	group.Wait()
}
