package abi

import (
	"encoding/binary"
	"strconv"
	"time"
)

// head is the length of what stands in front of each field: its length plus one, or zero for a field that is absent.
const head = 4

// Writer writes a record, field by field.
type Writer struct {
	bytes []byte
}

// None leaves fields out.
func (w *Writer) None(fields int) {
	for range fields {
		w.bytes = binary.LittleEndian.AppendUint32(w.bytes, 0)
	}
}

// Text writes a text.
func (w *Writer) Text(text string) {
	w.length(len(text))
	w.bytes = append(w.bytes, text...)
}

// OptionalText writes a text, or leaves an empty one out.
func (w *Writer) OptionalText(text string) {
	if text == "" {
		w.None(1)
		return
	}
	w.Text(text)
}

// Bytes writes bytes as they are.
func (w *Writer) Bytes(bytes []byte) {
	w.length(len(bytes))
	w.bytes = append(w.bytes, bytes...)
}

// Integer writes an integer.
func (w *Writer) Integer(number int64) {
	w.Record(func(w *Writer) { w.bytes = strconv.AppendInt(w.bytes, number, 10) })
}

// OptionalInteger writes an integer, or leaves it out.
func (w *Writer) OptionalInteger(number *int64) {
	if number == nil {
		w.None(1)
		return
	}
	w.Integer(*number)
}

// Decimal writes a number in decimal digits.
func (w *Writer) Decimal(number float64) {
	w.Record(func(w *Writer) { w.bytes = strconv.AppendFloat(w.bytes, number, 'f', -1, 64) })
}

// Flag writes a flag.
func (w *Writer) Flag(flag bool) {
	if flag {
		w.Text("1")
		return
	}
	w.Text("0")
}

// Instant writes an instant as milliseconds since 1970, or leaves the zero time out.
func (w *Writer) Instant(instant time.Time) {
	if instant.IsZero() {
		w.None(1)
		return
	}
	w.Integer(instant.UnixMilli())
}

// Record writes a record, or a list, whose fields write writes.
func (w *Writer) Record(write func(*Writer)) {
	start := len(w.bytes)
	w.None(1)
	write(w)
	binary.LittleEndian.PutUint32(w.bytes[start:], uint32(len(w.bytes)-start-head+1))
}

func (w *Writer) length(length int) {
	w.bytes = binary.LittleEndian.AppendUint32(w.bytes, uint32(length)+1)
}

// Record is a record as the core wrote it. Fields are parts of it: nothing is copied.
type Record string

// Next returns the first field, whether it is there, and the record of those after it.
func (r Record) Next() (field Record, present bool, rest Record) {
	if len(r) < head {
		return "", false, ""
	}
	length := uint32(r[0]) | uint32(r[1])<<8 | uint32(r[2])<<16 | uint32(r[3])<<24
	if length == 0 {
		return "", false, r[head:]
	}
	end := head + int(length) - 1
	return r[head:end], true, r[end:]
}

// Field returns the field at a place, and whether it is there.
func (r Record) Field(place int) (field Record, present bool) {
	for range place {
		_, _, r = r.Next()
	}
	field, present, _ = r.Next()
	return field, present
}

// Fields yields the fields in their order.
func (r Record) Fields(yield func(Record) bool) {
	for len(r) > 0 {
		var field Record
		field, _, r = r.Next()
		if !yield(field) {
			return
		}
	}
}

// Count returns the number of fields.
func (r Record) Count() int {
	count := 0
	for range r.Fields {
		count++
	}
	return count
}

// Record returns the record at a place; an empty one where it is absent.
func (r Record) Record(place int) Record {
	field, _ := r.Field(place)
	return field
}

// Text returns the text at a place; empty where it is absent.
func (r Record) Text(place int) string {
	return string(r.Record(place))
}

// Integer returns the integer at a place, and whether it is there.
func (r Record) Integer(place int) (number int64, present bool) {
	number, err := strconv.ParseInt(r.Text(place), 10, 64)
	return number, err == nil
}

// Int returns the integer at a place; 0 where it is absent.
func (r Record) Int(place int) int {
	number, _ := r.Integer(place)
	return int(number)
}

// Decimal returns the number at a place; 0 where it is absent.
func (r Record) Decimal(place int) float64 {
	number, _ := strconv.ParseFloat(r.Text(place), 64)
	return number
}

// Flag returns the flag at a place.
func (r Record) Flag(place int) bool {
	return r.Text(place) == "1"
}

// Instant returns the instant at a place; the zero time where it is absent.
func (r Record) Instant(place int) time.Time {
	milliseconds, present := r.Integer(place)
	if !present {
		return time.Time{}
	}
	return time.UnixMilli(milliseconds).UTC()
}
