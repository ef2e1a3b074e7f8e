//! The demo's Rust part: over ureq, with an app id and with a token, the safe call and then the
//! notification; last, a call that is refused for its secret. `cargo xtask demo` starts the sandbox
//! for it.

#[path = "../../core/examples/ureq/transport.rs"]
mod transport;

use std::env;
use std::error::Error;

use chrono::{TimeDelta, Utc};
use http::Request;
use koodrive::signing::explain;
use koodrive::{
    CLOCK_MARGIN_DEFAULT, Client, Credentials, Endpoint, GetSpaceUsageByOverview,
    NotifyPackageExpire, RequestOptions,
};
use transport::Transport;

fn main() -> Result<(), Box<dyn Error>> {
    let setting = |name: &str| env::var(format!("KOODRIVE_{name}"));
    let endpoint = Endpoint::parse(&setting("ENDPOINT")?)?;
    let user_id = setting("USER_ID")?;
    let app = Credentials::app(&setting("APP_ID")?, &setting("APP_SECRET")?)?;
    let client = Client::new(endpoint, user_id, app)?;
    let transport = Transport::new(show);
    let options = RequestOptions::default();
    let call = NotifyPackageExpire::new("189642158555241211", "14")?;

    let token = Credentials::token(&setting("TOKEN")?)?;
    for (mode, client) in [
        ("app id", client.clone()),
        ("token", client.with_credentials(token)),
    ] {
        println!("\nRust, ureq, {mode}");
        let reply = transport.send(&client, &GetSpaceUsageByOverview::new(), &options)?;
        println!(
            "  code {}, msg {} ({} KB used)",
            reply.code,
            reply.msg.unwrap_or_default(),
            reply.data.total_used.as_deref().unwrap_or("?")
        );
        let reply = transport.send(&client, &call, &options)?;
        println!(
            "  code {}, msg {}",
            reply.code,
            reply.msg.unwrap_or_default()
        );
    }

    println!("\nRust, ureq, a wrong secret");
    let wrong = client.with_credentials(Credentials::app(&setting("APP_ID")?, "not-the-secret")?);
    // A date of our own, so that it is the same in the request and in its explanation.
    let now = Utc::now();
    let options = options.date(now - TimeDelta::seconds(CLOCK_MARGIN_DEFAULT.into()));
    let refused = transport
        .send(&wrong, &call, &options)
        .err()
        .ok_or("a wrong secret was accepted")?;
    println!(
        "  {}, {}: {}",
        refused.kind(),
        refused.outcome(),
        refused.to_string().replace('\n', "\n  ")
    );
    let found = explain(&wrong, &call, now, &options, refused.msg())?;
    println!(
        "  explain: {}",
        found.finding.ok_or("explain found nothing")?
    );
    Ok(())
}

/// Prints the request as it leaves, Authorization masked.
fn show(request: &Request<Vec<u8>>) {
    println!("  {} {}", request.method(), request.uri());
    for (name, value) in request.headers() {
        let value = if name == "authorization" {
            "***"
        } else {
            value.to_str().unwrap_or("?")
        };
        println!("    {name}: {value}");
    }
    if !request.body().is_empty() {
        println!("    {}", String::from_utf8_lossy(request.body()));
    }
}
