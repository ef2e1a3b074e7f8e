// Command start says how long a process takes to its first signed request.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	koodrive "github.com/koodrive/koodrive/bindings-go"
)

func main() {
	begun := time.Now()
	client, err := koodrive.New(koodrive.Options{
		Endpoint:  "https://koodrive.example",
		UserID:    "1505084218764547200",
		AppID:     "example-app-id",
		AppSecret: "example-app-secret-not-real",
	})
	if err == nil {
		_, err = client.Request(context.Background(), koodrive.NotifyPackageExpire{CarrierUserID: "189642158555241211", PackageID: "14"})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(time.Since(begun))
}
