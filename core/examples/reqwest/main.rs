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
    Client, Credentials, Endpoint, GetCurrentRetentionPolicy, NotifyPackageExpire, Operation,
    TransportError,
};
use reqwest::redirect;

/// The longest reply that is read, in bytes.
const REPLY_LIMIT: usize = 1 << 20;

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
    let http = reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        // What was not answered may have been done: nothing below may send it twice.
        .retry(reqwest::retry::never())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(30))
        .build()?;

    let policies = send(&http, &client, &GetCurrentRetentionPolicy::new()).await?;
    println!("{} retention policies", policies.policy_list.len());

    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [carrier_user_id, package_id] = arguments.as_slice() {
        let call = NotifyPackageExpire::new(carrier_user_id, package_id)?;
        let reply = send(&http, &client, &call).await?;
        println!("code {}, msg {}", reply.code, reply.msg.unwrap_or_default());
    }
    Ok(())
}

/// One attempt, and one more only when the service refused the clock.
async fn send<O: Operation>(
    http: &reqwest::Client,
    client: &Client,
    call: &O,
) -> Result<O::Reply, koodrive::Error> {
    match attempt(http, client, call).await {
        // Refused for its date, which the reply has just corrected: signing anew is no repeat.
        Err(koodrive::Error::Reply(error)) if error.is_clock_refusal() => {
            attempt(http, client, call).await
        }
        result => result,
    }
}

async fn attempt<O: Operation>(
    http: &reqwest::Client,
    client: &Client,
    call: &O,
) -> Result<O::Reply, koodrive::Error> {
    let sent_at = Utc::now();
    let request = client.request(call, sent_at)?;
    let x_date = request.headers()[koodrive::header::X_DATE].clone();
    let request = reqwest::Request::try_from(request).map_err(TransportError::not_sent)?;
    let mut response = http.execute(request).await.map_err(|error| {
        // Refused, DNS, TLS, connect time-out: reqwest calls all of them "connect".
        if error.is_connect() {
            TransportError::not_sent(&error)
        } else {
            TransportError::outcome_unknown(&error)
        }
    })?;
    let (status, headers) = (response.status(), response.headers().clone());
    client.observe_clock(&headers, sent_at, Utc::now());

    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(TransportError::outcome_unknown)?
    {
        body.extend_from_slice(&chunk);
        if body.len() > REPLY_LIMIT {
            let error = client.reply_too_long(call, status, &headers, &body, REPLY_LIMIT);
            return Err(error.into());
        }
    }
    let x_date = x_date.to_str().unwrap_or_default();
    Ok(client
        .parse_parts(call, status, &headers, &body)
        .map_err(|error| error.with_x_date(x_date))?)
}
