//! The server as another process sees it: raw bytes over TCP, one line on stdout, signals.
#![allow(clippy::unwrap_used, reason = "a failed test says where by panicking")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use koodrive::sandbox::{Sandbox, SandboxConfig};
use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire, Operation};

const BINARY: &str = env!("CARGO_BIN_EXE_koodrive-sandbox");

struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(flags: &[&str]) -> Self {
        let mut process = Command::new(BINARY)
            .args(flags)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = process.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let said: serde_json::Value = serde_json::from_str(&line).unwrap();
        let address = said["address"].as_str().unwrap().to_owned();
        assert_eq!(said["url"], format!("http://{address}"));
        Self { process, address }
    }

    fn client(&self) -> Client {
        let endpoint = Endpoint::parse(&format!("http://{}", self.address)).unwrap();
        let app = Credentials::app("example-app-id", "example-app-secret-not-real").unwrap();
        Client::new(endpoint, "1505084218764547200", app).unwrap()
    }

    /// A signed call, as bytes.
    fn call(&self) -> Vec<u8> {
        self.call_at(Utc::now())
    }

    fn call_at(&self, now: DateTime<Utc>) -> Vec<u8> {
        let call = NotifyPackageExpire::new("189642158555241211", "14").unwrap();
        self.bytes(&call, now)
    }

    fn bytes<O: Operation>(&self, call: &O, now: DateTime<Utc>) -> Vec<u8> {
        let request = self.client().request(call, now).unwrap();
        let mut head = format!(
            "{} {} HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\nconnection: close\r\n",
            request.method(),
            request.uri().path(),
            self.address,
            request.body().len()
        );
        for (name, value) in request.headers() {
            head.extend([name.as_str(), ": ", value.to_str().unwrap(), "\r\n"]);
        }
        [format!("{head}\r\n").as_bytes(), request.body()].concat()
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .unwrap();
        stream
    }

    /// Everything that comes until the connection ends.
    fn exchange(&self, request: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8(answer).unwrap()
    }

    fn get(&self, path: &str) -> String {
        let host = &self.address;
        self.exchange(
            format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").as_bytes(),
        )
    }

    fn accepted(&self) -> Vec<serde_json::Value> {
        serde_json::from_str(body(&self.get("/sandbox/accepted"))).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

fn run(flags: &[&str]) -> (Output, String) {
    let output = Command::new(BINARY).args(flags).output().unwrap();
    let said = [&*output.stdout, &*output.stderr].concat();
    (output, String::from_utf8(said).unwrap())
}

#[test]
fn a_signed_call_is_accepted_and_listed() {
    let server = Server::start(&[]);
    let answer = server.exchange(&server.call());
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(body(&answer), r#"{"code":0,"msg":"Success."}"#);

    let accepted = server.accepted();
    assert_eq!(accepted.len(), 1);
    assert_eq!(accepted[0]["carrierUserId"], "189642158555241211");
    assert_eq!(accepted[0]["packageId"], "14");
    assert_eq!(accepted[0]["type"], 2);
    assert!(accepted[0]["traceId"].is_null());
}

#[test]
fn what_breaks_the_contract_is_refused_with_its_reason() {
    let server = Server::start(&["--refused-status", "400"]);
    let mut request = server.call();
    request.pop();
    request.push(b' ');
    let answer = server.exchange(&request);
    assert!(
        answer.starts_with("HTTP/1.1 400 Bad Request\r\n"),
        "{answer}"
    );
    assert!(
        answer.contains("x-sandbox-reason: SIGNATURE_MISMATCH\r\n"),
        "{answer}"
    );

    let answer = server.get("/koodrive/ose/v1/carrier/retention/policy/getList");
    assert!(
        answer.contains("x-sandbox-reason: MISSING_AUTHORIZATION\r\n"),
        "{answer}"
    );
    assert!(server.accepted().is_empty());
}

#[test]
fn an_answer_is_cut_where_the_script_says() {
    let server = Server::start(&[
        "--fault",
        "cut",
        "--fault",
        "cut-in-headers",
        "--fault",
        "cut-after-headers",
    ]);
    assert_eq!(server.exchange(&server.call()), "");

    let within = server.exchange(&server.call());
    assert!(within.starts_with("HTTP/1.1 200 OK\r\n"), "{within}");
    assert!(!within.contains("\r\n\r\n"), "{within}");

    let after = server.exchange(&server.call());
    assert!(after.contains("content-length: 27\r\n"), "{after}");
    assert!(after.ends_with("\r\n\r\n"), "{after}");

    // Each of them was acted on, and then the script is over.
    assert!(
        server
            .exchange(&server.call())
            .ends_with(r#"{"code":0,"msg":"Success."}"#)
    );
    assert_eq!(server.accepted().len(), 4);
}

#[test]
fn an_answer_drips_byte_by_byte_and_the_next_one_on_the_connection_does_not() {
    let server = Server::start(&["--fault", r#"{"drip": 0.002}"#]);
    let request = String::from_utf8(server.call())
        .unwrap()
        .replace("connection: close\r\n", "");
    let mut stream = server.connect();
    let end_of_answer = b"\"Success.\"}";
    let answer = |stream: &mut TcpStream| {
        let start = Instant::now();
        stream.write_all(request.as_bytes()).unwrap();
        let (mut bytes, mut chunk) = (Vec::new(), [0; 1024]);
        while !bytes.ends_with(end_of_answer) {
            let read = stream.read(&mut chunk).unwrap();
            assert_ne!(read, 0, "{}", String::from_utf8_lossy(&bytes));
            bytes.extend_from_slice(&chunk[..read]);
        }
        (bytes.len(), start.elapsed())
    };
    let (bytes, took) = answer(&mut stream);
    let pauses = u32::try_from(bytes - 1).unwrap();
    assert!(
        took >= Duration::from_millis(2) * pauses,
        "{bytes} bytes in {took:?}"
    );

    let (_, took) = answer(&mut stream);
    assert!(took < Duration::from_millis(200), "{took:?}");
    stream.shutdown(Shutdown::Both).unwrap();
}

#[test]
fn an_answer_is_late_and_a_status_is_not_an_act() {
    let server = Server::start(&["--fault", r#"{"delay": 0.2}"#, "--fault", "429"]);
    let start = Instant::now();
    assert!(
        server
            .exchange(&server.call())
            .starts_with("HTTP/1.1 200 OK\r\n")
    );
    assert!(start.elapsed() >= Duration::from_millis(200));
    let answer = server.exchange(&server.call());
    assert!(
        answer.starts_with("HTTP/1.1 429 Too Many Requests\r\n"),
        "{answer}"
    );
    assert_eq!(server.accepted().len(), 1);
}

#[test]
fn the_servers_clock_can_run_behind() {
    let server = Server::start(&["--clock-offset", "-3600"]);
    let answer = server.exchange(&server.call());
    assert!(
        answer.contains("x-sandbox-reason: FUTURE_X_DATE\r\n"),
        "{answer}"
    );
    let an_hour_ago = Utc::now() - TimeDelta::hours(1);
    let answer = server.exchange(&server.call_at(an_hour_ago));
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[test]
fn a_body_of_more_than_1_mib_is_refused() {
    let server = Server::start(&[]);
    let host = &server.address;
    let head = format!(
        "POST / HTTP/1.1\r\nhost: {host}\r\ncontent-length: 1048577\r\nconnection: close\r\n\r\n"
    );
    let answer = server.exchange(&[head.into_bytes(), vec![b' '; 1_048_577]].concat());
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[test]
fn web_pages_may_call_only_where_told_so() {
    let preflight = |server: &Server| {
        let host = &server.address;
        let request = format!("OPTIONS / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        server.exchange(request.as_bytes())
    };
    // The preflight takes nothing from the script.
    let server = Server::start(&["--cors", "--fault", "503"]);
    let answer = preflight(&server);
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    assert!(
        answer.contains("access-control-allow-origin: *\r\n"),
        "{answer}"
    );
    let answer = server.exchange(&server.call());
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(
        answer.contains("access-control-expose-headers: date, "),
        "{answer}"
    );

    let answer = preflight(&Server::start(&[]));
    assert!(!answer.contains("access-control"), "{answer}");
}

#[test]
fn flags_replace_what_the_file_says() {
    let file = std::env::temp_dir().join(format!("koodrive-sandbox-{}.json", std::process::id()));
    std::fs::write(
        &file,
        r#"{"msg": "成功", "codeAsText": true, "packageIds": ["7"]}"#,
    )
    .unwrap();
    let server = Server::start(&["--config", file.to_str().unwrap(), "--package-id", "14"]);
    std::fs::remove_file(&file).unwrap();
    let answer = server.exchange(&server.call());
    assert_eq!(body(&answer), r#"{"code":"0","msg":"成功"}"#);
}

#[test]
fn a_flag_that_cannot_be_is_refused_without_repeating_secrets() {
    for (flags, message) in [
        (
            ["--app", "hush"],
            "koodrive-sandbox: --app has no =; write --app ID=SECRET\n",
        ),
        (
            ["--token", " hush"],
            "koodrive-sandbox: token: begins or ends with a space; remove it, HTTP does not carry it\n",
        ),
        (
            ["--refused-status", "403"],
            "koodrive-sandbox: refusedStatus: 403 is not published; pass 400 or 401\n",
        ),
    ] {
        let (output, said) = run(&flags);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(said, message);
    }
    let (output, said) = run(&["--fault", "cut-somewhere"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("\"cut-after-headers\""), "{said}");
}

#[test]
fn the_help_and_the_readme_name_every_flag() {
    let (output, help) = run(&["--help"]);
    assert!(output.status.success());
    let in_help: BTreeSet<&str> = help.split_whitespace().filter_map(flag).collect();
    assert_eq!(in_help.len(), 22, "{in_help:?}");
    let readme = include_str!("../README.md");
    let rows = readme.lines().filter(|line| line.starts_with("| `--"));
    let in_readme: BTreeSet<&str> = rows
        .flat_map(|row| row.split('|').nth(1).unwrap_or_default().split('`'))
        .filter_map(flag)
        .collect();
    assert_eq!(in_readme, in_help);
}

/// Returns the flag with which a word begins.
fn flag(word: &str) -> Option<&str> {
    let name = word.strip_prefix("--")?;
    let end = name.find(|c: char| !c.is_ascii_lowercase() && c != '-');
    Some(&word[..end.map_or(word.len(), |end| end + 2)])
}

#[test]
fn the_readmes_configuration_is_one() {
    let readme = include_str!("../README.md");
    let (_, json) = readme.split_once("```json\n{\n").unwrap();
    let (json, _) = json.split_once("```").unwrap();
    let config = SandboxConfig::from_json(&["{", json].concat()).unwrap();
    assert_eq!(config.authority.as_deref(), Some("gateway.example:8443"));
    Sandbox::new(config).unwrap();
}

#[cfg(unix)]
#[test]
fn it_ends_cleanly_on_a_signal() {
    for signal in ["-TERM", "-INT"] {
        let mut server = Server::start(&["--fault", r#"{"delay": 60}"#]);
        let mut waiting = server.connect();
        waiting.write_all(&server.call()).unwrap();
        let process = server.process.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &process])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(server.process.wait().unwrap().code(), Some(0), "{signal}");
    }
}
