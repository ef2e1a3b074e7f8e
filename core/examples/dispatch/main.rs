//! Many calls over reqwest: rows of `carrierUserId,packageId` from standard input, one outcome a
//! line on standard output.
//!
//! `cargo run --features dispatch --example dispatch -- [rate=20] [concurrency=8] [backoff=0.5] < lapsed.csv`,
//! with the settings of the example `ureq`. Where `KOODRIVE_TOKEN_FILE` is set the token is read
//! from that file, and again whenever a fresh one is needed. Ctrl-C stops sending and awaits the
//! requests in flight.
#![expect(
    clippy::disallowed_methods,
    reason = "a program has clocks, an environment and files; the core has none"
)]

mod exchange;

use std::env;
use std::error::Error;
use std::io::BufRead as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use chrono::Utc;
use koodrive::dispatch::{Action, Config, Dispatcher, Now, Ticket, Verdict};
use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire};
use tokio::task::JoinSet;

use exchange::{Answer, exchange};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let token_file = env::var("KOODRIVE_TOKEN_FILE").ok();
    let credentials = match (&token_file, env::var("KOODRIVE_TOKEN")) {
        (Some(file), _) => token(file)?,
        (None, Ok(token)) => Credentials::token(&token)?,
        (None, Err(_)) => Credentials::app(
            &env::var("KOODRIVE_APP_ID")?,
            &env::var("KOODRIVE_APP_SECRET")?,
        )?,
    };
    let endpoint = Endpoint::parse(&env::var("KOODRIVE_ENDPOINT")?)?;
    let client = Client::new(endpoint, env::var("KOODRIVE_USER_ID")?, credentials)?;

    let mut config = Config::default().renews_token(token_file.is_some());
    for argument in env::args().skip(1) {
        config = match argument.split_once('=') {
            Some(("rate", per_second)) => config.rate(per_second.parse()?)?,
            Some(("concurrency", requests)) => config.concurrency(requests.parse()?)?,
            Some(("backoff", seconds)) => {
                config.backoff(Duration::try_from_secs_f64(seconds.parse()?)?)?
            }
            _ => {
                let usage = "usage: dispatch [rate=20] [concurrency=8] [backoff=0.5] < lapsed.csv";
                return Err(usage.into());
            }
        };
    }
    let http = exchange::client()?;
    let limit = config.reply_limit_bytes();
    let mut dispatcher: Dispatcher<usize> = Dispatcher::new(&client, config, getrandom::u64()?);

    let mut rows = std::io::stdin().lock().lines().enumerate();
    let mut exchanges: JoinSet<(Ticket, Answer)> = JoinSet::new();
    let start = Instant::now();
    let now = || Now::new(Utc::now(), start.elapsed());
    let mut all_delivered = true;
    loop {
        match dispatcher.poll(now()) {
            Action::Calls(calls) => {
                for _ in 0..calls {
                    let Some((line, row)) = rows.next() else {
                        dispatcher.finish();
                        break;
                    };
                    let row = row?;
                    let (user, package) = row
                        .split_once(',')
                        .ok_or("a row is carrierUserId,packageId")?;
                    let call = NotifyPackageExpire::new(user, package)?;
                    dispatcher
                        .push(line + 1, &call)
                        .map_err(|refused| refused.reason)?;
                }
            }
            Action::Send(outgoing) => {
                let (http, ticket) = (http.clone(), outgoing.ticket);
                let request = dispatcher.request(outgoing)?;
                exchanges.spawn(async move { (ticket, exchange(&http, request, limit).await) });
            }
            Action::Outcome(outcome) => {
                all_delivered &= outcome.verdict == Verdict::Delivered;
                let line = outcome.key;
                // The first line says what happened; what to check is below it.
                let error = outcome.error.map(|error| error.to_string());
                let why = error.as_deref().and_then(|error| error.lines().next());
                println!(
                    "line {line}: {} after {} attempts: {}",
                    outcome.verdict,
                    outcome.attempts,
                    why.unwrap_or("code 0")
                );
            }
            Action::Token => match token_file.as_deref().map(token) {
                Some(Ok(fresh)) => dispatcher.set_credentials(fresh, now()),
                Some(Err(_)) | None => dispatcher.token_failed(now()),
            },
            Action::Halted(halt) => {
                eprintln!("{halt}");
                dispatcher.cancel();
            }
            Action::Wait(until) => {
                let until =
                    until.map_or(Duration::MAX, |until| until.saturating_sub(start.elapsed()));
                tokio::select! {
                    Some(ended) = exchanges.join_next() => match ended? {
                        (ticket, Ok((status, headers, body))) => {
                            dispatcher.handle_response(ticket, status, &headers, &body, now())?;
                        }
                        (ticket, Err(error)) => dispatcher.handle_failure(ticket, error, now())?,
                    },
                    () = tokio::time::sleep(until) => {}
                    _ = tokio::signal::ctrl_c() => dispatcher.cancel(),
                }
            }
            Action::Done => break,
        }
    }
    Ok(if all_delivered {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn token(file: &str) -> Result<Credentials, Box<dyn Error>> {
    Ok(Credentials::token(std::fs::read_to_string(file)?.trim())?)
}
