//! Writes errors as records, and creates the errors that only this interface has.

use koodrive::host::{self, ErrorFields, Spelling};
use koodrive::{Error, TransportError};

use crate::convert;
use crate::layout::operations::Operation;
use crate::layout::records;
use crate::record::Writer;

/// Writes `error` to `writer`. The core's error lacks the last field, because only a host that owns
/// connections needs it.
pub(crate) fn write_error(error: Error, spelling: Spelling, writer: &mut Writer) {
    let closes = error.closes_connection();
    let fields = ErrorFields::new(error, spelling);
    let layout = &records::Error::LAYOUT;
    convert::write_with(layout, &fields, "closesConnection", closes, writer);
}

/// Message of an operation on a dead client or dispatcher before anything was sent. Hosts of the
/// .wasm use the same text.
pub const DEAD_BEFORE: &str =
    "the client is dead after a failure inside koodrive; report it, and open a new client";

/// Cause of the error of a dead client or dispatcher after a request was sent.
pub const DEAD_AFTER: &str = "the client is dead after a failure inside koodrive; report it";

/// Returns the error of `operation` on a dead handle. The operation that panicked gets the same
/// error.
pub(crate) fn dead(operation: u32) -> Error {
    match Operation::of(operation) {
        // Something may have been sent.
        Some(
            Operation::Reply
            | Operation::Failed
            | Operation::Parse
            | Operation::Response
            | Operation::Failure
            | Operation::Poll
            | Operation::Fetch,
        ) => TransportError::outcome_unknown(DEAD_AFTER).into(),
        _ => host::misused(DEAD_BEFORE).into(),
    }
}
