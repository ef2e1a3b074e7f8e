// Package abi calls the core of koodrive: records in, records out, as bindings-ffi/ABI.md specifies it.
package abi

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"
)

const (
	// room is enough for every request with a short body, and for most answers.
	room = 16 << 10
	// tooSmall is what a function returns where its answer does not fit.
	tooSmall = math.MinInt32
	// opOpen stands for koodrive_open, which is no operation of koodrive_call.
	opOpen = math.MaxUint32
)

// Module is one instance of koodrive.wasm: its functions and its memory.
type Module interface {
	Version() uint32
	Buffer(capacity uint32) uint32
	Open(buffer, capacity, length uint32) int32
	Call(handle, operation, buffer, capacity, length uint32) int32
	Close(handle uint32)
	Memory() []byte
}

// Core is a module behind a lock. It is dead after a trap: the module's state is then undefined, and it is never called again.
type Core struct {
	lock   sync.Mutex
	module Module
	dead   bool
	input  Writer
}

// Error is an error of the core: its record Error.
type Error struct {
	Record Record
}

func (e *Error) Error() string {
	return e.Record.Text(ErrorMessage)
}

// ErrNoRoom is the error of an input or an answer that is too large for the module's memory.
var ErrNoRoom = errors.New("no room in the memory of koodrive.wasm")

// New returns a core over a module.
func New(module Module) (*Core, error) {
	version := module.Version()
	if major, minor := version>>16, version&0xffff; major != Major || minor < Minor {
		return nil, fmt.Errorf("koodrive: the core has version %d.%d of the interface; %d.%d is needed", major, minor, Major, Minor)
	}
	if module.Buffer(room) == 0 {
		return nil, ErrNoRoom
	}
	return &Core{module: module}, nil
}

// Open opens a client, and returns its handle.
func (c *Core) Open(write func(*Writer)) (uint32, error) {
	answer, err := c.Call(0, opOpen, write)
	return uint32(answer.Int(HandleHandle)), err
}

// Call does an operation: write writes its input, and may be nil. The error is an *Error, or ErrNoRoom.
func (c *Core) Call(handle, operation uint32, write func(*Writer)) (Record, error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.dead {
		return "", dead(operation)
	}
	buffer, err := c.buffer(operation, room)
	if err != nil {
		return "", err
	}
	// The record is written in place. One that outgrows the buffer is moved to a larger one.
	c.input.bytes = buffer.bytes[:0]
	if write != nil {
		write(&c.input)
	}
	input := c.input.bytes
	c.input.bytes = nil
	if len(input) > len(buffer.bytes) {
		defer clear(input)
		if buffer, err = c.buffer(operation, len(input)); err != nil {
			return "", err
		}
		copy(buffer.bytes, input)
	}
	returned, err := c.call(handle, operation, buffer, len(input))
	for err == nil && returned == tooSmall {
		if buffer, err = c.buffer(operation, int(binary.LittleEndian.Uint32(buffer.bytes))); err == nil {
			returned, err = c.call(handle, OpFetch, buffer, 0)
		}
	}
	if err != nil {
		return "", err
	}
	if returned < 0 {
		return "", &Error{Record(buffer.bytes[:-returned])}
	}
	answer := Record(buffer.bytes[:returned])
	// It may hold a token.
	clear(buffer.bytes[:returned])
	return answer, nil
}

// Close forgets a handle, and overwrites its secrets.
func (c *Core) Close(handle uint32) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if !c.dead {
		_ = c.guard(OpFetch, func() { c.module.Close(handle) })
	}
}

// buffer is the module's one buffer: its address, and its bytes.
type buffer struct {
	address uint32
	bytes   []byte
}

func (c *Core) buffer(operation uint32, capacity int) (b buffer, err error) {
	err = c.guard(operation, func() {
		if b.address = c.module.Buffer(uint32(capacity)); b.address != 0 {
			b.bytes = c.module.Memory()[b.address:][:capacity:capacity]
		}
	})
	if err == nil && b.address == 0 {
		err = ErrNoRoom
	}
	return b, err
}

func (c *Core) call(handle, operation uint32, b buffer, length int) (returned int32, err error) {
	err = c.guard(operation, func() {
		if operation == opOpen {
			returned = c.module.Open(b.address, uint32(len(b.bytes)), uint32(length))
		} else {
			returned = c.module.Call(handle, operation, b.address, uint32(len(b.bytes)), uint32(length))
		}
	})
	return returned, err
}

// guard calls the module. A trap is a panic, and ends the core.
func (c *Core) guard(operation uint32, call func()) (err error) {
	defer func() {
		if recover() != nil {
			c.dead = true
			err = dead(operation)
		}
	}()
	call()
	return nil
}

// dead returns the error of an operation on a dead core, and of the operation in which it died.
func dead(operation uint32) *Error {
	message, kind, outcome := DeadBefore, "invalid_input", "not_sent"
	switch operation {
	case OpReply, OpFailed, OpParse, OpPoll, OpResponse, OpFailure:
		// Something may have been sent.
		message, kind, outcome = DeadAfter, "outcome_unknown", "unknown"
	}
	var w Writer
	w.Text(message)
	w.Text(kind)
	w.Text(outcome)
	return &Error{Record(w.bytes)}
}
