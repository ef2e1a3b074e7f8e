//! Runs the core's dispatcher for the calls of one job.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use koodrive::dispatch::{self, Action, CallOutcome, Now, Outgoing, Ticket};
use koodrive::host::{self, HaltFields, ReceivedResponse, Spelling};
use koodrive::{Client, Credentials, Error, InvalidInput, TraceId, XDate};

use crate::client::{self, Response};
use crate::convert::{self, ShapedCall};
use crate::errors::write_error;
use crate::input::Input;
use crate::layout::Place;
use crate::layout::operations::Operation;
use crate::layout::records::{
    self, DispatchRenew, Failure, Halt, Progress, Push, Response as ResponseFields, Sign,
};
use crate::record::{Record, Writer, text};

/// The core's dispatcher. The host identifies calls by keys of its own.
#[derive(Debug)]
pub(crate) struct Dispatcher {
    core: dispatch::Dispatcher<Pushed>,
    pub(crate) spelling: Spelling,
    /// Attempts that wait for the host's signature, by ticket.
    unsigned: BTreeMap<u64, Outgoing>,
}

/// The host's key of a call, and the layouts of the call and its reply.
#[derive(Debug)]
struct Pushed {
    key: Vec<u8>,
    called: ShapedCall,
}

impl Drop for Dispatcher {
    fn drop(&mut self) {
        host::overwrite_stack();
    }
}

impl Dispatcher {
    pub(crate) fn new(
        client: &Client,
        options: Record<'_>,
        seed: u64,
        spelling: Spelling,
    ) -> Result<Self, InvalidInput> {
        let mut named = Vec::new();
        let mut fields = options.fields();
        while let Some(name) = fields.next() {
            named.push(option(name, fields.next().flatten())?);
        }
        let config = host::dispatch_config(named, spelling)?;
        Ok(Self {
            core: dispatch::Dispatcher::new(client, config, seed),
            spelling,
            unsigned: BTreeMap::new(),
        })
    }

    /// Runs `operation`, or returns none if dispatchers do not have it.
    pub(crate) fn call(
        &mut self,
        operation: Operation,
        input: Input<'_>,
    ) -> Option<Result<Writer, Error>> {
        let done = match operation {
            Operation::Push => self.push(input),
            Operation::Poll => return Some(self.poll(input)),
            Operation::SignAttempt => return Some(self.sign(input)),
            Operation::Response => return Some(self.response(input)),
            Operation::Failure => return Some(self.failure(input)),
            Operation::Withdraw => self.withdraw(input),
            Operation::Token => self.token(input),
            Operation::NoToken => self.no_token(input),
            Operation::Finish => {
                self.core.finish();
                Ok(())
            }
            Operation::Resume => {
                self.core.resume();
                Ok(())
            }
            Operation::Cancel => {
                self.core.cancel();
                Ok(())
            }
            Operation::Progress => return Some(Ok(self.progress())),
            _ => return None,
        };
        Some(done.map(|()| Writer::default()).map_err(Error::from))
    }

    fn push(&mut self, input: Input<'_>) -> Result<(), InvalidInput> {
        let called = client::call(input, Push::Operation, Push::Fields)?;
        let key = input.bytes(Push::Key).unwrap_or_default().to_vec();
        let call = called.call.clone();
        let pushed = self.core.push(Pushed { key, called }, &call);
        pushed.map_err(|not_taken| not_taken.reason)
    }

    fn poll(&mut self, input: Input<'_>) -> Result<Writer, Error> {
        let action = self
            .core
            .poll(now(input, records::Now::Now, records::Now::Monotonic)?);
        let (name, mut writer) = (action.as_str(), Writer::default());
        match action {
            Action::Send(outgoing) => self.send(outgoing, &mut writer)?,
            Action::Outcome(outcome) => {
                let mut action = ActionWriter::new(name, &mut writer);
                action.at(records::Action::Outcome).nested(|writer| {
                    write_outcome(self.core.client(), &outcome, self.spelling, writer);
                });
            }
            Action::Calls(most) => ActionWriter::new(name, &mut writer)
                .at(records::Action::Calls)
                .display(most),
            Action::Token | Action::Done => drop(ActionWriter::new(name, &mut writer)),
            Action::Halted(halt) => ActionWriter::new(name, &mut writer)
                .at(records::Action::Halt)
                .nested(|writer| {
                    convert::write(&Halt::LAYOUT, &HaltFields::from(&halt), writer);
                }),
            Action::Wait(until) => {
                let mut action = ActionWriter::new(name, &mut writer);
                if let Some(until) = until {
                    action.at(records::Action::Until).display(until.as_nanos());
                }
            }
        }
        Ok(writer)
    }

