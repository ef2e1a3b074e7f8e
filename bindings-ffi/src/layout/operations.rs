//! The operations of the interface, with their numbers.

use super::{Layout, records as r};

/// One operation of `koodrive_call`.
#[derive(Debug)]
pub struct OperationRow {
    /// Its number.
    pub number: u32,
    /// Its name in constants.
    pub name: &'static str,
    /// The handle that it takes.
    pub handle: HandleKind,
    /// Its input.
    pub input: &'static Layout,
    /// Its answer.
    pub output: &'static Layout,
    /// What it does, in Markdown.
    #[cfg(feature = "described")]
    pub about: &'static str,
}

/// What an operation is about.
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
        /// What `koodrive_call` can be asked for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u32)]
        pub enum Operation {
            $($(#[doc = $about])+ $variant = $number,)*
        }

        impl Operation {
            /// Returns the operation of this number.
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
    /// Says what a host needs to know before it opens a client.
    Info = 0 "INFO" Library Nothing => Info,
    /// Refuses a call that no client can send, so that a host can check a call when it is made.
    Check = 1 "CHECK" Library Call => Nothing,
    /// Returns the answer that did not fit, see "A buffer that is too small". Its record is that of the operation that was called.
    Fetch = 8 "FETCH" Any Nothing => Nothing,
    /// Begins an exchange: builds and signs a request.
    Begin = 16 "BEGIN" Client Begin => Request,
    /// Completes a request whose signature is made outside.
    Sign = 17 "SIGN" Client Sign => Request,
    /// Hands in the response to a request. Ends the exchange, unless the state is `again`. An error other than a refused
    /// input ends it, too.
    Reply = 18 "REPLY" Client Reply => Replied,
    /// Hands in that a request got no complete response. Ends the exchange. The answer is always an error.
    Failed = 19 "FAILED" Client Failed => Nothing,
    /// Authenticates in another way from now on.
    Credentials = 20 "CREDENTIALS" Client Renew => Nothing,
    /// Tells or sets what is known of the service's clock.
    Clock = 21 "CLOCK" Client Clock => Offset,
    /// Learns the service's clock from a response that is not handed to `REPLY`.
    Observe = 22 "OBSERVE" Client Observe => Offset,
    /// Shows every stage of a signature, and where the service's own differs.
    Explain = 23 "EXPLAIN" Client Explain => Explanation,
    /// Reads a response without an exchange. The answer's state is always `done`.
    Parse = 24 "PARSE" Client Parse => Replied,
    /// Makes a dispatcher for the calls of one job. It has a handle of its own and goes on when the client is closed.
    Dispatch = 25 "DISPATCH" Client Dispatch => Handle,
    /// Takes a call, as many as `POLL` asked for.
    Push = 32 "PUSH" Dispatcher Push => Nothing,
    /// Says what to do next. Poll until the action is `wait` or `done`.
    Poll = 33 "POLL" Dispatcher Now => Action,
    /// Completes the request of an attempt whose signature is made outside.
    SignAttempt = 34 "SIGN_ATTEMPT" Dispatcher Sign => Request,
    /// Hands in the response to an attempt.
    Response = 35 "RESPONSE" Dispatcher Response => Exchanged,
    /// Hands in that an attempt got no complete response.
    Failure = 36 "FAILURE" Dispatcher Failure => Exchanged,
    /// Hands in a fresh token, asked for or not.
    Token = 37 "TOKEN" Dispatcher DispatchRenew => Nothing,
    /// Says that there is no fresh token now.
    NoToken = 38 "NO_TOKEN" Dispatcher Now => Nothing,
    /// Says that no more calls will come.
    Finish = 39 "FINISH" Dispatcher Nothing => Nothing,
    /// Goes on after a halt.
    Resume = 40 "RESUME" Dispatcher Nothing => Nothing,
    /// Sends nothing more.
    Cancel = 41 "CANCEL" Dispatcher Nothing => Nothing,
    /// Says how far it is.
    Progress = 42 "PROGRESS" Dispatcher Nothing => Progress,
    /// Takes back a request that the host keeps from leaving; the field `left` is not read. Its call is not sent again.
    Withdraw = 43 "WITHDRAW" Dispatcher Failure => Nothing,
}

/// Panics, where the feature `panics` is on.
pub const PANIC: u32 = 255;
