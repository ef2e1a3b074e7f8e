//! The operations of the interface, with their numbers.

use super::{Layout, records as r};

/// One operation of `koodrive_call`.
#[derive(Debug)]
pub struct OperationRow {
    /// Number.
    pub number: u32,
    /// Name in constants.
    pub name: &'static str,
    /// The kind of handle that it takes.
    pub handle: HandleKind,
    /// Layout of the input.
    pub input: &'static Layout,
    /// Layout of the answer.
    pub output: &'static Layout,
    /// Description, in Markdown.
    #[cfg(feature = "described")]
    pub about: &'static str,
}

/// The kind of handle that an operation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandleKind {
    /// The handle 0.
    Library,
    /// Any handle but 0.
    Any,
    /// The handle of a client.
    Client,
    /// The handle of a dispatcher.
    Dispatcher,
}

macro_rules! operations {
    ($($(#[doc = $about:expr])+ $variant:ident = $number:literal $name:literal $handle:ident $input:ident => $output:ident,)*) => {
        /// An operation of `koodrive_call`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u32)]
        pub enum Operation {
            $($(#[doc = $about])+ $variant = $number,)*
        }

        impl Operation {
            /// Returns the operation with this `number`, or none if the number is unknown.
            #[must_use]
            pub const fn of(number: u32) -> Option<Self> {
                match number {
                    $($number => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        /// Every operation.
        pub const OPERATIONS: &[OperationRow] = &[$(OperationRow {
            number: $number,
            name: $name,
            handle: HandleKind::$handle,
            input: &r::$input::LAYOUT,
            output: &r::$output::LAYOUT,
            #[cfg(feature = "described")]
            about: concat!($($about),+),
        },)*];
    };
}

operations! {
    /// Returns what a host needs before it opens a client.
    Info = 0 "INFO" Library Nothing => Info,
    /// Checks a call without a client, so that a host can refuse an invalid call when it is
    /// created.
    Check = 1 "CHECK" Library Call => Nothing,
    /// Returns the answer that did not fit; see "A buffer that is too small". The record is that of
    /// the operation with that answer.
    Fetch = 8 "FETCH" Any Nothing => Nothing,
    /// Begins an exchange: builds and signs a request.
    Begin = 16 "BEGIN" Client Begin => Request,
    /// Completes a request with the host's signature.
    Sign = 17 "SIGN" Client Sign => Request,
    /// Takes the response to a request, and ends the exchange unless the state is `again`. An error
    /// ends the exchange as well, unless this input was refused.
    Reply = 18 "REPLY" Client Reply => Replied,
    /// Reports that a request got no complete response, and ends the exchange. The answer is always
    /// an error.
    Failed = 19 "FAILED" Client Failed => Nothing,
    /// Replaces the client's credentials.
    Credentials = 20 "CREDENTIALS" Client Renew => Nothing,
    /// Returns or sets the offset of the service's clock.
    Clock = 21 "CLOCK" Client Clock => Offset,
    /// Learns the offset of the service's clock from a response that does not go to `REPLY`.
    Observe = 22 "OBSERVE" Client Observe => Offset,
    /// Returns every stage of a signature, and the first difference from the service's.
    Explain = 23 "EXPLAIN" Client Explain => Explanation,
    /// Reads a response without an exchange. The answer's state is always `done`.
    Parse = 24 "PARSE" Client Parse => Replied,
    /// Creates a dispatcher for the calls of one job. It has its own handle, and goes on after the
    /// client is closed.
    Dispatch = 25 "DISPATCH" Client Dispatch => Handle,
    /// Adds a call to the job. `POLL` says how many it takes.
    Push = 32 "PUSH" Dispatcher Push => Nothing,
    /// Returns the next action of the host. Poll until the action is `wait` or `done`.
    Poll = 33 "POLL" Dispatcher Now => Action,
    /// Completes the request of an attempt with the host's signature.
    SignAttempt = 34 "SIGN_ATTEMPT" Dispatcher Sign => Request,
    /// Takes the response to an attempt.
    Response = 35 "RESPONSE" Dispatcher Response => Exchanged,
    /// Reports that an attempt got no complete response.
    Failure = 36 "FAILURE" Dispatcher Failure => Exchanged,
    /// Takes a fresh token, which the host may also hand in unasked.
    Token = 37 "TOKEN" Dispatcher DispatchRenew => Nothing,
    /// Reports that the host has no fresh token now.
    NoToken = 38 "NO_TOKEN" Dispatcher Now => Nothing,
    /// Reports that the source has no more calls.
    Finish = 39 "FINISH" Dispatcher Nothing => Nothing,
    /// Continues after a halt.
    Resume = 40 "RESUME" Dispatcher Nothing => Nothing,
    /// Stops sending. Exchanges in flight go on to their end, and the rest comes out as `not_sent`.
    Cancel = 41 "CANCEL" Dispatcher Nothing => Nothing,
    /// Returns the job's progress.
    Progress = 42 "PROGRESS" Dispatcher Nothing => Progress,
    /// Takes back a request that the host does not send. The call ends as `not_sent`. The field
    /// `left` is ignored.
    Withdraw = 43 "WITHDRAW" Dispatcher Failure => Nothing,
}

/// The operation that panics, in a build with the feature `panics`.
pub const PANIC: u32 = 255;
