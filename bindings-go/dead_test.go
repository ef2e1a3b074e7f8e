package koodrive

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/koodrive/koodrive/bindings-go/internal/abi"
)

// trapping is a module that traps at one operation.
type trapping struct {
	abi.Module
	operation uint32
	calls     int
}

func (m *trapping) Call(handle, operation, buffer, capacity, length uint32) int32 {
	m.calls++
	if operation == m.operation {
		panic("unreachable")
	}
	return m.Module.Call(handle, operation, buffer, capacity, length)
}

func dying(t *testing.T, operation uint32, options Options) (*Client, *trapping) {
	t.Helper()
	module := &trapping{Module: abi.Translated(), operation: operation}
	core, err := abi.New(module)
	if err != nil {
		t.Fatal(err)
	}
	client, err := newClient(core, options)
	if err != nil {
		t.Fatal(err)
	}
	return client, module
}

func TestATrapEndsTheClientAndNoOther(t *testing.T) {
	endpoint := sandbox(t)
	options := Options{Endpoint: endpoint, UserID: userID, Token: token}
	other := opened(t, options)

	client, _ := dying(t, abi.OpBegin, options)
	_, err := client.Send(background, notification)
	failed(t, err).is(t, KindInvalidInput, OutcomeNotSent, false)

	client, module := dying(t, abi.OpReply, options)
	_, err = client.Send(background, notification)
	failed(t, err).is(t, KindOutcomeUnknown, OutcomeUnknown, false)
	if len(accepted(t, endpoint)) != 1 {
		t.Error("the call was not sent once")
	}
	// It is never called again.
	calls := module.calls
	_, err = client.Send(background, notification)
	failed(t, err).is(t, KindInvalidInput, OutcomeNotSent, false)
	_, err = client.Parse(notification, Response{Status: 200})
	failed(t, err).is(t, KindOutcomeUnknown, OutcomeUnknown, false)
	if err := client.Close(); err != nil || module.calls != calls {
		t.Error(err, module.calls, calls)
	}

	client, _ = dying(t, abi.OpPoll, options)
	outcomes, last := collect(client.Dispatch(background, notifications(3), DispatchOptions{}))
	failed(t, last).is(t, KindOutcomeUnknown, OutcomeUnknown, false)
	if len(outcomes) > 0 {
		t.Error(outcomes)
	}

	if _, err := other.Send(background, notification); err != nil {
		t.Error(err)
	}
}

func TestAnotherVersionOfTheInterfaceIsRefused(t *testing.T) {
	for _, version := range []uint32{0, 2 << 16} {
		if _, err := abi.New(versioned{abi.Translated(), version}); err == nil {
			t.Errorf("%x was taken", version)
		}
	}
}

type versioned struct {
	abi.Module
	version uint32
}

func (v versioned) Version() uint32 { return v.version }

func TestSecretsAreNotShown(t *testing.T) {
	secrets := Options{Endpoint: International, UserID: userID, AppID: appID, AppSecret: "secret-1", Token: "secret-2", Authorization: "secret-3"}
	client := signing(t, International)
	bearer := bearing(t, International)
	request, err := bearer.Request(background, notification)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	for _, value := range []any{secrets, &secrets, client, bearer, request} {
		logger.Info("shown", "value", value)
		fmt.Fprintf(&log, "%v %+v %#v %s\n", value, value, value, value)
	}
	for _, secret := range []string{"secret-", appSecret, token} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q is shown:\n%s", secret, log.String())
		}
	}
	if !strings.Contains(log.String(), "koodrive.Client{"+International+"}") {
		t.Error(log.String())
	}
}

func TestNoSecretIsLeftInTheMemory(t *testing.T) {
	for secret, options := range map[string]Options{
		appSecret: {Endpoint: International, UserID: userID, AppID: appID, AppSecret: appSecret},
		token:     {Endpoint: International, UserID: userID, Token: token},
	} {
		module := abi.Translated()
		core, err := abi.New(module)
		if err != nil {
			t.Fatal(err)
		}
		client, err := newClient(core, options)
		if err != nil {
			t.Fatal(err)
		}
		for range 100 {
			if _, err := client.Request(background, notification); err != nil {
				t.Fatal(err)
			}
		}
		memory := module.Memory()
		if secret == token && !bytes.Contains(memory, []byte(token)) {
			t.Error("this test would not find the token")
		}
		_ = client.Close()
		// All of it, to where it was reserved: it never moved.
		if bytes.Contains(memory[:cap(memory)], []byte(secret)) {
			t.Errorf("%s is left", secret)
		}
		if after := module.Memory(); &after[0] != &memory[0] {
			t.Error("the memory has moved")
		}
		_, err = client.Request(background, notification)
		failed(t, err).is(t, KindInvalidInput, OutcomeNotSent, false)
	}
}
