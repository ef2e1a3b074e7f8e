//! Runs the operations of a client and its exchanges.

use std::collections::BTreeMap;

use http::{Request, StatusCode};
use koodrive::host::{self, AnyCall, ClientSettings, CredentialsInput, ReceivedResponse, Spelling};
use koodrive::{
    Attempt, CLOCK_MARGIN_DEFAULT, Client, Credentials, Error, InvalidInput, RequestOptions,
    TraceId, TransportError, signing,
};

use crate::convert::{self, ShapedCall};
use crate::dispatcher::Dispatcher;
use crate::input::Input;
use crate::layout::calls::CallShape;
use crate::layout::operations::Operation;
use crate::layout::records::{
    Begin, Clock, Credentials as CredentialFields, Dispatch, Explain, Explanation, Failed, Observe,
    Open, Parse, Renew, Reply, Sign,
};
use crate::layout::{Place, records};
use crate::memory;
use crate::record::Writer;

/// Exchanges that may be open at a time. A host that forgets to end them gets an error before the
/// process runs out of memory.
const MOST_EXCHANGES: usize = 65_536;

/// A client with its open exchanges.
#[derive(Debug)]
pub(crate) struct ClientState {
    client: Client,
    pub(crate) spelling: Spelling,
    exchanges: BTreeMap<u64, Exchange>,
    next: u64,
}

#[derive(Debug)]
struct Exchange {
    attempt: Attempt<AnyCall>,
    shape: &'static CallShape,
    /// Whether the exchange ends when its request is complete.
    is_alone: bool,
}

/// The result of an operation.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The record of the answer.
    Record(Writer),
    /// A new dispatcher, whose handle is the answer.
    Dispatcher(Box<Dispatcher>),
}

impl From<Writer> for Answer {
    fn from(writer: Writer) -> Self {
        Self::Record(writer)
    }
}

impl Drop for ClientState {
    fn drop(&mut self) {
        host::overwrite_stack();
    }
}

/// Returns how messages spell the names of options, from the field at `place`.
pub(crate) fn spelling<P: Place>(input: Input<'_>, place: P) -> Result<Spelling, InvalidInput> {
    match input.text(place)? {
        None | Some("snake") => Ok(Spelling::Snake),
        Some("camel") => Ok(Spelling::Camel),
        Some(_) => Err(host::refused(
            "spelling",
            "unknown; pass snake or camel, or leave it out",
        )),
    }
}

/// Returns the credentials in the field at `place`, or none for an absent field.
pub(crate) fn credentials<P: Place>(
    input: Input<'_>,
    place: P,
) -> Result<Option<Credentials>, InvalidInput> {
    let Some(fields) = input.record(place)?.map(Input::new) else {
        return Ok(None);
    };
    host::credentials(CredentialsInput {
        app_id: fields.text(CredentialFields::AppId)?,
        app_secret: fields.text(CredentialFields::AppSecret)?,
        token: fields.text(CredentialFields::Token)?,
        authorization: fields.text(CredentialFields::Authorization)?,
        signs_elsewhere: fields.flag(CredentialFields::SignsElsewhere)?,
        ..CredentialsInput::default()
    })
    .map(Some)
}

impl ClientState {
    pub(crate) fn open(input: Input<'_>, spelling: Spelling) -> Result<Self, Error> {
        let credentials = credentials(input, Open::Credentials)?;
        let settings = ClientSettings {
            endpoint: input.required_text(Open::Endpoint)?,
            allow_plain_http: input.flag(Open::AllowPlainHttp)?,
            user_id: input.required_text(Open::UserId)?,
            clock_margin: match input.bytes(Open::ClockMargin) {
                None => CLOCK_MARGIN_DEFAULT,
                Some(_) => match input.integer(Open::ClockMargin) {
                    Ok(Some(margin)) => margin,
                    _ => return Err(host::not_a_margin().into()),
                },
            },
            clock_offset: input.integer(Open::ClockOffset)?.unwrap_or_default(),
        };
        let credentials = credentials.unwrap_or_else(Credentials::later);
        Ok(Self {
            client: host::client(&settings, credentials)?,
            spelling,
            exchanges: BTreeMap::new(),
            next: 1,
        })
    }

