//! The core's dispatcher as a class. Which call leaves when and what becomes of it, the core decides; how a request travels and
//! where calls come from, `koodrive._dispatch`. The clocks are read here, so that a driver hands over none.
//!
//! Nothing of Python runs while the core is locked: it could come back to the lock.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use chrono::{DateTime, Utc};
use koodrive::dispatch::{Action, CallOutcome, Now, Outgoing, Ticket};
use koodrive::host::{self, HaltFields, Spelling};
use koodrive::{ErrorKind, Operation as _, Outcome, TraceId, TransportError, XDate, dispatch};
use pyo3::types::PyDict;
use pyo3::{intern, prelude::*};
use zeroize::Zeroizing;

use crate::calls::{Call, Kind, with_call};
use crate::client::{
    Authentication, Client, FixedByTarget, UnsignedRequest, acknowledgement, reply,
};
use crate::convert::{self, Any, exception, octets, picked};

/// The user's key, and the call as the user gave it.
type Key = (Py<PyAny>, Py<Call>);

/// Kind and outcome of the error with which an exchange ended; none where the call was delivered.
type End = Option<(&'static str, &'static str)>;

fn end_words(error: Option<(ErrorKind, Outcome)>) -> End {
    error.map(|(kind, outcome)| (kind.as_str(), outcome.as_str()))
}

/// The next step of a driver.
#[pyclass(frozen, get_all, module = "koodrive._core")]
pub(crate) struct Step {
    /// "calls", "token", "halted", "wait" or "done": the core's actions.
    action: &'static str,
    /// For "calls": push up to so many.
    most: usize,
    /// For "halted": the fields of ``koodrive.HaltedError`` as a JSON object.
    halt: String,
    /// For "wait": for so long; None where only something that is handed in ends the wait.
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

/// What ``koodrive.Dispatch`` and ``koodrive.AsyncDispatch`` drive. Threads may share it.
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

    /// What times the job is the monotonic clock of the system, also where a test freezes Python's.
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
        let held = self.core().key(ticket).map(|(key, call)| {
            let method = with_call!(call.get(), |call| call.method());
            (key.clone_ref(py), call.clone_ref(py), method)
        });
        let (key, call, method) = match held {
            Some((key, call, method)) => (Some(key), Some(call), Some(method)),
            None => (None, None, None),
        };
        let method = method.as_ref().map_or("", |method| method.as_str());
        let fixed = self.fixed.get(py, method, outgoing.fixed_path, || {
            self.core().fixed_parts(ticket)
        });
        let started = fixed
            .and_then(|fixed| UnsignedRequest::or_request(py, fixed, outgoing.parts))
            .and_then(|it| send.call1(((ticket.number(), it, key, call, attempt),)));
        if let Err(error) = &started {
            self.not_sent(py, ticket.number(), &error.to_string())?;
        }
        started.map(drop)
    }

    /// Returns the fields of `koodrive.CallOutcome`, by their names.
    fn outcome<'py>(&self, py: Python<'py>, it: CallOutcome<Key>) -> PyResult<Bound<'py, PyDict>> {
        let delivered = match &it.key.1.get().kind {
            // It is all of its envelope, and so takes no reading.
            Kind::NotifyPackageExpire(_) => None,
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
        let reply = match (delivered, it.reply) {
            (Some(Ok(read)), _) => Some(reply(call.bind(py), &read)?),
            (Some(Err(why)), _) => {
                error = Some(exception(why));
                None
            }
            (None, Some(raw)) => {
                // A delivered call has a code, so the fallback cannot occur.
                let code = raw.code.unwrap_or_default();
                Some(acknowledgement(py, code, raw.msg, raw.trace_id)?)
            }
            (None, None) => None,
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
    /// ``options`` are names and numbers of the core's; ``seed`` makes trace ids, so it is random.
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

    /// Does what is due: gives ``send`` each request, as ticket, request (or one without its signature), key, call and number of the attempt, and ``take`` each
    /// outcome, as the fields of ``koodrive.CallOutcome`` by their names. Then says what is left to do.
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

    /// Takes a call. After ``cancel`` its outcome is that it was not sent.
    fn push(&self, key: Py<PyAny>, call: &Bound<'_, Call>) -> PyResult<()> {
        let key = (key, call.clone().unbind());
        let pushed = with_call!(call.get(), |it| self.core().push(key, it));
        pushed.map_err(|it| exception(it.reason))
    }

    fn finish(&self) {
        self.core().finish();
    }

    /// Hands in a response. This and the two that follow return kind and outcome of the error that it is, or None.
    fn handle_response(&self, ticket: u64, status: u16, headers: Any, body: Any) -> PyResult<End> {
        let py = headers.py();
        let (headers, body) = (convert::headers(headers)?, octets(body)?);
        let status = host::status(status).map_err(exception)?;
        let (ticket, headers) = (Ticket::from_number(ticket), picked(&headers));
        let (now, body) = (self.now(py)?, body.as_bytes());
        let mut core = self.core();
        let handed = core.handle_response(ticket, status, headers, body, now);
        let end = handed.map(|()| core.last_exchange());
        drop(core);
        end.map(end_words).map_err(exception)
    }

    /// Hands in a request that surely never left, and why.
    fn not_sent(&self, py: Python<'_>, ticket: u64, cause: &str) -> PyResult<End> {
        self.failed(py, ticket, TransportError::not_sent(cause))
    }

    /// Hands in a request that left and had no complete answer, and why.
    fn outcome_unknown(&self, py: Python<'_>, ticket: u64, cause: &str) -> PyResult<End> {
        self.failed(py, ticket, TransportError::outcome_unknown(cause))
    }

    /// Takes back a request that is kept from leaving, and why.
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

    /// Hands in that no fresh token is to be had now.
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

    /// Longest body of a reply, in bytes.
    #[getter]
    fn reply_limit(&self) -> usize {
        self.core().config().reply_limit_bytes()
    }

    /// Requests in flight, now.
    #[getter]
    fn in_flight(&self) -> u64 {
        self.core().progress().in_flight
    }

    /// How far the job is.
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
