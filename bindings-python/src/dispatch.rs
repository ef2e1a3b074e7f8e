//! The core's dispatcher as a class. Which call leaves when and what becomes of it, the core decides; how a request travels and
//! where calls come from, `koodrive._dispatch`. The clocks are read here, so that a driver hands over none.
//!
//! Nothing of Python runs while the core is locked: it could come back to the lock.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use chrono::{DateTime, Utc};
use koodrive::dispatch::{Action, Attempt, CallOutcome, Halt, Now, Policy, Ticket};
use koodrive::{TraceId, TransportError, XDate, dispatch, host};
use pyo3::types::PyTuple;
use pyo3::{IntoPyObjectExt as _, prelude::*};
use zeroize::Zeroizing;

use crate::client::{Acknowledgement, Call, Client, Fixed};
use crate::convert::{self, Any, exception, octets, picked};

/// The user's key, and the call as the user gave it.
type Key = (Py<PyAny>, Py<Call>);

/// What a driver is to do, in one word, and with what.
type Step = (&'static str, Py<PyAny>);

/// What ``koodrive.Dispatch`` and ``koodrive.AsyncDispatch`` drive. Threads may share it.
#[pyclass(frozen, module = "koodrive._core")]
pub(crate) struct Dispatcher {
    core: Mutex<dispatch::Dispatcher<Key>>,
    fixed: Fixed,
    origin: Instant,
}

impl Dispatcher {
    fn core(&self) -> MutexGuard<'_, dispatch::Dispatcher<Key>> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Now {
        Now::new(SystemTime::now().into(), self.origin.elapsed())
    }

    fn start(&self, attempt: Attempt, send: Any) -> PyResult<()> {
        let (py, ticket, number) = (send.py(), attempt.ticket, attempt.number);
        let key = self.core().key(ticket).map(|(key, _)| key.clone_ref(py));
        let request = self.fixed.join(py, attempt.parts);
        let started = request.and_then(|it| send.call1(((ticket.number(), it, key, number),)));
        if let Err(error) = &started {
            self.failure(ticket.number(), false, &error.to_string())?;
        }
        started.map(drop)
    }
}

