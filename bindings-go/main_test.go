package koodrive

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"testing"
)

const (
	userID    = "1505084218764547200"
	appID     = "example-app-id"
	appSecret = "example-app-secret-not-real"
	token     = "example-token-not-real"
)

// sandboxProgram is the path of koodrive-sandbox.
var sandboxProgram = os.Getenv("KOODRIVE_SANDBOX")

// TestMain starts a sandbox for the examples. Without koodrive-sandbox
// (`cargo build -p koodrive-sandbox`, in the project's root), they and the tests that need one are
// skipped.
func TestMain(m *testing.M) {
	flag.Parse()
	if path := os.Getenv("KOODRIVE_RECORD"); path != "" {
		record(path)
	}
	if sandboxProgram == "" {
		if _, err := os.Stat("../target/debug/koodrive-sandbox"); err == nil {
			sandboxProgram = "../target/debug/koodrive-sandbox"
		}
	}
	if sandboxProgram == "" {
		fmt.Fprintln(os.Stderr, "KOODRIVE_SANDBOX does not name koodrive-sandbox: the examples are skipped")
		_ = flag.Set("test.skip", "^Example")
		os.Exit(m.Run())
	}
	url, stop, err := startSandbox("--config", "../tests/sandbox/readmes.json")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for name, value := range map[string]string{
		"KOODRIVE_ENDPOINT":   url,
		"KOODRIVE_USER_ID":    userID,
		"KOODRIVE_APP_ID":     appID,
		"KOODRIVE_APP_SECRET": appSecret,
		"KOODRIVE_TOKEN":      token,
	} {
		_ = os.Setenv(name, value)
	}
	code := m.Run()
	stop()
	os.Exit(code)
}

// startSandbox returns the sandbox's URL, and what stops it.
func startSandbox(flags ...string) (url string, stop func(), err error) {
	command := exec.Command(sandboxProgram, flags...)
	stdout, err := command.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("the sandbox does not say where it listens: %w", err)
	}
	var ready struct{ URL string }
	if err := json.Unmarshal(line, &ready); err != nil {
		stop()
		return "", nil, err
	}
	return ready.URL, stop, nil
}

// sandbox starts a sandbox for one test.
func sandbox(t *testing.T, flags ...string) string {
	t.Helper()
	if sandboxProgram == "" {
		t.Skip("there is no koodrive-sandbox")
	}
	url, stop, err := startSandbox(flags...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return url
}

// accepted returns the calls that a sandbox has acted on.
func accepted(t *testing.T, url string) []map[string]any {
	t.Helper()
	response, err := http.Get(url + "/sandbox/accepted")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	var calls []map[string]any
	if err := json.Unmarshal(body, &calls); err != nil {
		t.Fatal(err)
	}
	return calls
}

// signing returns a client that signs with the sandbox's app.
func signing(t testing.TB, endpoint string, change ...func(*Options)) *Client {
	t.Helper()
	options := Options{Endpoint: endpoint, UserID: userID, AppID: appID, AppSecret: appSecret}
	for _, change := range change {
		change(&options)
	}
	return opened(t, options)
}

// bearing returns a client with the sandbox's token.
func bearing(t testing.TB, endpoint string) *Client {
	t.Helper()
	return opened(t, Options{Endpoint: endpoint, UserID: userID, Token: token})
}

func opened(t testing.TB, options Options) *Client {
	t.Helper()
	client, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}
