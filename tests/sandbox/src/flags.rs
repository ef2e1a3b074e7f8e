//! The flags. Each of them is a field of the sandbox's configuration, apart from those about the
//! server itself.

use std::fs;
use std::path::PathBuf;

use clap::Parser;
use koodrive::sandbox::{Allowance, App, Fault, RandomFaults, SandboxConfig};

/// Stands in for KooDrive's carrier API: judges requests as strictly as the published pages read,
/// and acts on none.
///
/// Prints one line of JSON with its address once it listens on 127.0.0.1. Ends on SIGTERM and
/// SIGINT. A flag replaces the same field of --config. Without --app and --token, app
/// example-app-id with secret example-app-secret-not-real and token example-token-not-real are
/// known.
#[derive(Parser)]
#[command(version)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a flag without a value is a bool"
)]
pub(crate) struct Flags {
    /// Port to listen on; 0 lets the system choose
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,

    /// Configuration as a JSON file; it also has fields without a flag: msg, policies, spaceUsage,
    /// answers, authority, prefix
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// App id and app secret that are known, repeatable; the first = separates them
    #[arg(long, value_name = "ID=SECRET")]
    app: Vec<String>,

    /// Token that is known, bare or with its scheme, repeatable
    #[arg(long)]
    token: Vec<String>,

    /// X-User-Id that exists, repeatable; default any
    #[arg(long, value_name = "ID")]
    user_id: Vec<String>,

    /// X-User-Id that is on the whitelist, repeatable; default everyone
    #[arg(long, value_name = "USER_ID")]
    whitelist: Vec<String>,

    /// carrierUserId that exists, repeatable; default any
    #[arg(long, value_name = "ID")]
    carrier_user_id: Vec<String>,

    /// packageId that exists, repeatable; default any
    #[arg(long, value_name = "ID")]
    package_id: Vec<String>,

    /// Status for refused credentials, 400 or 401; default 401
    #[arg(long, value_name = "STATUS")]
    refused_status: Option<u16>,

    /// Value of type that is accepted, repeatable; default 2, so that the page's own example (1) is
    /// refused
    #[arg(long, value_name = "INTEGER", allow_negative_numbers = true)]
    accept_type: Vec<i64>,

    /// Value of changeType of reverseOrder that is accepted, repeatable; default 1
    #[arg(long, value_name = "INTEGER", allow_negative_numbers = true)]
    accept_change_type: Vec<i64>,

    /// Refuse a call of notifyPackageExpire or reverseOrder whose body was accepted before
    #[arg(long)]
    refuse_repeats: bool,

    /// Copy the request's x-traceid into the reply
    #[arg(long)]
    echo_trace_id: bool,

    /// Let an app id call the three retention-policy operations, which take a token only according
    /// to the publisher
    #[arg(long)]
    app_authentication_everywhere: bool,

    /// Write code as text instead of an integer
    #[arg(long)]
    code_as_text: bool,

    /// Fault of the next request, repeatable, one per request: 429, pass, cut, cut-in-headers,
    /// cut-after-headers, '{"delay": 2}', '{"drip": 0.01}', '{"status": 502, "body": "<html>"}'
    #[arg(long, value_name = "FAULT")]
    fault: Vec<String>,

    /// Random faults, such as '{"share": 0.04, "of": [503, 500, "cut"], "seed": 7}'; without "of":
    /// 503, 500, 429 and cut
    #[arg(long, value_name = "JSON")]
    random_faults: Option<String>,

    /// Allowed requests per second, such as '{"perSecond": 50, "burst": 50, "retryAfter": 1}'; 429
    /// beyond
    #[arg(long, value_name = "JSON")]
    allowance: Option<String>,

    /// Run the server's clock this many seconds ahead of the real one, or behind it if negative
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    pub(crate) clock_offset: i32,

    /// Let web pages of any origin call: answer OPTIONS and send CORS headers
    #[arg(long)]
    pub(crate) cors: bool,
}

impl Flags {
    /// The file's configuration with the flags on top. An error never repeats what may be a secret.
    pub(crate) fn sandbox_config(&self) -> Result<SandboxConfig, String> {
        let mut config = match &self.config {
            Some(file) => {
                let json = fs::read_to_string(file)
                    .map_err(|error| format!("--config {}: {error}", file.display()))?;
                SandboxConfig::from_json(&json)
                    .map_err(|error| format!("--config {}: {error}", file.display()))?
            }
            None => SandboxConfig::default(),
        };
        if !self.app.is_empty() {
            config.apps = self
                .app
                .iter()
                .map(|app| {
                    let (id, secret) = app
                        .split_once('=')
                        .ok_or("--app has no =; write --app ID=SECRET")?;
                    Ok(App::new(id, secret))
                })
                .collect::<Result<_, String>>()?;
        }
        if !self.token.is_empty() {
            config.tokens = self
                .token
                .iter()
                .map(|token| token.as_str().into())
                .collect();
        }
        for (ids, field) in [
            (&self.user_id, &mut config.user_ids),
            (&self.whitelist, &mut config.whitelist),
            (&self.carrier_user_id, &mut config.carrier_user_ids),
            (&self.package_id, &mut config.package_ids),
        ] {
            if !ids.is_empty() {
                *field = Some(ids.iter().cloned().collect());
            }
        }
        if let Some(status) = self.refused_status {
            config.refused_status = status;
        }
        if !self.accept_type.is_empty() {
            config.accepted_types.clone_from(&self.accept_type);
        }
        if !self.accept_change_type.is_empty() {
            config
                .accepted_change_types
                .clone_from(&self.accept_change_type);
        }
        config.refuse_repeats |= self.refuse_repeats;
        config.echo_trace_id |= self.echo_trace_id;
        config.code_as_text |= self.code_as_text;
        config.app_authentication_everywhere |= self.app_authentication_everywhere;
        if !self.fault.is_empty() {
            config.faults = self
                .fault
                .iter()
                .map(|fault| read_fault(fault))
                .collect::<Result<_, _>>()?;
        }
        if let Some(json) = &self.random_faults {
            let faults: RandomFaults = read("random-faults", json)?;
            config.random_faults = Some(faults);
        }
        if let Some(json) = &self.allowance {
            let allowance: Allowance = read("allowance", json)?;
            config.allowance = Some(allowance);
        }
        Ok(config)
    }
}

fn read<'a, T: serde::Deserialize<'a>>(flag: &str, json: &'a str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| format!("--{flag} {json}: {error}"))
}

/// JSON, or a word without its quotes.
fn read_fault(text: &str) -> Result<Fault, String> {
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let read = if is_word {
        serde_json::from_value(text.into())
    } else {
        serde_json::from_str(text)
    };
    read.map_err(|error| format!("--fault {text}: {error}"))
}
