//! koodrive over ureq: one attempt, and one more only when the service refused the clock.

use std::io;
use std::time::Duration;

use chrono::Utc;
use koodrive::{Client, Error, Operation, RequestOptions, TransportError};
use ureq::Agent;
use ureq::config::ConfigBuilder;
use ureq::http::Response;
use ureq::typestate::AgentScope;

/// The longest reply that is read, in bytes.
const REPLY_LIMIT: u64 = 1 << 20;

/// For an agent that sends what was built and nothing else: redirects are not followed, and a status is no error.
pub(crate) fn config() -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent("")
        .timeout_connect(Some(Duration::from_secs(5)))
        .timeout_global(Some(Duration::from_secs(30)))
}

/// Sends a call and reads the reply.
pub(crate) fn send<O: Operation>(
    agent: &Agent,
    client: &Client,
    call: &O,
    options: &RequestOptions,
) -> Result<O::Reply, Error> {
    match attempt(agent, client, call, options) {
        // Refused for its date, which the reply has just corrected: signing anew is no repeat.
        Err(Error::Reply(error)) if error.is_clock_refusal() => {
            attempt(agent, client, call, options)
        }
        result => result,
    }
}

fn attempt<O: Operation>(
    agent: &Agent,
    client: &Client,
    call: &O,
    options: &RequestOptions,
) -> Result<O::Reply, Error> {
    let sent_at = Utc::now();
    let request = client.request_with(call, sent_at, options)?;
    let x_date = request.headers().get(koodrive::header::X_DATE).cloned();
    let response = agent.run(request).map_err(|error| unanswered(&error))?;
    client.observe_clock(response.headers(), sent_at, Utc::now());

    let (parts, body) = Response::into_parts(response);
    let read = body.into_with_config().limit(REPLY_LIMIT).read_to_vec();
    let reply = match read {
        Ok(body) => client.parse_parts(call, parts.status, &parts.headers, &body),
        Err(ureq::Error::BodyExceedsLimit(_)) => Err(client.reply_too_long(
            call,
            parts.status,
            &parts.headers,
            &[],
            usize::try_from(REPLY_LIMIT).unwrap_or(usize::MAX),
        )),
        Err(error) => return Err(TransportError::outcome_unknown(error).into()),
    };
    let x_date = x_date.as_ref().and_then(|date| date.to_str().ok());
    Ok(reply.map_err(|error| error.with_x_date(x_date.unwrap_or_default()))?)
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
