//! The Go package, `bindings-go`: its core, which is koodrive.wasm translated to Go and committed,
//! and the suite `go`.
//!
//! The other languages work without Go: on a machine without Go the suite says so in one line and
//! is counted as skipped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use crate::output::say;
use crate::sandbox::{self, Sandbox};
use crate::test::Counts;
use crate::test::suites::{check, one, report, reported};
use crate::{ffi, sh};

/// The oldest Go for the tests and their tools. Users need 1.23, as `bindings-go/go.mod` says.
const OLDEST: (u32, u32) = (1, 26);

/// The translated core, and the compiler whose module it is made of: another one makes other bytes.
const CORE: &str = "internal/core/core.go";
const ORIGIN: &str = "internal/core/origin.txt";

/// The licences of the third-party parts of the core.
const LICENCES: &str = "THIRD-PARTY-LICENSES";

/// All packages but the translated one, which no linter need read.
const WRITTEN_BY_HAND: [&str; 4] = [".", "./internal/abi", "./internal/demo", "./internal/first"];

/// The folders of the package, and of the tests and tools that need other modules.
const PACKAGE: &str = "";
const TESTS: &str = "internal/tests";

/// The test of the suite `differential`.
const RANDOM_CASES: &str = "RandomCases";

/// Tests in which no two goroutines meet, and which take minutes under the race detector.
const ONE_GOROUTINE: &str = "TestVectors|TestHalves|RandomCases";

/// Writes the translated core anew.
pub(crate) fn generate() -> Result<()> {
    ensure!(is_there(), "this needs Go 1.26 or later");
    let wasm = ffi::wasm_for_go()?;
    translate(&wasm, &binding(CORE))?;
    fs::write(binding(ORIGIN), compiler()?)?;
    fs::write(binding(LICENCES), licences()?)?;
    say!("{}", binding(CORE).display());
    Ok(())
}

/// `wasm2go` of the version in `internal/tests/go.mod`.
fn translate(wasm: &Path, go: &Path) -> Result<()> {
    sh::run(
        tests(&["tool", "wasm2go", "-unsafe", "-pkg", "core", "-o"])
            .arg(go)
            .arg(wasm),
    )
}

/// Returns the notices of the crate that is translated.
fn licences() -> Result<String> {
    Ok(fs::read_to_string(
        sh::root().join("bindings-ffi").join(LICENCES),
    )?)
}

fn compiler() -> Result<String> {
    sh::output(sh::program("rustc").arg("--version"))
}

/// Runs the suite.
pub(crate) fn test() -> Result<Counts> {
    if !is_there() {
        say!("skipped: there is no Go 1.26 or later");
        return Ok(Counts::skipped_one());
    }
    let wasm = ffi::wasm_for_go()?;
    Sandbox::build()?;
    let mut counts = committed(&wasm)?;
    counts += linters()?;
    // The tests ask wazero the same questions as the translated core.
    let calls = sh::target().join("ffi/go-calls");
    say!("tests");
    let mut command = gotestsum(PACKAGE)?;
    command.args(["-count=1", "-skip", RANDOM_CASES, "./..."]);
    counts += reported(command.env("KOODRIVE_RECORD", &calls))?;
    say!("the .wasm in wazero");
    let mut command = gotestsum(TESTS)?;
    command.args(["-count=1", "./..."]);
    command.env("KOODRIVE_RECORD", &calls);
    counts += reported(command.env("KOODRIVE_WASM", &wasm))?;
    if sh::output(&mut package(&["env", "CGO_ENABLED"]))?.trim() == "1" && has_c_compiler() {
        say!("tests with the race detector");
        let mut command = gotestsum(PACKAGE)?;
        counts += reported(command.args(["-race", "-short", "-skip", ONE_GOROUTINE, "."]))?;
    } else {
        say!("skipped: the race detector needs a C compiler");
        counts += Counts::skipped_one();
    }
    Ok(counts)
}

