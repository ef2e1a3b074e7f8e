//! Many calls: which is sent when, which is sent again, and what became of each. A deterministic
//! state machine; the host drives it and owns sockets, clocks and the seed.
//!
//! **In scope:** rate, burst and calls in flight; repeats, their backoff and their budget;
//! `Retry-After`; a pace that answers to the service; renewal of tokens; the server's clock; a halt
//! where every call gets the same answer; one outcome per call. Every option and its reason is in
//! [`Config`]; every other number stands where it is used.
//!
//! **Out of scope:** exchanges and their time-outs, where calls come from, what is written down of
//! their outcomes.
//!
//! # One call
//!
//! ```text
//!                 push                       poll
//!      source ───────────► queued ─────────────────────► in flight ──┬─ 200, code 0 ────────────► delivered
//!                            │                               ▲       ├─ another answer ─────────► refused
//!                     cancel │                     poll, when│       ├─ silence, another 5xx,
//!                            ▼                     it is due │       │  unreadable ─────────────► unknown (1)
//!                        not sent                            │       ├─ 429, 503, not sent ─────► waiting (2)
//!                                              waiting ──────┘       ├─ 401, token renewed ─────► waiting
//!                                                 │                  └─ refused for its date ───► waiting (3)
//!                                          cancel ▼
//!                                              given up (4)
//!
//!      (1) waiting, where repeats were declared safe.
//!      (2) given up, when its attempts or the budget of all are spent.
//!      (3) once; the reply has shown the server's clock, so it is due at once.
//!      (4) unknown, where it is so of an earlier attempt. The same holds for every outcome but delivered.
//! ```
//!
//! # All calls
//!
//! ```text
//!      sending ──── 401, or the token's age ─────────► token wanted ── set_credentials() ─► sending
//!      sending ──── the same answer 20 times in a row ─► halted ──────── resume() ────────► sending
//!      token wanted ─ token_failed(), 8 times in a row ───► halted
//!      any ──── cancel() ──► draining ──── what is in flight has ended ────────────────────► done
//!      sending ──── finish(), and every call has had its outcome ──────────────────────────► done
//! ```
//!
//! # What always holds
//!
//! These rules hold for every behaviour of the service and of the clocks (`core/tests/dispatch`
//! checks them with random services):
//!
//! 1. Every call that was pushed has exactly one outcome.
//! 2. No more calls are in flight than `concurrency`.
//! 3. In any window of time no more requests leave than `burst + rate × window`.
//! 4. No request leaves before its time: a repeat not before its backoff and not before what
//!    `Retry-After` says, and none before what the `Retry-After` of a 429 says. That of a 503 holds
//!    its call; it holds all where nothing gets through.
//! 5. A call of which it is unknown whether the service acted on it is not sent again, unless
//!    repeats were declared safe.
//! 6. All attempts of a call carry one trace id, and no two calls the same.
//! 7. A jump of the wall clock changes no instant at which anything is sent.
//! 8. No more than `queue + concurrency` calls are held, each with its outcome until that is taken.
//! 9. The same seed and the same inputs give the same actions.
//!
//! # Walked through
//!
//! ```
//! use std::time::Duration;
//!
//! use chrono::{DateTime, Utc};
//! use http::{HeaderMap, StatusCode};
//! use koodrive::dispatch::{Action, Config, Dispatcher, Now, Verdict};
//! use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire};
//!
//! # fn main() -> Result<(), koodrive::InvalidInput> {
//! let credentials = Credentials::app("my-app-id", "example-app-secret-not-real")?;
//! let client = Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials)?;
//! let mut dispatcher = Dispatcher::new(&client, Config::default(), 42); // in a program: a random seed
//!
//! // In a program: Utc::now(), and what has passed since the start.
//! let start: DateTime<Utc> = "2025-11-03T07:01:45Z".parse().unwrap();
//! let at = |seconds| Now::new(start + Duration::from_secs(seconds), Duration::from_secs(seconds));
//!
//! // It asks for calls; this source has one.
//! assert!(matches!(dispatcher.poll(at(0)), Action::Calls(64)));
//! dispatcher.push("row 1", &NotifyPackageExpire::new("189642158555241211", "14")?).unwrap();
//! dispatcher.finish();
//!
//! // queued -> in flight: send this.
//! let Action::Send(outgoing) = dispatcher.poll(at(0)) else { panic!() };
//! let ticket = outgoing.ticket;
//! let request: http::Request<Vec<u8>> = dispatcher.request(outgoing)?;
//! assert_eq!(request.headers()["x-date"], "20251103T070140Z");
//! assert!(matches!(dispatcher.poll(at(0)), Action::Wait(None))); // for the answer
//!
//! // in flight -> waiting: the service is busy.
//! let mut headers = HeaderMap::new();
//! headers.insert("retry-after", "2".parse().unwrap());
//! dispatcher.handle_response(ticket, StatusCode::TOO_MANY_REQUESTS, &headers, b"", at(1))?;
//! let Action::Wait(Some(until)) = dispatcher.poll(at(1)) else { panic!() };
//! assert_eq!(until, Duration::from_secs(3));
//!
//! // waiting -> in flight: the same call, signed anew, under the same trace id.
//! let Action::Send(outgoing) = dispatcher.poll(at(3)) else { panic!() };
//! assert_eq!(outgoing.attempt, 2);
//! assert_eq!(outgoing.parts.trace_id.unwrap().as_str(), request.headers()["x-traceid"]);
//! assert_eq!(outgoing.parts.x_date.as_str(), "20251103T070143Z");
//!
//! // in flight -> delivered.
//! let body = br#"{"code":0,"msg":"Success."}"#;
//! dispatcher.handle_response(outgoing.ticket, StatusCode::OK, &HeaderMap::new(), body, at(4))?;
//! let Action::Outcome(outcome) = dispatcher.poll(at(4)) else { panic!() };
//! assert_eq!((outcome.key, outcome.verdict, outcome.attempts), ("row 1", Verdict::Delivered, 2));
//! assert!(matches!(dispatcher.poll(at(4)), Action::Done));
//! # Ok(())
//! # }
//! ```

