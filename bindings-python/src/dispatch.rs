//! The core's dispatcher as a class. The core decides which call leaves when, and its outcome.
//! `koodrive._dispatch` sends requests and reads sources. This module reads the clocks.
//!
//! No Python code runs while the core is locked, since that code could wait for the same lock.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use chrono::{DateTime, Utc};
use koodrive::dispatch::{Action, CallOutcome, ExchangeFailure, Now, Outgoing, Ticket};
use koodrive::host::{self, HaltFields, Spelling};
use koodrive::{TraceId, TransportError, XDate, dispatch};
use pyo3::types::PyDict;
use pyo3::{intern, prelude::*};
use zeroize::Zeroizing;

use crate::calls::{Call, Kind, with_call};
use crate::client::{Authentication, Client, FixedByTarget, UnsignedRequest, reply};
use crate::convert::{self, Any, bytes_of, exception, picked};
use crate::replies::{Acknowledgement, RawReply};

/// The user's key and call.
type Key = (Py<PyAny>, Py<Call>);

/// Kind and outcome of the error that ended an exchange; none if the call was delivered.
type End = Option<(&'static str, &'static str)>;

fn end_words(failure: Option<ExchangeFailure>) -> End {
    failure.map(|failure| (failure.kind.as_str(), failure.outcome.as_str()))
}

/// The next action of a driver.
#[pyclass(frozen, get_all, module = "koodrive._core")]
pub(crate) struct Step {
    /// The core's action: "calls", "token", "halted", "wait" or "done".
    action: &'static str,
    /// The largest number of calls to push; for "calls".
    most: usize,
    /// The fields of a ``koodrive.HaltedError`` as a JSON object; for "halted".
    halt: String,
    /// The longest wait; None to wait for an event only; for "wait".
    seconds: Option<f64>,
}

impl Step {
    const fn new(action: &'static str) -> Self {
        Self {
            action,
            most: 0,
            halt: String::new(),
            seconds: None,
        }
    }
}

/// The fields of ``koodrive.Progress``.
#[pyclass(frozen, get_all, module = "koodrive._core")]
pub(crate) struct Counts {
    pushed: u64,
    requests: u64,
    delivered: u64,
    refused: u64,
    unknown: u64,
    given_up: u64,
    not_sent: u64,
    queued: u64,
    waiting: u64,
    in_flight: u64,
    rate: f64,
    slowed: Option<&'static str>,
    source_ended: bool,
}

/// The core's dispatcher behind ``Dispatch`` and ``AsyncDispatch``. Threads may share it.
#[pyclass(frozen, module = "koodrive._core")]
pub(crate) struct Dispatcher {
    core: Mutex<dispatch::Dispatcher<Key>>,
    fixed: FixedByTarget,
    origin: Instant,
}

impl Drop for Dispatcher {
    fn drop(&mut self) {
        host::overwrite_stack();
    }
}

impl Dispatcher {
    fn core(&self) -> MutexGuard<'_, dispatch::Dispatcher<Key>> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns both clocks. The monotonic clock is the system's, since a test may freeze Python's.
    fn now(&self, py: Python<'_>) -> PyResult<Now> {
        Ok(Now::new(convert::wall_clock(py)?, self.origin.elapsed()))
    }

    fn failed(&self, py: Python<'_>, ticket: u64, cause: TransportError) -> PyResult<End> {
        let now = self.now(py)?;
        let mut core = self.core();
        let handed = core.handle_failure(Ticket::from_number(ticket), cause, now);
        let end = handed.map(|()| core.last_exchange());
        drop(core);
        end.map(end_words).map_err(exception)
    }

    fn start(&self, outgoing: Outgoing, send: Any) -> PyResult<()> {
        let (py, ticket, attempt) = (send.py(), outgoing.ticket, outgoing.attempt);
        let held = self
            .core()
            .key(ticket)
            .map(|(key, call)| (key.clone_ref(py), call.clone_ref(py)));
        // The core sends only calls that it holds, so the error cannot occur.
        let (key, call) = held.ok_or_else(|| exception(host::misused("a request has no call")))?;
        let has_body = outgoing.parts.body.is_some();
        let fixed = self
            .fixed
            .get(py, call.get(), has_body, || self.core().fixed_parts(ticket));
        let started = fixed
            .and_then(|fixed| UnsignedRequest::or_request(py, fixed, outgoing.parts))
            .and_then(|it| send.call1(((ticket.number(), it, key, call, attempt),)));
        if let Err(error) = &started {
            self.not_sent(py, ticket.number(), &error.to_string())?;
        }
        started.map(drop)
    }

