//! The functions of the interface, over slices that `boundary.rs` creates.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::PoisonError;

use koodrive::dispatch::{OPTIONS, Unit};
use koodrive::header::READ_FROM_REPLIES;
use koodrive::host::{self, Spelling};
use koodrive::{Error, REPLY_LIMIT_DEFAULT};
use zeroize::Zeroize as _;

use crate::client::{self, Answer, ClientState};
use crate::errors::{dead, write_error};
use crate::handles::{self, Entry, Kept, Object};
use crate::input::{Input, malformed};
use crate::layout::operations::{OPERATIONS, Operation, PANIC};
use crate::layout::records;
use crate::memory;
use crate::record::{Malformed, Record, Writer};

/// Major and minor version of this interface. A host needs the same major version, and at least its
/// own minor version.
pub const VERSION: (u16, u16) = (1, 0);

/// The value that a function returns if the buffer is too small. The first four bytes of the buffer
/// then hold the size that is needed.
pub const TOO_SMALL: i32 = i32::MIN;

/// Opens a client. Takes a record [`records::Open`] and leaves a record [`records::Handle`].
pub fn open(buffer: &mut [u8], length: usize) -> i32 {
    let answer = guarded(|| {
        let mut spelling = Spelling::Snake;
        let opened = read(buffer, length).map(Input::new).and_then(|input| {
            spelling = client::spelling(input, records::Open::Spelling)?;
            let state = ClientState::open(input, spelling)?;
            inserted(Object::Client(state))
        });
        finished(opened, spelling)
    });
    let kept = answer.unwrap_or_else(|| failed(dead(Operation::Begin as u32), Spelling::Snake));
    overwrite(buffer, length);
    let opened = (!kept.is_error).then(|| handle_in(&kept.record)).flatten();
    let (returned, kept) = put(buffer, kept);
    if let (Some(handle), Some(_)) = (opened, kept) {
        // The answer did not fit, so the host cannot know the handle.
        handles::remove(handle);
    }
    returned
}

/// Runs `operation` on `handle`. The first `length` bytes of `buffer` are the input, and the answer
/// replaces them.
pub fn call(handle: u32, operation: u32, buffer: &mut [u8], length: usize) -> i32 {
    if handle == 0 {
        let answer = guarded(|| {
            let mut spelling = Spelling::Snake;
            let input = read(buffer, length).map(Input::new);
            let done = input.and_then(|input| library(operation, input, &mut spelling));
            finished(done, spelling)
        });
        let kept = answer.unwrap_or_else(|| failed(dead(operation), Spelling::Snake));
        overwrite(buffer, length);
        return put(buffer, kept).0;
    }
    let Some(entry) = handles::get(handle) else {
        overwrite(buffer, length);
        return put(buffer, failed(unknown_handle(), Spelling::Snake)).0;
    };
    // After a panic the object is marked as dead, so the lock's poison adds nothing.
    let mut entry = entry.lock().unwrap_or_else(PoisonError::into_inner);
    let waits = entry.kept.is_some() && operation != Operation::Fetch as u32;
    let answer = guarded(|| entry.call(operation, buffer, length));
    let kept = answer.unwrap_or_else(|| {
        let spelling = entry.spelling();
        // The object's state is unknown, and dropping it may panic as well.
        let object = std::mem::replace(&mut entry.object, Object::Dead);
        guarded(|| drop(object));
        failed(dead(operation), spelling)
    });
    overwrite(buffer, length);
    let (returned, kept) = put(buffer, kept);
    // The host still needs the answer that waits; the refusal of this operation can be lost.
    if !waits {
        entry.kept = kept;
    }
    returned
}

/// Removes the client or dispatcher of `handle`, and overwrites its secrets.
pub fn close(handle: u32) {
    guarded(|| handles::remove(handle));
}

impl Entry {
    fn spelling(&self) -> Spelling {
        match &self.object {
            Object::Client(client) => client.spelling,
            Object::Dispatcher(dispatcher) => dispatcher.spelling,
            Object::Dead => Spelling::Snake,
        }
    }

    fn call(&mut self, operation: u32, buffer: &[u8], length: usize) -> Kept {
        let spelling = self.spelling();
        if operation == Operation::Fetch as u32
            && let Some(kept) = self.kept.take()
        {
            return kept;
        }
        if self.kept.is_some() {
            let error = "an answer waits that did not fit; fetch it with FETCH and a larger buffer";
            return failed(host::misused(error).into(), spelling);
        }
        let done = match read(buffer, length) {
            Ok(record) => self.operate(operation, Input::new(record)),
            Err(error) => Err(error),
        };
        finished(done, spelling)
    }