mod action;
mod budget;
mod circuit_breaker;
mod config;
mod outcome;
mod poll;
mod progress;
mod random;
mod rate_limiter;
mod response;
mod server_clock;
mod slab;
mod token_renewal;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use http::{Request, StatusCode};

pub use action::{Action, Halt, NotTaken, Now, Outgoing, Ticket};
pub use config::{Config, DispatchOption, OPTIONS, Unit};
pub use outcome::{CallOutcome, ExchangeFailure, Verdict};
pub use progress::Progress;
pub use rate_limiter::Slowed;

use crate::client::check_body;
use crate::header::ReplyHeaders;
use crate::{
    Client, Credentials, FixedParts, InvalidInput, Operation, PreparedCall, TransportError,
};
use budget::RetryBudget;
use circuit_breaker::CircuitBreaker;
use random::Random;
use rate_limiter::RateLimiter;
use server_clock::ServerClock;
use slab::{PendingCall, Slab};
use token_renewal::TokenRenewal;

/// Decides for many calls. `K` is the caller's key of a call: it is moved in and comes back with
/// the outcome.
pub struct Dispatcher<K> {
    client: Client,
    config: Config,
    slab: Slab<K>,
    /// Calls that were never sent, in the order of their pushes.
    queued: VecDeque<u32>,
    /// Calls that are sent again, the next one on top.
    waiting: BinaryHeap<Reverse<Waiting>>,
    outcomes: VecDeque<Box<CallOutcome<K>>>,
    /// The number of retries scheduled so far.
    order: u64,
    in_flight: u32,
    /// Calls that were asked for and have not come yet.
    asked: usize,
    finished: bool,
    cancelled: bool,
    halt: Option<Halt>,
    halt_is_said: bool,
    rate_limiter: RateLimiter,
    budget: RetryBudget,
    circuit_breaker: CircuitBreaker,
    token_renewal: TokenRenewal,
    clock: ServerClock,
    random: Random,
    counts: Progress,
    /// Requests that were counted and did not leave.
    withdrawn: u64,
    last_exchange: Option<ExchangeFailure>,
    /// The latest monotonic instant that was seen, in nanoseconds.
    latest: u64,
}

/// A call that is sent again; ordered by the instant at which it is due, and then as its attempts
/// failed.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    due: u64,
    order: u64,
    place: u32,
}

impl<K> Dispatcher<K> {
    /// Returns a dispatcher for the calls of one job. It learns the server's clock for itself, from
    /// `client`'s offset on. `seed` makes trace ids and jitter: pass 8 random bytes, since
    /// dispatchers with the same seed make the same trace ids. A client with [`Credentials::later`]
    /// has the dispatcher ask for a token before the first request leaves.
    #[must_use]
    pub fn new(client: &Client, config: Config, seed: u64) -> Self {
        Self {
            client: client.with_own_clock(),
            slab: Slab::new(),
            queued: VecDeque::new(),
            waiting: BinaryHeap::new(),
            outcomes: VecDeque::new(),
            order: 0,
            in_flight: 0,
            asked: 0,
            finished: false,
            cancelled: false,
            halt: None,
            halt_is_said: false,
            rate_limiter: RateLimiter::new(config.rate, config.burst_size(), config.adaptive),
            budget: RetryBudget::new(config.retry_ratio, config.concurrency),
            circuit_breaker: CircuitBreaker::new(config.halt_after),
            token_renewal: TokenRenewal::new(
                config.renews_token,
                config.token_age,
                client.credentials().are_known(),
            ),
            clock: ServerClock::default(),
            random: Random::new(seed),
            counts: Progress::default(),
            withdrawn: 0,
            last_exchange: None,
            latest: 0,
            config,
        }
    }