/// The fields of `koodrive.CallOutcome`.
fn outcome(py: Python<'_>, it: CallOutcome<Key>) -> PyResult<Bound<'_, PyTuple>> {
    let times = [it.first_sent_at, it.sent_at, it.answered_at, it.server_date];
    let reply = it
        .reply
        .map(|it| Acknowledgement::new(it.code, it.msg, it.trace_id));
    let error = it.error.map(|error| exception(error).into_value(py));
    let trace_id = it.trace_id.as_ref().map(TraceId::as_str);
    let x_date = it.x_date.as_ref().map(XDate::as_str);
    let call = (it.key.0, it.key.1, it.verdict.as_str(), it.attempts);
    let call = call.into_pyobject(py)?.into_sequence();
    let sent = (trace_id, x_date).into_pyobject(py)?.into_sequence();
    let [first, last, answered, server] = times.map(|it| it.map(seconds));
    let times = (first, last, answered, server).into_pyobject(py)?;
    let answer = (it.status, reply, error).into_pyobject(py)?.into_sequence();
    let fields = call
        .concat(&sent)?
        .concat(&times.into_sequence())?
        .concat(&answer)?;
    fields.to_tuple()
}

fn seconds(instant: DateTime<Utc>) -> f64 {
    (instant - DateTime::UNIX_EPOCH).as_seconds_f64()
}

/// The fields of `koodrive.HaltedError`: text, reason, how many calls or tries, status, code, msg.
fn halted(py: Python<'_>, halt: &Halt) -> PyResult<Py<PyAny>> {
    let (text, reason) = (halt.to_string(), halt.as_str());
    let (times, status, code, msg) = match halt {
        Halt::SameAnswer {
            calls,
            status,
            code,
            msg,
        } => (*calls, Some(*status), code, msg),
        Halt::NoToken { times } => (*times, None, &None, &None),
        // Whatever a later core may add.
        _ => (0, None, &None, &None),
    };
    (text, reason, times, status, code, msg).into_py_any(py)
}

#[pymethods]
impl Dispatcher {
    /// ``policy`` are names and numbers of the core's; ``seed`` makes trace ids, so it is random.
    #[new]
    fn new(client: &Bound<'_, Client>, policy: Vec<(String, f64)>, seed: u64) -> PyResult<Self> {
        let mut chosen = Policy::default();
        for (name, value) in policy {
            chosen.set(&name, value).map_err(exception)?;
        }
        let made = dispatch::Dispatcher::new(&client.get().core, chosen, seed);
        let core = made.map_err(exception)?;
        Ok(Self {
            fixed: Fixed::new(client.py(), core.fixed_parts())?,
            core: Mutex::new(core),
            origin: Instant::now(),
        })
    }

    /// Does what is due: gives ``send`` each request, as ticket, request, key and number of the attempt, and ``take`` each
    /// outcome, as the fields of ``koodrive.CallOutcome``. Then says what is left to do, in the words of the core's actions.
    fn turn(&self, send: Any, take: Any) -> PyResult<Step> {
        let py = send.py();
        loop {
            let action = self.core().poll(self.now());
            return Ok(match action {
                Action::Outcome(it) => {
                    take.call1((outcome(py, *it)?,))?;
                    continue;
                }
                Action::Send(attempt) => {
                    self.start(attempt, send)?;
                    continue;
                }
                Action::Calls(most) => ("calls", most.into_py_any(py)?),
                Action::Token => ("token", py.None()),
                Action::Halted(it) => ("halted", halted(py, &it)?),
                Action::Wait(until) => {
                    let wait = until.map(|it| it.saturating_sub(self.origin.elapsed()));
                    ("wait", wait.map(|it| it.as_secs_f64()).into_py_any(py)?)
                }
                // Done, and whatever a later core may add.
                _ => ("done", py.None()),
            });
        }
    }

    fn push(&self, key: Py<PyAny>, call: &Bound<'_, Call>) -> PyResult<()> {
        let Some(notify) = call.get().0.clone() else {
            let right = "give NotifyPackageExpire; the safe call is for Client.send";
            return Err(exception(host::refused(
                "a source gives another call",
                right,
            )));
        };
        let pushed = self.core().push((key, call.clone().unbind()), notify);
        pushed.map_err(|it| exception(it.reason))
    }

    fn finish(&self) {
        self.core().finish();
    }

    fn response(&self, ticket: u64, status: u16, headers: Any, body: Any) -> PyResult<()> {
        let (headers, body) = (convert::headers(headers)?, octets(body)?);
        let status = host::status(status).map_err(exception)?;
        let (ticket, headers) = (Ticket::from_number(ticket), picked(&headers));
        let (now, body) = (self.now(), body.as_bytes());
        let handed = self.core().response(ticket, status, headers, body, now);
        handed.map_err(exception)
    }

    /// ``sent`` is false where the request surely never left.
    fn failure(&self, ticket: u64, sent: bool, cause: &str) -> PyResult<()> {
        let cause = if sent {
            TransportError::outcome_unknown(cause)
        } else {
            TransportError::not_sent(cause)
        };
        let handed = self
            .core()
            .failure(Ticket::from_number(ticket), cause, self.now());
        handed.map_err(exception)
    }

    fn credentials(&self, token: String) -> PyResult<()> {
        // Overwritten, since the core keeps a copy of its own.
        let fresh = host::credentials("token", &[Zeroizing::new(token)]).map_err(exception)?;
        self.core().credentials(fresh, self.now());
        Ok(())
    }

    fn no_token(&self) {
        self.core().no_token(self.now());
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
        self.core().policy().reply_limit
    }

    /// The fields of `koodrive.Progress`.
    #[getter]
    fn progress(&self) -> ([u64; 3], [u64; 4], [u64; 3], f64) {
        let it = self.core().progress();
        let sent = [it.pushed, it.requests, it.delivered];
        let not_delivered = [it.refused, it.unknown, it.given_up, it.not_sent];
        let now = [it.queued, it.waiting, it.in_flight];
        (sent, not_delivered, now, it.rate)
    }
}
