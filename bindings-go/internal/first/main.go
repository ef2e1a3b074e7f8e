// Command first is the first program of the README.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	koodrive "github.com/koodrive/koodrive/bindings-go"
)

func main() {
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

	usage, err := client.GetSpaceUsageByOverview(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("code", usage.Code)
}
