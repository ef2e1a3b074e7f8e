//! A first call over reqwest, asynchronous: the settings are those of the example `ureq`.
#![expect(
    clippy::disallowed_methods,
    reason = "a program has a clock; the core has none"
)]

use std::env;
use std::error::Error;
use std::time::Duration;

use chrono::Utc;
use koodrive::{
    Attempt, Client, Credentials, Endpoint, GetSpaceUsageByOverview, NotifyPackageExpire,
    Operation, REPLY_LIMIT_DEFAULT, RequestOptions, TraceId, TransportError,
};
use reqwest::redirect;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let credentials = match env::var("KOODRIVE_TOKEN") {
        Ok(token) => Credentials::token(&token)?,
        Err(_) => Credentials::app(
            &env::var("KOODRIVE_APP_ID")?,
            &env::var("KOODRIVE_APP_SECRET")?,
        )?,
    };
    let endpoint = Endpoint::parse(&env::var("KOODRIVE_ENDPOINT")?)?;
    let client = Client::new(endpoint, env::var("KOODRIVE_USER_ID")?, credentials)?;
    // With its default features reqwest has a provider of its own, and this line is not needed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        // A request without a reply may have been acted on: reqwest must not send it twice.
        .retry(reqwest::retry::never())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(30))
        .build()?;

    let usage = send(&http, &client, &GetSpaceUsageByOverview::new()).await?;
    println!(
        "{} KB used",
        usage.data.total_used.as_deref().unwrap_or("?")
    );

    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [carrier_user_id, package_id] = arguments.as_slice() {
        let call = NotifyPackageExpire::new(carrier_user_id, package_id)?;
        let reply = send(&http, &client, &call).await?;
        println!("code {}, msg {}", reply.code, reply.msg.unwrap_or_default());
    }
    Ok(())
}

/// Sends `call` once, and once more only if the service refused the clock.
async fn send<O: Operation>(
    http: &reqwest::Client,
    client: &Client,
    call: &O,
) -> Result<O::Reply, koodrive::Error> {
    // Huawei's support asks for the trace id; replies and errors carry it.
    let mut random = [0; 29];
    getrandom::fill(&mut random).map_err(TransportError::not_sent)?;
    let options = RequestOptions::default().trace_id(TraceId::from_random(random));
    let mut attempt = client.attempt(call, Utc::now(), &options)?;
    loop {
        let error = match exchange(http, &attempt).await {
            Ok(reply) => return Ok(reply),
            Err(error) => error,
        };
        match attempt.again(&error, client, Utc::now())? {
            Some(next) => attempt = next,
            None => return Err(error),
        }
    }
}

async fn exchange<O: Operation>(
    http: &reqwest::Client,
    attempt: &Attempt<O>,
) -> Result<O::Reply, koodrive::Error> {
    let request = reqwest::Request::try_from(attempt.request()?)
        .map_err(|error| attempt.failed(TransportError::not_sent(error)))?;
    let mut response = http.execute(request).await.map_err(|error| {
        // Refused, DNS, TLS, connect time-out: reqwest calls all of them "connect".
        attempt.failed(if error.is_connect() {
            TransportError::not_sent(error)
        } else {
            TransportError::outcome_unknown(error)
        })
    })?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| attempt.failed(TransportError::outcome_unknown(error)))?
    {
        body.extend_from_slice(&chunk);
        if body.len() > REPLY_LIMIT_DEFAULT {
            break;
        }
    }
    Ok(attempt.reply(status, &headers, &body, Utc::now())?)
}