    /// Returns the fields of a `koodrive.CallOutcome` by name.
    fn outcome<'py>(&self, py: Python<'py>, it: CallOutcome<Key>) -> PyResult<Bound<'py, PyDict>> {
        let read = match &it.key.1.get().kind {
            // The envelope is the whole reply.
            Kind::NotifyPackageExpire(_) | Kind::Raw(_) => None,
            Kind::Any(any) => {
                let client = self.core().client().clone();
                host::delivered_reply(&client, &it, any)
            }
        };
        let (key, call) = it.key;
        let fields = PyDict::new(py);
        fields.set_item(intern!(py, "key"), key)?;
        fields.set_item(intern!(py, "verdict"), it.verdict.as_str())?;
        fields.set_item(intern!(py, "attempts"), it.attempts)?;
        let trace_id = it.trace_id.as_ref().map(TraceId::as_str);
        let x_date = it.x_date.as_ref().map(XDate::as_str);
        fields.set_item(intern!(py, "trace_id"), trace_id)?;
        fields.set_item(intern!(py, "x_date"), x_date)?;
        fields.set_item(intern!(py, "first_sent_at"), it.first_sent_at.map(seconds))?;
        fields.set_item(intern!(py, "sent_at"), it.sent_at.map(seconds))?;
        fields.set_item(intern!(py, "answered_at"), it.answered_at.map(seconds))?;
        fields.set_item(intern!(py, "server_date"), it.server_date.map(seconds))?;
        fields.set_item(intern!(py, "status"), it.status)?;
        let mut error = it.error.map(exception);
        let reply = match (read, it.reply, &call.get().kind) {
            (Some(Ok(read)), ..) => Some(reply(call.bind(py), &read)?),
            (Some(Err(why)), ..) => {
                error = Some(exception(why));
                None
            }
            (None, Some(raw), Kind::Raw(_)) => Some(RawReply::reply(py, &raw)?),
            (None, Some(raw), _) => Some(Acknowledgement::reply(
                py,
                // A delivered call has a code, so the fallback cannot occur.
                raw.code.as_deref().unwrap_or_default(),
                raw.msg.as_deref(),
                raw.trace_id.as_deref(),
            )?),
            (None, None, _) => None,
        };
        fields.set_item(intern!(py, "call"), call)?;
        fields.set_item(intern!(py, "reply"), reply)?;
        let error = error.map(|error| error.into_value(py));
        fields.set_item(intern!(py, "error"), error)?;
        Ok(fields)
    }
}

fn seconds(instant: DateTime<Utc>) -> f64 {
    (instant - DateTime::UNIX_EPOCH).as_seconds_f64()
}

#[pymethods]
impl Dispatcher {
    /// ``options`` are names and numbers of the core's options. ``seed`` is random, since trace ids
    /// derive from it.
    #[new]
    #[expect(clippy::needless_pass_by_value, reason = "made for this call alone")]
    fn new(client: &Bound<'_, Client>, options: Vec<(String, f64)>, seed: u64) -> PyResult<Self> {
        let options = options.iter().map(|(name, value)| (&**name, *value));
        let config = host::dispatch_config(options, Spelling::Snake).map_err(exception)?;
        let core = dispatch::Dispatcher::new(&client.get().core, config, seed);
        Ok(Self {
            fixed: FixedByTarget::default(),
            core: Mutex::new(core),
            origin: Instant::now(),
        })
    }

    /// Sends due requests, takes outcomes, and returns the next action of the driver.
    ///
    /// ``send`` is called with a tuple for each request: ticket, request (or ``UnsignedRequest``),
    /// key, call and number of the attempt. ``take`` is called with the fields of each outcome.
    fn turn(&self, send: Any, take: Any) -> PyResult<Step> {
        let py = send.py();
        loop {
            let now = self.now(py)?;
            let action = self.core().poll(now);
            let name = action.as_str();
            return Ok(match action {
                Action::Outcome(it) => {
                    take.call1((self.outcome(py, *it)?,))?;
                    continue;
                }
                Action::Send(outgoing) => {
                    self.start(outgoing, send)?;
                    continue;
                }
                Action::Calls(most) => Step {
                    most,
                    ..Step::new(name)
                },
                Action::Token | Action::Done => Step::new(name),
                Action::Halted(halt) => Step {
                    halt: convert::json(&HaltFields::from(&halt)),
                    ..Step::new(name)
                },
                Action::Wait(until) => {
                    let wait = until.map(|it| it.saturating_sub(self.origin.elapsed()));
                    Step {
                        seconds: wait.map(|it| it.as_secs_f64()),
                        ..Step::new(name)
                    }
                }
            });
        }
    }

