//! Errors as records, and those that only this interface knows.

use koodrive::host::{self, ErrorFields, Spelling};
use koodrive::{Error, TransportError};

use crate::convert;
use crate::layout::operations::Operation;
use crate::layout::records;
use crate::record::Writer;

/// Writes an error. The last field is no field of the core's, since only those who own connections need it.
pub(crate) fn write_error(error: Error, spelling: Spelling, writer: &mut Writer) {
    let closes = error.closes_connection();
    let fields = ErrorFields::new(error, spelling);
    let layout = &records::Error::LAYOUT;
    convert::write_with(layout, &fields, "closesConnection", closes, writer);
}

/// Text of the error before anything was sent, where a client or a dispatcher is dead. Hosts of the .wasm say the same.
pub const DEAD_BEFORE: &str =
    "the client is dead after a failure inside koodrive; report it, and open a new client";

/// Cause of the error after a request was sent, where a client or a dispatcher is dead.
pub const DEAD_AFTER: &str = "the client is dead after a failure inside koodrive; report it";

/// Returns the error of an operation on a dead handle, and of the operation in which it died.
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