    fn send(&mut self, outgoing: Outgoing, writer: &mut Writer) -> Result<(), Error> {
        let (ticket, attempt) = (outgoing.ticket, outgoing.attempt);
        let (x_date, trace_id) = (outgoing.parts.x_date, outgoing.parts.trace_id);
        let trace_id = trace_id.as_ref().map_or("", TraceId::as_str);
        let request = match outgoing.parts.string_to_sign() {
            Some(string_to_sign) => {
                let record = client::unsigned_record(ticket.number(), string_to_sign);
                self.unsigned.insert(ticket.number(), outgoing);
                record
            }
            None => client::request_record(ticket.number(), &self.core.request(outgoing)?),
        };
        let key = self.core.key(ticket).map_or(&[][..], |pushed| &pushed.key);
        // The room suffices: a record that grows would leave a token behind in freed memory.
        *writer = Writer::with_capacity(192 + request.as_bytes().len() + key.len());
        let mut action = ActionWriter::new("send", writer);
        action
            .at(records::Action::Request)
            .bytes(request.as_bytes());
        action.at(records::Action::Attempt).display(attempt);
        action.at(records::Action::Key).bytes(key);
        action
            .at(records::Action::TraceId)
            .bytes(trace_id.as_bytes());
        action
            .at(records::Action::XDate)
            .bytes(x_date.as_str().as_bytes());
        Ok(())
    }

    fn sign(&mut self, input: Input<'_>) -> Result<Writer, Error> {
        let ticket: u64 = input.required_integer(Sign::Exchange)?;
        let signature = input.required_text(Sign::Signature)?;
        let mut outgoing = self.unsigned.remove(&ticket).ok_or_else(|| {
            host::refused("exchange", "no signature is missing; pass the ticket of an attempt that came with a string to sign")
        })?;
        outgoing.parts = outgoing.parts.with_signature(signature)?;
        let request = self.core.request(outgoing)?;
        Ok(client::request_record(ticket, &request))
    }

    fn response(&mut self, input: Input<'_>) -> Result<Writer, Error> {
        let ticket = self.ticket(input, ResponseFields::Ticket)?;
        let response = Response::read(
            input,
            ResponseFields::Status,
            ResponseFields::Headers,
            ResponseFields::Body,
        )?;
        let now = now(input, ResponseFields::Now, ResponseFields::Monotonic)?;
        match response.status() {
            Ok(Some(status)) => {
                let ReceivedResponse { headers, body, .. } = response.received;
                self.core
                    .handle_response(ticket, status, headers, body, now)?;
            }
            Ok(None) => self.core.handle_hidden_redirect(ticket, now)?,
            Err(error) => self.core.handle_failure(ticket, error, now)?,
        }
        Ok(self.exchanged())
    }

    fn failure(&mut self, input: Input<'_>) -> Result<Writer, Error> {
        let ticket = self.ticket(input, Failure::Ticket)?;
        let error = input.transport_error(Failure::Left, Failure::Cause)?;
        let now = now(input, Failure::Now, Failure::Monotonic)?;
        self.core.handle_failure(ticket, error, now)?;
        Ok(self.exchanged())
    }

    /// Returns the result of the exchange that was handed in last.
    fn exchanged(&self) -> Writer {
        let mut writer = Writer::default();
        let failure = self.core.last_exchange();
        writer.optional(failure.map(|failure| failure.kind.as_str()));
        writer.optional(failure.map(|failure| failure.outcome.as_str()));
        writer.flag(failure.is_some_and(|failure| failure.closes_connection));
        writer
    }

    fn withdraw(&mut self, input: Input<'_>) -> Result<(), InvalidInput> {
        let ticket = self.ticket(input, Failure::Ticket)?;
        let cause = input.bytes(Failure::Cause).unwrap_or_default();
        let error = host::transport_error(false, String::from_utf8_lossy(cause));
        let now = now(input, Failure::Now, Failure::Monotonic)?;
        self.core.withdraw(ticket, error, now)
    }