    /// Runs `operation`, or returns none if clients do not have it.
    pub(crate) fn call(
        &mut self,
        operation: Operation,
        input: Input<'_>,
    ) -> Option<Result<Answer, Error>> {
        let answer = match operation {
            Operation::Begin => self.begin(input),
            Operation::Sign => self.sign(input),
            Operation::Reply => self.reply(input),
            Operation::Failed => self.failed(input),
            Operation::Credentials => self.renew(input),
            Operation::Clock => self.clock(input),
            Operation::Observe => self.observe(input),
            Operation::Explain => self.explain(input),
            Operation::Parse => self.parse(input),
            Operation::Dispatch => return Some(self.dispatch(input)),
            _ => return None,
        };
        Some(answer.map(Answer::Record))
    }

    fn begin(&mut self, input: Input<'_>) -> Result<Writer, Error> {
        let called = call(input, Begin::Operation, Begin::Fields)?;
        let now = input.required_instant(Begin::Now)?;
        if self.exchanges.len() >= MOST_EXCHANGES {
            return Err(host::misused(&format!(
                "{MOST_EXCHANGES} exchanges are open; end them with REPLY or FAILED"
            ))
            .into());
        }
        let attempt = self.client.attempt(called.call, now, &options(input)?)?;
        let id = self.next;
        let writer = attempt_record(id, &attempt)?;
        self.next += 1;
        let exchange = Exchange {
            attempt,
            shape: called.shape,
            is_alone: input.flag(Begin::Alone)?,
        };
        if !exchange.is_alone || exchange.attempt.string_to_sign().is_some() {
            self.exchanges.insert(id, exchange);
        }
        Ok(writer)
    }

    fn sign(&mut self, input: Input<'_>) -> Result<Writer, Error> {
        let id: u64 = input.required_integer(Sign::Exchange)?;
        let signature = input.required_text(Sign::Signature)?;
        // A refused signature ends the exchange, because nothing was sent.
        let mut exchange = self.take(id)?;
        exchange.attempt = exchange.attempt.with_signature(signature)?;
        let writer = attempt_record(id, &exchange.attempt)?;
        if !exchange.is_alone {
            self.exchanges.insert(id, exchange);
        }
        Ok(writer)
    }

    fn reply(&mut self, input: Input<'_>) -> Result<Writer, Error> {
        let id: u64 = input.required_integer(Reply::Exchange)?;
        let response = Response::read(input, Reply::Status, Reply::Headers, Reply::Body)?;
        let now = input.required_instant(Reply::Now)?;
        let Exchange {
            attempt,
            shape,
            is_alone,
        } = self.take(id)?;
        let received = response.received;
        let status = match response.status() {
            Ok(status) => status,
            Err(error) => return Err(attempt.failed(error)),
        };
        let Some(status) = status else {
            let (x_date, trace_id) = (attempt.x_date(), attempt.trace_id());
            let trace_id = trace_id.as_ref().map_or("", TraceId::as_str);
            let call = attempt.call();
            return Err(host::hidden_redirect(
                &self.client,
                call,
                x_date.as_str(),
                trace_id,
            ));
        };
        let error = match attempt.reply(status, received.headers, received.body, now) {
            Ok(reply) => {
                let call = attempt.call().clone();
                return Ok(done(&ShapedCall { call, shape }, &reply));
            }
            Err(error) => Error::from(error),
        };
        let Some(attempt) = attempt.again(&error, &self.client, now)? else {
            return Err(error);
        };
        let request = attempt_record(id, &attempt)?;
        let mut writer = Writer::with_capacity(64 + request.as_bytes().len());
        writer.bytes(b"again");
        writer.bytes(request.as_bytes());
        let exchange = Exchange {
            attempt,
            shape,
            is_alone,
        };
        self.exchanges.insert(id, exchange);
        Ok(writer)
    }

