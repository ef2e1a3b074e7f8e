//! koodrive over ureq: one attempt, and one more only when the service refused the clock.

use std::io::{self, Read as _};
use std::time::Duration;

use chrono::Utc;
use http::Request;
use koodrive::{
    Attempt, Client, Error, Operation, REPLY_LIMIT_DEFAULT, RequestOptions, TransportError,
};
use ureq::Agent;

/// An agent that sends what was built and nothing else, and a look at what it sends.
pub(crate) struct Transport {
    agent: Agent,
    on_request: fn(&Request<Vec<u8>>),
}

impl Transport {
    /// Redirects are not followed, and every status is a response that koodrive reads.
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

    /// Sends `call` once, and once more only if the service refused the clock.
    pub(crate) fn send<O: Operation>(
        &self,
        client: &Client,
        call: &O,
        options: &RequestOptions,
    ) -> Result<O::Reply, Error> {
        let mut attempt = client.attempt(call, Utc::now(), options)?;
        loop {
            let error = match self.exchange(&attempt) {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            match attempt.again(&error, client, Utc::now())? {
                Some(next) => attempt = next,
                None => return Err(error),
            }
        }
    }

    fn exchange<O: Operation>(&self, attempt: &Attempt<O>) -> Result<O::Reply, Error> {
        let request = attempt.request()?;
        (self.on_request)(&request);
        let response = self
            .agent
            .run(request)
            .map_err(|error| attempt.failed(unanswered(&error)))?;
        let (parts, mut body) = response.into_parts();
        // One byte more than the limit, which the attempt then refuses.
        let mut read = Vec::new();
        body.as_reader()
            .take(REPLY_LIMIT_DEFAULT as u64 + 1)
            .read_to_end(&mut read)
            .map_err(|error| attempt.failed(TransportError::outcome_unknown(error)))?;
        Ok(attempt.reply(parts.status, &parts.headers, &read, Utc::now())?)
    }
}

/// Only a failure before the connection is established proves that the request was not sent.
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