    /// Takes a call of any operation. The call has exactly one outcome. After
    /// [`cancel`](Self::cancel) the outcome is [`Verdict::NotSent`].
    ///
    /// # Errors
    ///
    /// No room: push no more than [`Action::Calls`] asks for. Nothing is taken after
    /// [`finish`](Self::finish). A call of another crate with a path, a query, a header or a body
    /// that it must not have.
    pub fn push<O: Operation + ?Sized>(&mut self, key: K, call: &O) -> Result<(), NotTaken<K>> {
        let reason = if self.room() == 0 {
            Some("there is no room; push only as many calls as the dispatcher asks for")
        } else if self.finished && !self.cancelled {
            Some("the job has ended; push calls before finish")
        } else {
            None
        };
        let prepared = match reason {
            Some(reason) => Err(InvalidInput::message(reason)),
            None => self.prepared(call),
        };
        let call = match prepared {
            Ok(call) => call,
            Err(reason) => return Err(NotTaken { key, reason }),
        };
        let place = self.slab.put(PendingCall::new(key, call));
        self.counts.pushed += 1;
        if self.cancelled {
            self.push_outcome(place, Verdict::NotSent);
            return Ok(());
        }
        self.queued.push_back(place);
        self.asked = self.asked.saturating_sub(1);
        Ok(())
    }

    /// Returns whether no more calls will come.
    const fn has_ended(&self) -> bool {
        self.finished || self.cancelled
    }

    fn prepared<O: Operation + ?Sized>(&self, call: &O) -> Result<PreparedCall, InvalidInput> {
        let call = PreparedCall::new(call);
        self.client.target(&call)?;
        check_body(&call.method(), call.body_text())?;
        Ok(call)
    }

    /// The source has ended: no more calls will come.
    pub const fn finish(&mut self) {
        self.finished = true;
    }

