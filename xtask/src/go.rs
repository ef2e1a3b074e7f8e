//! The Go package, `bindings-go`: its core, which is koodrive.wasm translated to Go and committed,
//! and the suite `go`.
//!
//! The other languages work without Go: on a machine without Go the suite says so in one line and
//! is counted as skipped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::output::say;
use crate::sandbox::{self, Sandbox};
use crate::test::Counts;
use crate::test::count::{go_output, go_test};
use crate::test::suites::{check, one};
use crate::{ffi, output, sh};

/// The oldest Go for the tests and their tools. Users need 1.23, as `bindings-go/go.mod` says.
const OLDEST: (u32, u32) = (1, 26);

/// The translated core, and the compiler whose module it is made of: another one makes other bytes.
const CORE: &str = "internal/core/core.go";
const ORIGIN: &str = "internal/core/origin.txt";

/// The licences of the third-party parts of the core.
const LICENCES: &str = "THIRD-PARTY-LICENSES";

/// All packages but the translated one, which no linter need read.
const WRITTEN_BY_HAND: [&str; 4] = [".", "./internal/abi", "./internal/demo", "./internal/first"];

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
    let mut command = package(&["test", "-count=1", "-json", "-skip", RANDOM_CASES, "./..."]);
    counts += go_tests(command.env("KOODRIVE_RECORD", &calls))?;
    say!("the .wasm in wazero");
    let mut command = tests(&["test", "-count=1", "-json", "./..."]);
    command.env("KOODRIVE_RECORD", &calls);
    counts += go_tests(command.env("KOODRIVE_WASM", &wasm))?;
    if sh::output(&mut package(&["env", "CGO_ENABLED"]))?.trim() == "1" && has_c_compiler() {
        say!("tests with the race detector");
        let mut command = package(&["test", "-race", "-short", "-json"]);
        counts += go_tests(command.args(["-skip", ONE_GOROUTINE, "."]))?;
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
    let staticcheck = sh::target().join("ffi/staticcheck");
    sh::run(
        tests(&["build", "-o"])
            .arg(&staticcheck)
            .arg("honnef.co/go/tools/cmd/staticcheck"),
    )?;
    for (folder, packages) in [("", &WRITTEN_BY_HAND[..]), ("internal/tests", &["./..."])] {
        let mut command = sh::program(&staticcheck);
        counts += check(command.args(packages).current_dir(binding(folder)))?;
    }
    Ok(counts)
}

/// `go test -json`. Shows the tests' output after a failure.
fn go_tests(command: &mut Command) -> Result<Counts> {
    let output = command
        .env("KOODRIVE_SANDBOX", sandbox::program())
        .stderr(output::of_programs())
        .output()
        .context("cannot start go")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let mut counts = go_test(&printed);
    if !output.status.success() || !counts.all_passed() {
        say!("{}", go_output(&printed));
        // A package that does not compile has no test that fails.
        if counts.all_passed() {
            counts += one(false);
        }
    }
    ensure!(counts != Counts::default(), "it ran no test\n{printed}");
    Ok(counts)
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
    go(arguments, "")
}

/// `go` in the folder of the tests that need more than the standard library, and of the tools.
fn tests(arguments: &[&str]) -> Command {
    go(arguments, "internal/tests")
}

fn go(arguments: &[&str], folder: &str) -> Command {
    let mut command = sh::program("go");
    command.args(arguments).current_dir(binding(folder));
    command
}

fn binding(path: &str) -> PathBuf {
    sh::root().join("bindings-go").join(path)
}
