package abi

import "github.com/koodrive/koodrive/bindings-go/internal/core"

// memory is the module's maximum.
const memory = 16 << 20

type translated struct {
	*core.Module
	memory *[]byte
}

// Translated returns a new instance of koodrive.wasm, translated to Go.
func Translated() Module {
	module := core.New()
	// Reserved before a secret arrives: memory that outgrows its slice would be copied, and the old one would keep the secret. What is
	// never used takes no memory of the process.
	slice := module.Xmemory().Slice()
	*slice = append(make([]byte, 0, memory), *slice...)
	return translated{module, slice}
}

func (t translated) Version() uint32 { return uint32(t.Xkoodrive_version()) }

func (t translated) Buffer(capacity uint32) uint32 {
	return uint32(t.Xkoodrive_buffer(int32(capacity)))
}

func (t translated) Open(buffer, capacity, length uint32) int32 {
	return t.Xkoodrive_open(int32(buffer), int32(capacity), int32(length))
}

func (t translated) Call(handle, operation, buffer, capacity, length uint32) int32 {
	return t.Xkoodrive_call(int32(handle), int32(operation), int32(buffer), int32(capacity), int32(length))
}

func (t translated) Close(handle uint32) { t.Xkoodrive_close(int32(handle)) }

func (t translated) Memory() []byte { return *t.memory }
