//! `cargo xtask workbench`: the workbench page with the built package beside it, and a server to open it from.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::sandbox::Sandbox;
use crate::stamp::files;
use crate::test::{Counts, count, suites};
use crate::{chromium, npm, runtimes, sh};

/// What belongs to the page, and how it is served. Everything else in its folder is about it.
const TYPES: [(&str, &str); 4] = [
    ("html", "text/html; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("svg", "image/svg+xml"),
];

/// Longest head of a request that is read.
const LONGEST_HEAD: u64 = 16 * 1024;

/// Prints where the page is, and serves it until the program is ended.
pub(crate) fn run() -> Result<()> {
    let folder = assemble()?;
    let (listener, url) = listen()?;
    println!("The page is in {}, for any static host.", folder.display());
    println!("{url}");
    serve(&listener, &folder);
    Ok(())
}

/// Makes the page's picture anew.
pub(crate) fn screenshot() -> Result<()> {
    let mut command = in_chromium()?;
    command.arg(tests().join("screenshot.mjs"));
    sh::run(command.arg(page().join("screenshot.png")))
}

/// Uses the page in Chromium as a visitor does, with the sandbox as the service.
pub(crate) fn test() -> Result<Counts> {
    let sandbox = Sandbox::start(&[])?;
    let mut command = in_chromium()?;
    let mut tests = files(&tests())?;
    tests.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    command
        .args(["--test", "--test-reporter=tap", "--test-concurrency=2"])
        .args(tests)
        .env("KOODRIVE_VECTORS", sh::root().join("tests/conformance"));
    suites::counted(sandbox.settings(&mut command), count::tap)
}

/// Node, which finds the page assembled, served, and Chromium to open it in.
fn in_chromium() -> Result<std::process::Command> {
    let folder = assemble()?;
    let (listener, url) = listen()?;
    let mut command = sh::program("node");
    command
        .env("KOODRIVE_CHROMIUM", chromium::program()?)
        .env("KOODRIVE_TOOLS", runtimes::tools()?)
        .env("KOODRIVE_WORKBENCH", url)
        .env("KOODRIVE_WORKBENCH_FOLDER", &folder);
    // Ends with this program.
    thread::spawn(move || serve(&listener, &folder));
    Ok(command)
}

/// The page's files, the package as the page imports it, and the licences of both.
fn assemble() -> Result<PathBuf> {
    let package = npm::build()?;
    let folder = sh::target().join("workbench");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let copy = |from: &Path, name: &str| {
        fs::copy(from, folder.join(name)).with_context(|| format!("cannot copy {}", from.display()))
    };
    for file in files(&page())? {
        if let (Some(name), Some(_)) = (file.file_name(), content_type(&file)) {
            copy(&file, &name.to_string_lossy())?;
        }
    }
    copy(&package.join("dist/index.js"), "koodrive.js")?;
    for name in ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENSES"] {
        copy(&package.join(name), name)?;
    }
    Ok(folder)
}

fn content_type(file: &Path) -> Option<&'static str> {
    let extension = file.extension()?;
    let (_, content_type) = TYPES.iter().find(|(of, _)| extension == *of)?;
    Some(content_type)
}

fn listen() -> Result<(TcpListener, String)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://{}/", listener.local_addr()?);
    Ok((listener, url))
}

fn serve(listener: &TcpListener, folder: &Path) {
    for stream in listener.incoming().flatten() {
        let folder = folder.to_owned();
        // A browser that goes away is no error.
        thread::spawn(move || answer(stream, &folder).unwrap_or_default());
    }
}

fn answer(mut stream: TcpStream, folder: &Path) -> Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut head = Vec::new();
    for line in BufReader::new(stream.try_clone()?.take(LONGEST_HEAD)).lines() {
        match line?.as_str() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let request = head.first().map(String::as_str).unwrap_or_default();
    let (status, content_type, body) = match file(request, folder) {
        Some((content_type, body)) => ("200 OK", content_type, body),
        None => ("404 Not Found", "text/plain", b"not found\n".to_vec()),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\ncache-control: no-store\r\n\
         x-content-type-options: nosniff\r\nconnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)?;
    Ok(())
}

/// The file that a request's first line asks for: one that lies in the folder itself, by its plain name.
fn file(request: &str, folder: &Path) -> Option<(&'static str, Vec<u8>)> {
    let target = request.strip_prefix("GET /")?.split(' ').next()?;
    let name = match target.split(['?', '#']).next()? {
        "" => "index.html",
        name if name.contains(['/', '\\', '%']) => return None,
        name => name,
    };
    let content_type = content_type(Path::new(name)).unwrap_or("text/plain; charset=utf-8");
    Some((content_type, fs::read(folder.join(name)).ok()?))
}

fn page() -> PathBuf {
    sh::root().join("bindings-wasm/examples/workbench")
}

fn tests() -> PathBuf {
    sh::root().join("bindings-wasm/tests/workbench")
}
