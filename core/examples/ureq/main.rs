//! A first call over ureq, blocking.
//!
//! ```text
//! KOODRIVE_ENDPOINT=https://… KOODRIVE_USER_ID=… KOODRIVE_APP_ID=… KOODRIVE_APP_SECRET=… \
//!     cargo run --example ureq                    # reads the space usage, changes nothing
//!     cargo run --example ureq -- USER PACKAGE    # then reports that the package has expired
//! ```
//!
//! With `KOODRIVE_TOKEN` instead of an app id and its secret, the token is sent.
#![expect(
    clippy::disallowed_methods,
    reason = "a program has a clock; the core has none"
)]

mod transport;

use std::env;
use std::error::Error;

use koodrive::{
    Client, Credentials, Endpoint, GetSpaceUsageByOverview, NotifyPackageExpire, RequestOptions,
};
use transport::Transport;

fn main() -> Result<(), Box<dyn Error>> {
    let credentials = match env::var("KOODRIVE_TOKEN") {
        Ok(token) => Credentials::token(&token)?,
        Err(_) => Credentials::app(
            &env::var("KOODRIVE_APP_ID")?,
            &env::var("KOODRIVE_APP_SECRET")?,
        )?,
    };
    let endpoint = Endpoint::parse(&env::var("KOODRIVE_ENDPOINT")?)?;
    let client = Client::new(endpoint, env::var("KOODRIVE_USER_ID")?, credentials)?;
    let transport = Transport::new(|_| ());
    let options = RequestOptions::default();

    let usage = transport.send(&client, &GetSpaceUsageByOverview::new(), &options)?;
    println!(
        "{} KB used",
        usage.data.total_used.as_deref().unwrap_or("?")
    );

    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [carrier_user_id, package_id] = arguments.as_slice() {
        let call = NotifyPackageExpire::new(carrier_user_id, package_id)?;
        let reply = transport.send(&client, &call, &options)?;
        println!("code {}, msg {}", reply.code, reply.msg.unwrap_or_default());
    }
    Ok(())
}
