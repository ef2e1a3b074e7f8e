package tests

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"io"
	"math"
	"os"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// recorded is what the package's tests have recorded: record_test.go.
type recorded struct {
	Instance                    int
	Handle, Operation, Capacity uint32
	Input                       []byte
	Returned                    int32
	Output                      []byte
}

// The package's tests have to have run with KOODRIVE_RECORD.
func TestWazeroGivesTheSameBytes(t *testing.T) {
	wasm, err := os.ReadFile(os.Getenv("KOODRIVE_WASM"))
	if err != nil {
		t.Fatal("KOODRIVE_WASM names no module: ", err)
	}
	instances := read(t, os.Getenv("KOODRIVE_RECORD"))
	ctx := context.Background()
	runtime := wazero.NewRuntime(ctx)
	defer runtime.Close(ctx)
	compiled, err := runtime.CompileModule(ctx, wasm)
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	operations := make(map[uint32]int)
	for _, instance := range instances {
		module, err := runtime.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName(""))
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range instance {
			calls++
			operations[call.Operation]++
			if !again(t, ctx, module, call) {
				return
			}
		}
		if err := module.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d calls of %d operations in %d instances", calls, len(operations), len(instances))
	if len(instances) < 800 || len(operations) < 18 {
		t.Errorf("the recorded tests hardly try the module: %d instances, operations %v", len(instances), operations)
	}
}

func read(t *testing.T, path string) map[int][]recorded {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal("KOODRIVE_RECORD names no file: ", err)
	}
	defer file.Close()
	decoder := gob.NewDecoder(file)
	instances := make(map[int][]recorded)
	for {
		var call recorded
		err := decoder.Decode(&call)
		if errors.Is(err, io.EOF) {
			return instances
		}
		if err != nil {
			t.Fatal(err)
		}
		instances[call.Instance] = append(instances[call.Instance], call)
	}
}

// again makes a recorded call, and says whether it did the same.
func again(t *testing.T, ctx context.Context, module api.Module, call recorded) bool {
	t.Helper()
	run := func(name string, parameters ...uint64) uint64 {
		results, err := module.ExportedFunction(name).Call(ctx, parameters...)
		if err != nil {
			t.Fatal(err)
		}
		return results[0]
	}
	if call.Operation == math.MaxUint32-1 {
		if _, err := module.ExportedFunction("koodrive_close").Call(ctx, uint64(call.Handle)); err != nil {
			t.Fatal(err)
		}
		return true
	}
	buffer := run("koodrive_buffer", uint64(call.Capacity))
	if !module.Memory().Write(uint32(buffer), call.Input) {
		t.Fatal("the input does not fit")
	}
	var returned int32
	if call.Operation == math.MaxUint32 {
		returned = int32(run("koodrive_open", buffer, uint64(call.Capacity), uint64(len(call.Input))))
	} else {
		returned = int32(run("koodrive_call", uint64(call.Handle), uint64(call.Operation), buffer, uint64(call.Capacity), uint64(len(call.Input))))
	}
	output, ok := module.Memory().Read(uint32(buffer), uint32(len(call.Output)))
	if !ok || returned != call.Returned || !bytes.Equal(output, call.Output) {
		t.Errorf("operation %d with %q: %d %q\nrecorded: %d %q", call.Operation, call.Input, returned, output, call.Returned, call.Output)
		return false
	}
	return true
}
