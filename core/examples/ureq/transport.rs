//! koodrive over ureq: one attempt, and one more only when the service refused the clock.

use std::io;
use std::time::Duration;

use chrono::Utc;
use http::Request;
use koodrive::{Client, Error, Operation, RequestOptions, TransportError};
use ureq::Agent;

/// The longest reply that is read, in bytes.
const REPLY_LIMIT: u64 = 1 << 20;

/// An agent that sends what was built and nothing else, and a look at what it sends.
pub(crate) struct Transport {
    agent: Agent,
    on_request: fn(&Request<Vec<u8>>),
}

impl Transport {
    /// Redirects are not followed, and a status is no error: koodrive reads it.
    pub(crate) fn new(on_request: fn(&Request<Vec<u8>>)) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent("")
            .timeout_connect(Some(Duration::from_secs(5)))
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self {
            agent: config.new_agent(),
            on_request,
        }
    }

    /// Sends a call and reads the reply.
    pub(crate) fn send<O: Operation>(
        &self,
        client: &Client,
        call: &O,
        options: &RequestOptions,
    ) -> Result<O::Reply, Error> {
        match self.attempt(client, call, options) {
            // Refused for its date, which the reply has just corrected: signing anew is no repeat.
            Err(Error::Reply(error)) if error.is_clock_refusal() && !options.has_date() => {
                self.attempt(client, call, options)
            }
            result => result,
        }
    }

    fn attempt<O: Operation>(
        &self,
        client: &Client,
        call: &O,
        options: &RequestOptions,
    ) -> Result<O::Reply, Error> {
        let sent_at = Utc::now();
        let request = client.request_with(call, sent_at, options)?;
        let x_date = request.headers()[koodrive::header::X_DATE].clone();
        (self.on_request)(&request);
        let response = self
            .agent
            .run(request)
            .map_err(|error| unanswered(&error))?;
        client.observe_clock(response.headers(), sent_at, Utc::now());

        let (parts, body) = response.into_parts();
        let read = body.into_with_config().limit(REPLY_LIMIT).read_to_vec();
        let reply = match read {
            Ok(body) => client.parse_parts(call, parts.status, &parts.headers, &body),
            Err(ureq::Error::BodyExceedsLimit(_)) => {
                let limit = usize::try_from(REPLY_LIMIT).unwrap_or(usize::MAX);
                Err(client.reply_too_long(call, parts.status, &parts.headers, &[], limit))
            }
            Err(error) => return Err(TransportError::outcome_unknown(error).into()),
        };
        let x_date = x_date.to_str().unwrap_or_default();
        Ok(reply.map_err(|error| error.with_x_date(x_date))?)
    }
}

/// Only what fails before the connection stands was surely not sent.
fn unanswered(error: &ureq::Error) -> TransportError {
    let not_sent = match error {
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::Tls(_)
        | ureq::Error::Rustls(_)
        | ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => true,
        ureq::Error::Io(error) => matches!(
            error.kind(),
            io::ErrorKind::ConnectionRefused
                | io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
        ),
        _ => false,
    };
    if not_sent {
        TransportError::not_sent(error)
    } else {
        TransportError::outcome_unknown(error)
    }
}
