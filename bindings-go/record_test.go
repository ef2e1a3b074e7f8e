package koodrive

import (
	"bytes"
	"encoding/gob"
	"math"
	"os"
	"sync"

	"github.com/koodrive/koodrive/bindings-go/internal/abi"
)

// recorded is one call of a module. internal/tests makes the same calls in another engine.
// koodrive_open and koodrive_close are the two highest operations.
type recorded struct {
	Instance                    int
	Handle, Operation, Capacity uint32
	Input                       []byte
	Returned                    int32
	Output                      []byte
}

// mostRecorded is the number of calls of one instance that are recorded, so that the file stays
// small.
const mostRecorded = 1_000

// recording is a module whose calls go to a file.
type recording struct {
	abi.Module
	instance, calls int
	file            *recordFile
}

type recordFile struct {
	lock      sync.Mutex
	encoder   *gob.Encoder
	instances int
}

// record has every client record the calls of its module in a file.
func record(path string) {
	created, err := os.Create(path)
	if err != nil {
		panic(err)
	}
	file := &recordFile{encoder: gob.NewEncoder(created)}
	newModule = func() abi.Module {
		file.lock.Lock()
		defer file.lock.Unlock()
		file.instances++
		return &recording{Module: abi.Translated(), instance: file.instances, file: file}
	}
}

func (r *recording) Open(buffer, capacity, length uint32) int32 {
	return r.record(0, math.MaxUint32, buffer, capacity, length, func() int32 { return r.Module.Open(buffer, capacity, length) })
}

func (r *recording) Call(handle, operation, buffer, capacity, length uint32) int32 {
	return r.record(handle, operation, buffer, capacity, length, func() int32 {
		return r.Module.Call(handle, operation, buffer, capacity, length)
	})
}

func (r *recording) Close(handle uint32) {
	r.record(handle, math.MaxUint32-1, 0, 0, 0, func() int32 { r.Module.Close(handle); return 0 })
}

func (r *recording) record(handle, operation, buffer, capacity, length uint32, call func() int32) int32 {
	if r.calls++; r.calls > mostRecorded {
		return call()
	}
	input := bytes.Clone(r.Memory()[buffer:][:length])
	returned := call()
	output := r.Memory()[buffer:]
	switch {
	case returned == math.MinInt32:
		output = output[:4]
	case returned < 0:
		output = output[:-returned]
	default:
		output = output[:returned]
	}
	r.file.lock.Lock()
	defer r.file.lock.Unlock()
	if err := r.file.encoder.Encode(recorded{r.instance, handle, operation, capacity, input, returned, output}); err != nil {
		panic(err)
	}
	return returned
}
