package abi

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

func TestARecordIsReadAsItWasWritten(t *testing.T) {
	now := time.UnixMilli(1_762_153_305_000).UTC()
	number := int64(-7)
	var w Writer
	w.Text("")
	w.None(1)
	w.Integer(number)
	w.OptionalInteger(&number)
	w.OptionalInteger(nil)
	w.Decimal(0.5)
	w.Flag(true)
	w.Instant(now)
	w.Instant(time.Time{})
	w.Record(func(w *Writer) {
		w.Text("a")
		w.OptionalText("")
		w.Bytes([]byte{0xff})
	})
	r := Record(w.bytes)
	if text, present := r.Field(0); text != "" || !present {
		t.Error(text, present)
	}
	for _, place := range []int{1, 4, 8, 10, 99} {
		if _, present := r.Field(place); present {
			t.Error(place)
		}
	}
	if r.Int(2) != -7 || r.Int(3) != -7 || r.Decimal(5) != 0.5 || !r.Flag(6) || r.Instant(7) != now || !r.Instant(8).IsZero() {
		t.Errorf("%q", r)
	}
	var items []string
	for item := range r.Record(9).Fields {
		items = append(items, string(item))
	}
	if len(items) != 3 || items[0] != "a" || items[1] != "" || items[2] != "\xff" || r.Count() != 10 {
		t.Errorf("%q", items)
	}
}

// As bindings-ffi/ABI.md has it, byte for byte.
func TestTheRecordOfTheSpecification(t *testing.T) {
	var w Writer
	w.Text("notifyPackageExpire")
	w.Record(func(w *Writer) {
		w.Text("189642158555241211")
		w.Text("14")
	})
	w.Instant(time.UnixMilli(1_762_153_305_000))
	want := "\x14\x00\x00\x00notifyPackageExpire\x1d\x00\x00\x00\x13\x00\x00\x00189642158555241211\x03\x00\x00\x0014\x0e\x00\x00\x001762153305000"
	if string(w.bytes) != want {
		t.Errorf("%q", w.bytes)
	}
}

func TestAnAnswerThatDoesNotFitIsFetched(t *testing.T) {
	core, handle := open(t)
	long := bytes.Repeat([]byte("x"), 100_000)
	answer, err := core.Call(handle, OpBegin, func(w *Writer) {
		w.Text("rawCall")
		w.Record(func(w *Writer) {
			w.Text("POST")
			w.Text("/x")
			w.None(2)
			w.Bytes(append(append([]byte(`"`), long...), '"'))
		})
		w.Instant(time.Now())
	})
	if err != nil || !bytes.Contains([]byte(answer.Text(RequestBody)), long) {
		t.Error(err)
	}
	// And so is an error: its body alone is as large as the buffer.
	_, err = core.Call(handle, OpParse, func(w *Writer) {
		w.Text("getSpaceUsageByOverview")
		w.None(1)
		w.Integer(404)
		w.None(1)
		w.Bytes(long)
	})
	var ofCore *Error
	if !errors.As(err, &ofCore) || len(ofCore.Record.Text(ErrorBody)) != 16_384 {
		t.Error(err)
	}
}

// No input makes the core trap.
func FuzzInput(f *testing.F) {
	f.Add(uint8(OpBegin), []byte("\x14\x00\x00\x00notifyPackageExpire\x1d\x00\x00\x00\x13\x00\x00\x00189642158555241211\x03\x00\x00\x0014\x0e\x00\x00\x001762153305000"))
	f.Add(uint8(OpReply), []byte("\x02\x00\x00\x001\x04\x00\x00\x00200\x00\x00\x00\x00\x04\x00\x00\x00{}}"))
	f.Add(uint8(OpDispatch), []byte("\x11\x00\x00\x00\x05\x00\x00\x00rate\x04\x00\x00\x00100\x09\x00\x00\x0012345678"))
	f.Add(uint8(OpExplain), []byte{0xff, 0xff, 0xff, 0xff})
	core, handle := open(f)
	f.Fuzz(func(t *testing.T, operation uint8, input []byte) {
		_, _ = core.Call(handle, uint32(operation), func(w *Writer) { w.bytes = append(w.bytes, input...) })
		if core.dead {
			t.Fatal("the core is dead")
		}
	})
}

func open(t testing.TB) (core *Core, handle uint32) {
	t.Helper()
	core, err := New(Translated())
	if err != nil {
		t.Fatal(err)
	}
	handle, err = core.Open(func(w *Writer) {
		w.None(1)
		w.Text(International)
		w.None(1)
		w.Text("1505084218764547200")
		w.Record(func(w *Writer) {
			w.Text("example-app-id")
			w.Text("example-app-secret-not-real")
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return core, handle
}