    /// Hands in a response. `body` is the whole of it, or `reply_limit` bytes of it and at least
    /// one more.
    ///
    /// # Errors
    ///
    /// Returns an error if no exchange is in flight under `ticket`.
    pub fn handle_response<'a>(
        &mut self,
        ticket: Ticket,
        status: StatusCode,
        headers: impl Into<ReplyHeaders<'a>>,
        body: &[u8],
        now: Now,
    ) -> Result<(), InvalidInput> {
        self.on_response(ticket, status, headers.into(), body, now)
    }

    /// Hands in a failure: the request surely never left, or no complete answer came. A driver that
    /// cannot tell reports an unknown outcome.
    ///
    /// # Errors
    ///
    /// Returns an error if no exchange is in flight under `ticket`.
    pub fn handle_failure(
        &mut self,
        ticket: Ticket,
        error: TransportError,
        now: Now,
    ) -> Result<(), InvalidInput> {
        self.on_failure(ticket, error, now)
    }

    /// Takes back a request that the host keeps from leaving, because of `error`. The attempt does
    /// not count. The call comes out as by [`cancel`](Self::cancel): [`Verdict::NotSent`], or,
    /// where it was sent before, [`Verdict::GivenUp`] or [`Verdict::Unknown`].
    ///
    /// # Errors
    ///
    /// Returns an error if no exchange is in flight under `ticket`.
    pub fn withdraw(
        &mut self,
        ticket: Ticket,
        error: TransportError,
        now: Now,
    ) -> Result<(), InvalidInput> {
        self.on_withdrawal(ticket, error, now)
    }

    /// Hands in a redirect of which the host shows nothing else, as browsers do. The call is
    /// refused, as by a redirect that is seen.
    ///
    /// # Errors
    ///
    /// Returns an error if no exchange is in flight under `ticket`.
    pub fn handle_hidden_redirect(&mut self, ticket: Ticket, now: Now) -> Result<(), InvalidInput> {
        self.on_hidden_redirect(ticket, now)
    }

    /// Hands in a fresh token, asked for or not. Calls are signed with it from now on. The token
    /// that was just refused with a 401 is not a fresh one: after the backoff of
    /// [`token_failed`](Self::token_failed) one request tries it, and then it is asked for again.
    pub fn set_credentials(&mut self, fresh: Credentials, now: Now) {
        let at = self.advance(now);
        if !self.client.credentials().is_same_token(&fresh) {
            self.client = self.client.with_credentials(fresh);
            self.token_renewal.renewed(at);
        } else if !self.token_renewal.is_refused() {
            self.token_renewal.kept(at);
        } else if self.token_renewal.is_asked() {
            let from = self.next_try_for_a_token(at);
            let times = self.token_renewal.tries_again(from);
            self.halt_without_token(times);
        }
    }

    /// The token that was asked for is not to be had now. It is asked for again after a backoff,
    /// and the dispatcher halts when that was said as many times in a row as a call has attempts.
    /// Changes nothing where none was asked for.
    pub fn token_failed(&mut self, now: Now) {
        let at = self.advance(now);
        if self.token_renewal.is_asked() {
            self.no_token(at);
        }
    }

    fn no_token(&mut self, at: u64) {
        let from = self.next_try_for_a_token(at);
        let times = self.token_renewal.failed(from);
        self.halt_without_token(times);
    }

    fn next_try_for_a_token(&mut self, at: u64) -> u64 {
        let wait = self.backoff(self.token_renewal.failures().saturating_add(1));
        at.saturating_add(wait)
    }

    fn halt_without_token(&mut self, times: u32) {
        if times >= self.config.attempts {
            self.halt_for(Halt::NoToken { times });
        }
    }

    /// Goes on after a halt. The calls that led to it have had their outcomes and are not sent
    /// again.
    pub fn resume(&mut self) {
        if self.halt.take().is_some() {
            self.circuit_breaker.resume();
            self.token_renewal.resume(self.latest);
        }
    }

    /// Stops sending. Exchanges in flight are awaited. Every other call comes out as
    /// [`Verdict::NotSent`] or, if it was sent before, as [`Verdict::GivenUp`] or
    /// [`Verdict::Unknown`].
    pub fn cancel(&mut self) {
        self.cancelled = true;
        while let Some(place) = self.queued.pop_front() {
            self.push_outcome(place, Verdict::NotSent);
        }
        while let Some(Reverse(waiting)) = self.waiting.pop() {
            self.push_outcome(waiting.place, Verdict::GivenUp);
        }
    }

    /// Returns the driver's next action. Call `poll` until it returns [`Action::Wait`], and again
    /// when that wait is over.
    pub fn poll(&mut self, now: Now) -> Action<K> {
        self.next_action(now)
    }

    /// Returns how the last handed-in exchange failed, for a host that shows exchanges or owns
    /// connections. Returns none if that exchange delivered its call.
    #[must_use]
    pub const fn last_exchange(&self) -> Option<ExchangeFailure> {
        self.last_exchange
    }

    /// Returns the client that signs: with the latest token, and what was learned of the server's
    /// clock.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the half of the request under this ticket that never changes. A host may keep it by
    /// [`Outgoing::method`] and [`Outgoing::fixed_path`] where [`FixedParts::may_be_kept`] says so.
    ///
    /// # Errors
    ///
    /// Returns an error if no exchange is in flight under `ticket`.
    pub fn fixed_parts(&self, ticket: Ticket) -> Result<FixedParts, InvalidInput> {
        self.client
            .fixed_parts(self.call(ticket).ok_or_else(slab::unknown_ticket)?)
    }

    /// Returns the request. Send it as it is: nothing added, redirects not followed.
    ///
    /// # Errors
    ///
    /// Returns an error if no exchange is in flight under the ticket, or if detached credentials
    /// lack their signature.
    pub fn request(&self, outgoing: Outgoing) -> Result<Request<Vec<u8>>, InvalidInput> {
        let call = self
            .call(outgoing.ticket)
            .ok_or_else(slab::unknown_ticket)?;
        let target = self.client.target(call)?;
        self.client.join(&target, call.headers(), outgoing.parts)
    }

    /// Returns the key of what is in flight under this ticket.
    #[must_use]
    pub fn key(&self, ticket: Ticket) -> Option<&K> {
        Some(&self.slab.get(self.slab.in_flight(ticket)?)?.key)
    }

    /// Returns the call that is in flight under this ticket.
    #[must_use]
    pub fn call(&self, ticket: Ticket) -> Option<&PreparedCall> {
        Some(&self.slab.get(self.slab.in_flight(ticket)?)?.call)
    }

    /// Returns the configuration that the dispatcher follows.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the reason of a halt while the dispatcher is halted.
    #[must_use]
    pub const fn halt(&self) -> Option<&Halt> {
        self.halt.as_ref()
    }

    /// Returns the monotonic instant in nanoseconds. A clock that goes back stands still.
    fn advance(&mut self, now: Now) -> u64 {
        self.latest = self.latest.max(nanoseconds(now.monotonic));
        self.latest
    }

    /// Returns how many more calls fit.
    fn room(&self) -> usize {
        let held = self.slab.len() + self.outcomes.len();
        let queue = self.config.queue as usize;
        let places = self.config.places().saturating_sub(held);
        places.min(queue.saturating_sub(self.queued.len()))
    }

    fn halt_for(&mut self, halt: Halt) {
        self.halt = Some(halt);
        self.halt_is_said = false;
    }
}

/// Five hundred years fit.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
