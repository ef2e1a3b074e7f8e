// Command bare is what the size of start is compared with: a program that sends a request over
// net/http.
package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	response, err := http.Get(os.Getenv("KOODRIVE_ENDPOINT"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer response.Body.Close()
	fmt.Println(response.Status)
}