    fn failed(&mut self, input: Input<'_>) -> Result<Writer, Error> {
        let id: u64 = input.required_integer(Failed::Exchange)?;
        let error = input.transport_error(Failed::Left, Failed::Cause)?;
        Err(self.take(id)?.attempt.failed(error))
    }

    fn take(&mut self, id: u64) -> Result<Exchange, InvalidInput> {
        self.exchanges.remove(&id).ok_or_else(|| {
            host::refused(
                "exchange",
                "not open; pass the number of an exchange that BEGIN returned and that has not ended",
            )
        })
    }

    fn renew(&mut self, input: Input<'_>) -> Result<Writer, Error> {
        let fresh = credentials(input, Renew::Credentials)?.unwrap_or_else(Credentials::later);
        self.client = self.client.with_credentials(fresh);
        Ok(Writer::default())
    }

    fn clock(&mut self, input: Input<'_>) -> Result<Writer, Error> {
        if let Some(offset) = input.integer(Clock::Offset)? {
            self.client = host::with_clock_offset(&self.client, offset)?;
        }
        Ok(self.offset())
    }

    fn observe(&mut self, input: Input<'_>) -> Result<Writer, Error> {
        let headers = input.headers(Observe::Headers)?;
        let sent_at = input.required_instant(Observe::SentAt)?;
        let received_at = input.required_instant(Observe::ReceivedAt)?;
        self.client.observe_clock(headers, sent_at, received_at);
        Ok(self.offset())
    }

    fn offset(&self) -> Writer {
        let mut writer = Writer::default();
        writer.display(self.client.clock_offset().num_milliseconds());
        writer
    }

    fn explain(&self, input: Input<'_>) -> Result<Writer, Error> {
        let called = call(input, Explain::Operation, Explain::Fields)?;
        let now = input.required_instant(Explain::Now)?;
        let options = host::options(None, input.instant(Explain::Date)?)?;
        let message = input.text(Explain::Message)?;
        let explanation = signing::explain(&self.client, &called.call, now, &options, message)?;
        let mut writer = Writer::default();
        convert::write(&Explanation::LAYOUT, &explanation, &mut writer);
        Ok(writer)
    }

    fn parse(&self, input: Input<'_>) -> Result<Writer, Error> {
        let called = call(input, Parse::Operation, Parse::Fields)?;
        let response = Response::read(input, Parse::Status, Parse::Headers, Parse::Body)?;
        if !memory::has_room_for_reply(response.received.body) {
            return Err(memory::reply_too_large().into());
        }
        let reply = host::parse(&self.client, &called.call, response.received)?;
        Ok(done(&called, &reply))
    }

    fn dispatch(&self, input: Input<'_>) -> Result<Answer, Error> {
        let options = input.record(Dispatch::Options)?.unwrap_or_default();
        let seed = input.bytes(Dispatch::Seed).map(<[u8; 8]>::try_from);
        let Some(Ok(seed)) = seed else {
            return Err(host::refused("seed", "not 8 bytes; pass 8 random bytes").into());
        };
        let seed = u64::from_le_bytes(seed);
        let dispatcher = Dispatcher::new(&self.client, options, seed, self.spelling)?;
        Ok(Answer::Dispatcher(Box::new(dispatcher)))
    }
}

/// A response from the host.
pub(crate) struct Response<'a> {
    pub(crate) received: ReceivedResponse<'a>,
}

impl<'a> Response<'a> {
    pub(crate) fn read<P: Place>(
        input: Input<'a>,
        status: P,
        headers: P,
        body: P,
    ) -> Result<Self, InvalidInput> {
        let received = ReceivedResponse {
            status: input.required_integer(status)?,
            headers: input.headers(headers)?,
            body: input.bytes(body).unwrap_or_default(),
        };
        Ok(Self { received })
    }