/// Compares the committed core with this compiler's, if the same compiler version made it.
fn committed(wasm: &Path) -> Result<Counts> {
    let recorded = fs::read_to_string(binding(ORIGIN))?;
    let compiler = compiler()?;
    if recorded != compiler {
        say!(
            "skipped: bindings-go/{CORE} was made with {}, this is {}",
            recorded.trim(),
            compiler.trim()
        );
        return Ok(Counts::skipped_one());
    }
    let made = sh::target().join("ffi/core.go");
    translate(wasm, &made)?;
    let mut counts = Counts::default();
    for (name, made) in [
        (CORE, fs::read(&made)?),
        (LICENCES, licences()?.into_bytes()),
    ] {
        let is_same = fs::read(binding(name))? == made;
        if !is_same {
            say!("bindings-go/{name} is not what is made of this core: cargo xtask go generate");
        }
        counts += one(is_same);
    }
    Ok(counts)
}

/// Builds a program of the package's module.
pub(crate) fn build(package: &str, program: &Path) -> Result<()> {
    sh::run(self::package(&["build", "-o"]).arg(program).arg(package))
}

fn linters() -> Result<Counts> {
    let unformatted = sh::output(sh::program("gofmt").arg("-l").arg(binding("")))?;
    if !unformatted.is_empty() {
        say!("gofmt would change {unformatted}");
    }
    let mut counts = one(unformatted.is_empty());
    counts += check(package(&["vet"]).args(WRITTEN_BY_HAND))?;
    counts += check(&mut tests(&["vet", "./..."]))?;
    // wasm2go writes statements that nothing reaches.
    counts += check(&mut package(&[
        "vet",
        "-unreachable=false",
        "./internal/core",
    ]))?;
    let staticcheck = tool("honnef.co/go/tools/cmd/staticcheck")?;
    for (folder, packages) in [(PACKAGE, &WRITTEN_BY_HAND[..]), (TESTS, &["./..."])] {
        let mut command = sh::program(&staticcheck);
        counts += check(command.args(packages).current_dir(binding(folder)))?;
    }
    Ok(counts)
}

/// `go test` in this folder, whose arguments follow; for `reported`. Tests that hold others are
/// counted beside them.
fn gotestsum(folder: &str) -> Result<Command> {
    let mut command = sh::program(tool("gotest.tools/gotestsum")?);
    command
        .args(["--format=pkgname", "--junitfile"])
        .arg(report())
        .arg("--")
        .current_dir(binding(folder))
        .env("KOODRIVE_SANDBOX", sandbox::program());
    Ok(command)
}

/// Builds a tool of the version in `internal/tests/go.mod`, since it has to run in another folder.
fn tool(package: &str) -> Result<PathBuf> {
    let (_, name) = package.rsplit_once('/').unwrap_or_default();
    let program = sh::target().join("ffi").join(name);
    sh::run(tests(&["build", "-o"]).arg(&program).arg(package))?;
    Ok(program)
}

/// Returns whether there is a Go that is new enough.
pub(crate) fn is_there() -> bool {
    let version = sh::program("go").args(["env", "GOVERSION"]).output();
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    version.is_ok_and(|version| {
        let mut numbers = version.trim().trim_start_matches("go").split('.');
        let mut number = || numbers.next().and_then(|number| number.parse().ok());
        (number(), number()) >= (Some(OLDEST.0), Some(OLDEST.1))
    })
}

fn has_c_compiler() -> bool {
    let output = sh::program("cc").arg("--version").output();
    output.is_ok_and(|output| output.status.success())
}

/// `go` in the package's folder.
fn package(arguments: &[&str]) -> Command {
    go(arguments, PACKAGE)
}

/// `go` in the folder of the tests that need more than the standard library, and of the tools.
fn tests(arguments: &[&str]) -> Command {
    go(arguments, TESTS)
}

fn go(arguments: &[&str], folder: &str) -> Command {
    let mut command = sh::program("go");
    command.args(arguments).current_dir(binding(folder));
    command
}

fn binding(path: &str) -> PathBuf {
    sh::root().join("bindings-go").join(path)
}
