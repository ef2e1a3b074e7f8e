//! The JVM package, `bindings-java`: its jars with the C library in them, and the suite `java`.
//!
//! The other languages need no JDK: without one the suite says so in one line, and counts as
//! skipped.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::files::copy;
use crate::output::say;
use crate::sandbox::{self, Sandbox};
use crate::test::Counts;
use crate::test::count::junit;
use crate::test::suites::{one, pytest, runs, skipped};
use crate::{ffi, output, python, sh};

/// The first JDK in which Java calls C without a preview.
const OLDEST: u32 = 22;

/// Why tests are skipped where something is missing.
const MISSING: &str = "there is no JDK 22 or later, or no Maven (mvn)";

/// Where distributions put JDKs.
const JDKS: &str = "/usr/lib/jvm";

const NAME: &str = "koodrive";

/// Whether this machine can build and test the package.
pub(crate) fn is_there() -> bool {
    jdk().is_some() && runs("mvn", "--version")
}

/// Returns the paths of the jars: the package, its sources, its javadoc.
pub(crate) fn package() -> Result<Vec<PathBuf>> {
    let jdk = jdk().context(MISSING)?;
    sh::run(maven(&jdk)?.args(["-DskipTests", "package"]))?;
    Ok(["", "-sources", "-javadoc"].map(jar).to_vec())
}

/// The suite.
pub(crate) fn test() -> Result<Counts> {
    let Some(jdk) = jdk().filter(|_| is_there()) else {
        return Ok(skipped(MISSING));
    };
    say!("JDK: {}", jdk.display());
    Sandbox::build()?;
    let reports = binding("target/surefire-reports");
    if reports.exists() {
        fs::remove_dir_all(&reports)?;
    }
    let mut sandbox = std::ffi::OsString::from("-Dkoodrive.sandbox=");
    sandbox.push(sandbox::program());
    // Failures are counted below, with the skipped tests that Maven does not tell of.
    let status = maven(&jdk)?
        .arg(sandbox)
        .arg("package")
        .stdout(output::of_programs())
        .stderr(output::of_programs())
        .status()?;
    let mut counts = Counts::default();
    for report in fs::read_dir(&reports).context("Maven ran no test")? {
        let report = report?.path();
        if report
            .extension()
            .is_some_and(|extension| extension == "xml")
        {
            counts += junit(&fs::read_to_string(report)?);
        }
    }
    counts += one(status.success());
    if status.success() {
        counts += installed(&jdk)?;
    }
    Ok(counts)
}

/// Tells programs in Python how Maven runs here: `KOODRIVE_MAVEN`, its words as JSON.
pub(crate) fn for_python(command: &mut Command) -> Result<()> {
    let jdk = jdk().context(MISSING)?;
    let maven = maven(&jdk)?;
    let words = std::iter::once(maven.get_program()).chain(maven.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    command
        .env("KOODRIVE_MAVEN", serde_json::to_string(&words)?)
        .env("JAVA_HOME", jdk);
    Ok(())
}

/// Runs the programs of the READMEs with the jar alone.
fn installed(jdk: &Path) -> Result<Counts> {
    pytest(
        python::pytest(&python::environment()?)
            .arg("tests/readme/test_java.py")
            .env("JAVA_HOME", jdk)
            .env("KOODRIVE_JAR", jar(""))
            .env("KOODRIVE_SANDBOX", sandbox::program()),
    )
}

/// Maven on this JDK, with the C library of this machine as it is shipped.
fn maven(jdk: &Path) -> Result<Command> {
    let library = format!(
        "{}{NAME}{}",
        env::consts::DLL_PREFIX,
        env::consts::DLL_SUFFIX
    );
    let platform = format!("{}-{}", env::consts::OS, env::consts::ARCH);
    let native = sh::target().join("java/native");
    let place = native.join("koodrive/native").join(platform);
    let built = ffi::library()?.join("lib").join(&library);
    copy(&built, &place.join(&library))?;
    let notices = sh::root().join("bindings-ffi/THIRD-PARTY-LICENSES");
    copy(&notices, &native.join("META-INF/THIRD-PARTY-LICENSES"))?;
    let mut property = std::ffi::OsString::from("-Dkoodrive.native=");
    property.push(native);
    let mut command = sh::program("mvn");
    command
        .args(["--quiet", "--batch-mode"])
        .arg(property)
        .env("JAVA_HOME", jdk)
        .current_dir(binding(""));
    Ok(command)
}

/// Returns a JDK that is new enough: JAVA_HOME's, or else the newest that is installed.
fn jdk() -> Option<PathBuf> {
    let chosen = env::var_os("JAVA_HOME").map(PathBuf::from);
    let installed = fs::read_dir(JDKS).into_iter().flatten();
    let mut found: Vec<_> = installed
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter_map(|path| Some((version(&path)?, path)))
        .collect();
    found.sort();
    let newest = found.pop().map(|(_, path)| path);
    [chosen, newest]
        .into_iter()
        .flatten()
        .find(|path| version(path).is_some_and(|version| version >= OLDEST))
}

/// Returns the version of a JDK, from its file `release`: `JAVA_VERSION="25.0.3"`.
fn version(jdk: &Path) -> Option<u32> {
    if !jdk.join("bin/javac").exists() {
        return None;
    }
    let release = fs::read_to_string(jdk.join("release")).ok()?;
    let version = release
        .lines()
        .find_map(|line| line.strip_prefix("JAVA_VERSION=\""))?;
    version.split(['.', '"', '-']).next()?.parse().ok()
}

fn jar(kind: &str) -> PathBuf {
    let version = env!("CARGO_PKG_VERSION");
    binding(&format!("target/{NAME}-{version}{kind}.jar"))
}

fn binding(path: &str) -> PathBuf {
    sh::root().join("bindings-java").join(path)
}
