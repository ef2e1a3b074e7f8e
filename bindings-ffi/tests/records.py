"""Reads and writes records, and reads the interface's constants from the C header."""

import re
import struct
from pathlib import Path

HEADER = Path(__file__).parent.parent / "assets" / "koodrive.h"


def constants():
    """Returns the numbers of the operations, and the names of each record's fields in order."""
    operations, records, record = {}, {}, None
    for line in HEADER.read_text().splitlines():
        if found := re.match(r"(?:/\*| \*) Record (\w+)\.", line):
            record = records.setdefault(found[1], [])
        elif found := re.match(r"#define KOODRIVE_OP_(\w+) (\d+)u", line):
            operations[found[1]] = int(found[2])
        elif record is not None and (found := re.match(r"#define KOODRIVE_(\w+) (\d+)u", line)):
            assert int(found[2]) == len(record), line
            record.append(found[1])
    for name, fields in records.items():
        prefix = upper_snake(name) + "_"
        records[name] = [field.removeprefix(prefix) for field in fields]
    return operations, records


def upper_snake(name):
    """Returns `CARRIER_USER_ID` for `carrierUserId`, and `BATCH_SN` for `batchSN`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()


OPERATIONS, RECORDS = constants()


def write(*fields):
    """Returns a record. A field is bytes, text, a number, a flag, a list, or None if absent."""
    record = b""
    for field in fields:
        match field:
            case None:
                record += b"\0\0\0\0"
                continue
            case bool():
                field = b"1" if field else b"0"
            case int():
                field = str(field).encode()
            case str():
                field = field.encode()
            case list():
                field = write(*field)
        record += struct.pack("<I", len(field) + 1) + field
    return record


def named(name, **fields):
    """Returns the record `name` with these fields."""
    # A record without fields is not in the header.
    known = RECORDS.get(name, [])
    given = {upper_snake(field): value for field, value in fields.items()}
    assert given.keys() <= set(known), (name, given.keys())
    return write(*(given.get(field) for field in known))


def read(record):
    """Returns the fields of a record, as bytes or None."""
    fields, at = [], 0
    while at < len(record):
        (length,) = struct.unpack_from("<I", record, at)
        at += 4
        fields.append(record[at : at + length - 1] if length else None)
        at += max(length - 1, 0)
    assert at == len(record)
    return fields


def read_named(name, record):
    """Returns the fields of the record `name` by their names in upper case."""
    fields = read(record)
    assert len(fields) <= len(RECORDS[name]), (name, fields)
    return dict(zip(RECORDS[name], fields + [None] * (len(RECORDS[name]) - len(fields))))


class CoreError(Exception):
    """Raised for an answer that is an error. It has the error's fields."""

    def __init__(self, record):
        self.fields = read_named("Error", record)
        super().__init__(self.fields["MESSAGE"].decode())


class Core:
    """Calls the functions of the interface over one buffer, with
    `run(function, handle, operation, input, capacity)`."""

    def __init__(self, run):
        self.run = run
        self.capacity = 16384

    def open(self, record):
        return int(read(self._answer("open", 0, 0, record))[0])

    def call(self, handle, operation, record=b""):
        return self._answer("call", handle, OPERATIONS[operation], record)

    def close(self, handle):
        self.run("close", handle, 0, b"", 0)

    def _answer(self, function, handle, operation, record):
        capacity = max(self.capacity, len(record) + 256)
        returned, answer = self.run(function, handle, operation, record, capacity)
        if returned == -(2**31):
            (needed,) = struct.unpack_from("<I", answer)
            returned, answer = self.run("call", handle, OPERATIONS["FETCH"], b"", needed)
            assert abs(returned) == needed
        if returned < 0:
            raise CoreError(answer[:-returned])
        return answer[:returned]