    fn operate(&mut self, number: u32, input: Input<'_>) -> Result<Writer, Error> {
        assert!(
            !(cfg!(feature = "panics") && number == PANIC),
            "a panic was asked for"
        );
        if matches!(self.object, Object::Dead) {
            return Err(dead(number));
        }
        let operation = Operation::of(number).ok_or_else(unknown_operation)?;
        if operation == Operation::Fetch {
            return Err(host::misused("no answer waits to be fetched").into());
        }
        let done = match &mut self.object {
            Object::Client(client) => client.call(operation, input),
            Object::Dispatcher(dispatcher) => dispatcher
                .call(operation, input)
                .map(|done| done.map(Answer::Record)),
            Object::Dead => None,
        };
        match done {
            Some(Ok(Answer::Record(writer))) => Ok(writer),
            Some(Ok(Answer::Dispatcher(dispatcher))) => inserted(Object::Dispatcher(dispatcher)),
            Some(Err(error)) => Err(error),
            None => Err(host::misused(
                "the operation is not one of this kind of handle; see the table of operations in ABI.md",
            )
            .into()),
        }
    }
}

/// Runs an operation that needs no handle.
fn library(operation: u32, input: Input<'_>, spelling: &mut Spelling) -> Result<Writer, Error> {
    match Operation::of(operation) {
        Some(Operation::Info) => Ok(info()),
        Some(Operation::Check) => {
            *spelling = client::spelling(input, records::Call::Spelling)?;
            client::call(input, records::Call::Operation, records::Call::Fields)?;
            Ok(Writer::default())
        }
        Some(_) => {
            Err(host::misused("the operation needs a handle; pass one of koodrive_open").into())
        }
        None => Err(unknown_operation()),
    }
}

fn info() -> Writer {
    let mut writer = Writer::default();
    writer.bytes(env!("CARGO_PKG_VERSION").as_bytes());
    writer.nested(|list| {
        for name in READ_FROM_REPLIES {
            list.bytes(name.as_bytes());
        }
    });
    writer.display(REPLY_LIMIT_DEFAULT);
    writer.nested(|list| {
        for row in OPERATIONS {
            list.bytes(row.name.as_bytes());
        }
    });
    writer.nested(|list| {
        for option in &OPTIONS {
            list.nested(|record| {
                record.bytes(option.name.as_bytes());
                record.bytes(unit(option.unit).as_bytes());
                record.display(option.least);
                record.display(option.most);
                match option.default {
                    Some(default) => record.display(default),
                    None => record.none(),
                }
            });
        }
    });
    writer
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::PerSecond => "per_second",
        Unit::Count => "count",
        Unit::Seconds => "seconds",
        Unit::Ratio => "ratio",
        Unit::Flag => "flag",
        Unit::Bytes => "bytes",
        _ => "other",
    }
}

/// Returns the result of `work`, or none if it panicked. In the .wasm a panic traps instead.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn read(buffer: &[u8], length: usize) -> Result<Record<'_>, Error> {
    if !memory::has_room(length) {
        return Err(host::misused("the memory of koodrive.wasm is full; end what is open").into());
    }
    let input = buffer
        .get(..length)
        .ok_or_else(|| host::misused("the input is longer than the buffer"))?;
    Ok(Record::parse(input).map_err(|Malformed| malformed("input"))?)
}

fn inserted(object: Object) -> Result<Writer, Error> {
    let handle = handles::insert(object)
        .ok_or_else(|| host::misused("65,536 handles are open; close some with koodrive_close"))?;
    let mut writer = Writer::default();
    writer.display(handle);
    Ok(writer)
}

/// Returns the handle in an answer of [`inserted`].
fn handle_in(answer: &Writer) -> Option<u32> {
    let record = Record::parse(answer.as_bytes()).ok()?;
    Input::new(record).integer(records::Handle::Handle).ok()?
}

fn unknown_handle() -> Error {
    host::misused("the handle is not open; pass one that koodrive_open or DISPATCH returned and that was not closed")
        .into()
}

fn unknown_operation() -> Error {
    host::misused("unknown operation; see the table of operations in ABI.md").into()
}

fn finished(done: Result<Writer, Error>, spelling: Spelling) -> Kept {
    match done {
        Ok(record) => Kept {
            record,
            is_error: false,
        },
        Err(error) => failed(error, spelling),
    }
}

fn failed(error: Error, spelling: Spelling) -> Kept {
    let mut record = Writer::default();
    write_error(error, spelling, &mut record);
    Kept {
        record,
        is_error: true,
    }
}

/// Overwrites the input in `buffer`, because it may hold a secret.
fn overwrite(buffer: &mut [u8], length: usize) {
    let length = length.min(buffer.len());
    buffer[..length].zeroize();
}

/// Copies `answer` into `buffer`. Returns the function's value, and the answer if it does not fit.
fn put(buffer: &mut [u8], answer: Kept) -> (i32, Option<Kept>) {
    let bytes = answer.record.as_bytes();
    let length = i32::try_from(bytes.len()).unwrap_or(i32::MAX);
    if let Some(place) = buffer.get_mut(..bytes.len())
        && (length > 0 || !answer.is_error)
    {
        place.copy_from_slice(bytes);
        return (if answer.is_error { -length } else { length }, None);
    }
    if let Some(place) = buffer.first_chunk_mut() {
        *place = length.to_le_bytes();
    }
    (TOO_SMALL, Some(answer))
}