    /// Returns the status, or none for a redirect that hides its status, as browsers report it.
    ///
    /// # Errors
    ///
    /// Returns an error if the response cannot be read. Its request has left, so the outcome is
    /// unknown.
    pub(crate) fn status(&self) -> Result<Option<StatusCode>, TransportError> {
        if !memory::has_room_for_reply(self.received.body) {
            return Err(memory::reply_too_large());
        }
        if self.received.status == 0 {
            return Ok(None);
        }
        let status = host::status(self.received.status);
        status.map(Some).map_err(TransportError::outcome_unknown)
    }
}

/// Returns the call that `operation` names, with the record at `fields`.
pub(crate) fn call<P: Place>(
    input: Input<'_>,
    operation: P,
    fields: P,
) -> Result<ShapedCall, InvalidInput> {
    let fields = input.record(fields)?.unwrap_or_default();
    ShapedCall::new(input.required_text(operation)?, fields)
}

fn options(input: Input<'_>) -> Result<RequestOptions, InvalidInput> {
    let mut options = host::options(input.text(Begin::TraceId)?, input.instant(Begin::Date)?)?;
    if let Some(random) = input.bytes(Begin::Random) {
        let random = random
            .try_into()
            .map_err(|_| host::refused("random", "not 29 bytes; pass 29 random bytes"))?;
        if input.bytes(Begin::TraceId).is_some() {
            return Err(host::refused(
                "random",
                "a trace id was passed as well; pass one of them",
            ));
        }
        options = options.trace_id(TraceId::from_random(random));
    }
    if let Some(bytes) = input.integer(Begin::ReplyLimit)? {
        options = options.reply_limit(host::reply_limit(bytes)?);
    }
    Ok(options)
}

fn done(called: &ShapedCall, reply: &str) -> Writer {
    let mut writer = Writer::with_capacity(64 + 2 * reply.len());
    writer.bytes(b"done");
    writer.none();
    writer.nested(|writer| called.write_reply(reply, writer));
    writer
}

/// Returns the record of the attempt's request, which has a string to sign if the host signs.
fn attempt_record(id: u64, attempt: &Attempt<AnyCall>) -> Result<Writer, InvalidInput> {
    Ok(match attempt.string_to_sign() {
        Some(string_to_sign) => unsigned_record(id, string_to_sign),
        None => request_record(id, &attempt.request()?),
    })
}

/// Returns the record of a request that lacks its signature.
pub(crate) fn unsigned_record(id: u64, string_to_sign: &str) -> Writer {
    let mut writer = Writer::default();
    writer.display(id);
    for _ in records::Request::Method.index()..records::Request::StringToSign.index() {
        writer.none();
    }
    writer.bytes(string_to_sign.as_bytes());
    writer
}

/// Returns the record of a complete request. Its room is reserved at once: a record that grows
/// would leave a token behind in freed memory.
pub(crate) fn request_record(id: u64, request: &Request<Vec<u8>>) -> Writer {
    let headers = request.headers();
    let lengths = headers
        .iter()
        .map(|(name, value)| 8 + name.as_str().len() + value.len());
    let path = request.uri().path_and_query().map_or("", |it| it.as_str());
    let host = request.uri().authority().map_or("", |it| it.as_str());
    let room = 64 + host.len() + path.len() + lengths.sum::<usize>() + request.body().len();
    let mut writer = Writer::with_capacity(room);
    writer.display(id);
    writer.bytes(request.method().as_str().as_bytes());
    writer.display(request.uri());
    writer.nested(|writer| {
        for (name, value) in headers {
            writer.bytes(name.as_str().as_bytes());
            writer.bytes(value.as_bytes());
        }
    });
    if request.body().is_empty() {
        writer.none();
    } else {
        writer.bytes(request.body());
    }
    debug_assert!(writer.as_bytes().len() <= room, "the record has grown");
    writer
}