    /// Adds a call. After ``cancel``, the call's outcome is "not_sent".
    fn push(&self, key: Py<PyAny>, call: &Bound<'_, Call>) -> PyResult<()> {
        let key = (key, call.clone().unbind());
        let pushed = with_call!(call.get(), |it| self.core().push(key, it));
        pushed.map_err(|it| exception(it.reason))
    }

    fn finish(&self) {
        self.core().finish();
    }

    /// Hands in a response. Returns kind and outcome of its error; None for a success.
    fn handle_response(&self, ticket: u64, status: u16, headers: Any, body: Any) -> PyResult<End> {
        let py = headers.py();
        let (headers, body) = (convert::headers(headers)?, bytes_of(body)?);
        let status = host::status(status).map_err(exception)?;
        let (ticket, headers) = (Ticket::from_number(ticket), picked(&headers));
        let (now, body) = (self.now(py)?, body.as_bytes());
        let mut core = self.core();
        let handed = core.handle_response(ticket, status, headers, body, now);
        let end = handed.map(|()| core.last_exchange());
        drop(core);
        end.map(end_words).map_err(exception)
    }

    /// Hands in that the request never left because of ``cause``. Returns kind and outcome.
    fn not_sent(&self, py: Python<'_>, ticket: u64, cause: &str) -> PyResult<End> {
        self.failed(py, ticket, TransportError::not_sent(cause))
    }

    /// Hands in that the request left and got no complete answer because of ``cause``. Returns kind
    /// and outcome.
    fn outcome_unknown(&self, py: Python<'_>, ticket: u64, cause: &str) -> PyResult<End> {
        self.failed(py, ticket, TransportError::outcome_unknown(cause))
    }

    /// Hands in that the driver kept the request from leaving because of ``cause``.
    fn withdraw(&self, py: Python<'_>, ticket: u64, cause: &str) -> PyResult<()> {
        let now = self.now(py)?;
        let cause = TransportError::not_sent(cause);
        let withdrawn = self
            .core()
            .withdraw(Ticket::from_number(ticket), cause, now);
        withdrawn.map_err(exception)
    }

    /// Hands in a fresh token.
    fn set_credentials(&self, py: Python<'_>, token: String) -> PyResult<()> {
        let fresh = Authentication {
            token: Some(Zeroizing::new(token)),
            ..Authentication::default()
        };
        let fresh = fresh.credentials().map_err(exception)?;
        let now = self.now(py)?;
        self.core().set_credentials(fresh, now);
        Ok(())
    }

    /// Hands in that the token function failed.
    fn token_failed(&self, py: Python<'_>) -> PyResult<()> {
        let now = self.now(py)?;
        self.core().token_failed(now);
        Ok(())
    }

    fn resume(&self) {
        self.core().resume();
    }

    fn cancel(&self) {
        self.core().cancel();
    }

    /// The longest body of a reply, in bytes.
    #[getter]
    fn reply_limit(&self) -> usize {
        self.core().config().reply_limit_bytes()
    }

    /// The number of requests in flight.
    #[getter]
    fn in_flight(&self) -> u64 {
        self.core().progress().in_flight
    }

    /// Returns the counts of the job.
    fn progress(&self) -> Counts {
        let it = self.core().progress();
        Counts {
            pushed: it.pushed,
            requests: it.requests,
            delivered: it.delivered,
            refused: it.refused,
            unknown: it.unknown,
            given_up: it.given_up,
            not_sent: it.not_sent,
            queued: it.queued,
            waiting: it.waiting,
            in_flight: it.in_flight,
            rate: it.rate,
            slowed: it.slowed.map(dispatch::Slowed::as_str),
            source_ended: it.source_ended,
        }
    }
}