    /// Returns the ticket at `place`, and forgets the attempt's missing signature: it has its
    /// answer.
    fn ticket<P: Place>(&mut self, input: Input<'_>, place: P) -> Result<Ticket, InvalidInput> {
        let number = input.required_integer(place)?;
        self.unsigned.remove(&number);
        Ok(Ticket::from_number(number))
    }

    fn token(&mut self, input: Input<'_>) -> Result<(), InvalidInput> {
        let fresh = client::credentials(input, DispatchRenew::Credentials)?;
        let now = now(input, DispatchRenew::Now, DispatchRenew::Monotonic)?;
        let fresh = fresh.unwrap_or_else(Credentials::later);
        self.core.set_credentials(fresh, now);
        Ok(())
    }

    fn no_token(&mut self, input: Input<'_>) -> Result<(), InvalidInput> {
        let now = now(input, records::Now::Now, records::Now::Monotonic)?;
        self.core.token_failed(now);
        Ok(())
    }

    fn progress(&self) -> Writer {
        let mut writer = Writer::default();
        convert::write(&Progress::LAYOUT, &self.core.progress(), &mut writer);
        writer
    }
}

/// Writes an action. Fields that are skipped are absent.
struct ActionWriter<'a> {
    writer: &'a mut Writer,
    written: usize,
}

impl<'a> ActionWriter<'a> {
    fn new(action: &str, writer: &'a mut Writer) -> Self {
        writer.bytes(action.as_bytes());
        Self { writer, written: 1 }
    }

    fn at(&mut self, place: records::Action) -> &mut Writer {
        for _ in self.written..place.index() {
            self.writer.none();
        }
        self.written = place.index() + 1;
        self.writer
    }
}

/// Returns the option with this `name` and this decimal `value`.
fn option<'a>(
    name: Option<&'a [u8]>,
    value: Option<&[u8]>,
) -> Result<(&'a str, f64), InvalidInput> {
    let name = name.and_then(text).ok_or_else(|| {
        host::refused(
            "options",
            "a name is missing or is not UTF-8; pass names and values in turns",
        )
    })?;
    let value = value.and_then(text).and_then(|text| text.parse().ok());
    let value = value.ok_or_else(|| {
        host::refused(
            "options",
            &format!("the value of {name} is not a number; pass it in decimal digits"),
        )
    })?;
    Ok((name, value))
}

fn now<P: Place>(input: Input<'_>, wall: P, monotonic: P) -> Result<Now, InvalidInput> {
    let wall = input.required_instant(wall)?;
    let monotonic = input.required_integer(monotonic)?;
    Ok(Now::new(wall, Duration::from_nanos(monotonic)))
}

fn write_outcome(
    client: &Client,
    outcome: &CallOutcome<Pushed>,
    spelling: Spelling,
    writer: &mut Writer,
) {
    let Pushed { key, called } = &outcome.key;
    let instant = |writer: &mut Writer, instant: Option<DateTime<Utc>>| match instant {
        Some(instant) => writer.display(instant.timestamp_millis()),
        None => writer.none(),
    };
    writer.bytes(key);
    writer.bytes(outcome.verdict.as_str().as_bytes());
    writer.display(outcome.attempts);
    writer.optional(outcome.trace_id.as_ref().map(TraceId::as_str));
    writer.optional(outcome.x_date.as_ref().map(XDate::as_str));
    instant(writer, outcome.first_sent_at);
    instant(writer, outcome.sent_at);
    instant(writer, outcome.answered_at);
    instant(writer, outcome.server_date);
    match outcome.status {
        Some(status) => writer.display(status),
        None => writer.none(),
    }
    let reply = host::delivered_reply(client, outcome, &called.call).transpose();
    let (reply, error) = match reply {
        Ok(reply) => (reply, outcome.error.clone()),
        Err(error) => (None, Some(error)),
    };
    match reply {
        Some(reply) => writer.nested(|writer| called.write_reply(&reply, writer)),
        None => writer.none(),
    }
    match error {
        Some(error) => writer.nested(|writer| write_error(error, spelling, writer)),
        None => writer.none(),
    }
}
