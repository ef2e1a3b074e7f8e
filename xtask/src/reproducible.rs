//! The same bytes from the same sources, wherever they lie: what the compiler is told about paths, and the proof, which is to
//! build the npm package once more in another folder.
//!
//! What must be the same is the versions of rustc and Node; npm packs with the latter's zlib.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::stamp::files;
use crate::test::Counts;
use crate::test::suites::one;
use crate::{licenses, npm, sbom, sh};

/// Flags of rustc that replace the paths of this machine, which panics and debug information would show, by names that every
/// machine has.
pub(crate) fn remap_flags() -> Result<Vec<String>> {
    let mut flags = Vec::new();
    // Where several match, rustc takes the last one.
    let mut remap =
        |from: &Path, to: &str| flags.push(format!("--remap-path-prefix={}={to}", from.display()));
    remap(&sh::root(), ".");
    remap(&sh::target(), "target");
    // One folder for each registry, which may be a mirror of the same crates.
    for registry in fs::read_dir(cargo_home().join("registry/src"))
        .into_iter()
        .flatten()
    {
        remap(&registry?.path(), "crates");
    }
    // The standard library's sources have this name where the component rust-src is not installed; where it is, rustc
    // writes its path instead.
    let commit = rustc_says("-vV", "commit-hash: ")?;
    remap(
        &sysroot()?.join("lib/rustlib/src/rust"),
        &format!("/rustc/{commit}"),
    );
    Ok(flags)
}

/// `rustc`, as cargo calls it.
fn rustc() -> Command {
    sh::program(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

/// What follows `word` in the line of rustc's output that begins so.
pub(crate) fn rustc_says(option: &str, word: &str) -> Result<String> {
    let printed = sh::output(rustc().arg(option))?;
    let line = printed.lines().find_map(|line| line.strip_prefix(word));
    Ok(line
        .with_context(|| format!("rustc {option} does not print {word:?}"))?
        .to_owned())
}

pub(crate) fn sysroot() -> Result<PathBuf> {
    Ok(sh::output(rustc().args(["--print", "sysroot"]))?
        .trim()
        .into())
}

fn cargo_home() -> PathBuf {
    env::var_os("CARGO_HOME").map_or_else(
        || env::home_dir().unwrap_or_default().join(".cargo"),
        PathBuf::from,
    )
}

/// Checks the packed npm package: the list of its files and of what they are made of, that none shows a path of this machine,
/// and that another folder gives the same bytes.
pub(crate) fn check_npm() -> Result<Counts> {
    let package = npm::installed()?.join("node_modules/koodrive");
    let mut counts = one(is_golden(&package)?);
    sbom::check(&package.join(npm::SBOM))?;
    counts += one(true);
    counts += one(shows_no_path(&package)?);
    counts += one(is_the_same_elsewhere()?);
    Ok(counts)
}

/// Files that are gone or new are a decision: bindings-wasm/files.txt is the list.
fn is_golden(package: &Path) -> Result<bool> {
    let golden = npm::binding("files.txt");
    let listed = fs::read_to_string(&golden).unwrap_or_default();
    let listed: BTreeSet<_> = listed.lines().map(str::to_owned).collect();
    let packed = names(package)?;
    for name in packed.difference(&listed) {
        println!(
            "{name} is packed, and {} does not list it",
            golden.display()
        );
    }
    for name in listed.difference(&packed) {
        println!("{} lists {name}, which is not packed", golden.display());
    }
    Ok(packed == listed)
}

fn names(folder: &Path) -> Result<BTreeSet<String>> {
    let relative = |file: &PathBuf| {
        let name = file.strip_prefix(folder).unwrap_or(file).to_string_lossy();
        name.replace('\\', "/")
    };
    Ok(files(folder)?.iter().map(relative).collect())
}

/// What of this machine no artifact may show.
pub(crate) fn paths() -> Result<[PathBuf; 6]> {
    Ok([
        sh::root(),
        sh::target(),
        cargo_home(),
        sysroot()?,
        env::temp_dir(),
        env::home_dir().unwrap_or_default(),
    ])
}

/// Neither the package nor what it is made of: the text that holds a .wasm would hide a path.
fn shows_no_path(package: &Path) -> Result<bool> {
    let paths = paths()?;
    let mut searched = files(package)?;
    searched.push(npm::generated("koodrive_bg.wasm"));
    searched.push(npm::generated("sandbox_bg.wasm"));
    let mut clean = true;
    for file in searched {
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        for path in &paths {
            // With its end, so that a home of `/root` is not found in a word, and one of `/` not everywhere.
            let needle = format!("{}{}", path.display(), std::path::MAIN_SEPARATOR);
            if needle.len() > 2
                && bytes
                    .windows(needle.len())
                    .any(|window| window == needle.as_bytes())
            {
                println!("{} shows the path {needle}", file.display());
                clean = false;
            }
        }
    }
    Ok(clean)
}

/// Builds and packs the sources as they are now in a folder of another name and depth, with another cargo home and umask.
fn is_the_same_elsewhere() -> Result<bool> {
    let tarball = npm::pack()?;
    let elsewhere = Elsewhere::new()?;
    let root = elsewhere.0.join("another/workspace");
    let sources = sh::output(sh::program("git").args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    for name in sources.split_terminator('\0') {
        let (from, to) = (sh::root().join(name), root.join(name));
        // Git still names what was removed and not committed.
        if from.is_file() {
            fs::create_dir_all(to.parent().unwrap_or(&to))?;
            fs::copy(&from, &to).with_context(|| format!("cannot copy {name}"))?;
        }
    }
    let printed = sh::output(
        with_another_umask(&env::current_exe()?)
            .args(["package", "npm"])
            .current_dir(&root)
            .env(sh::ROOT, &root)
            .env("CARGO_HOME", elsewhere.cargo_home()?)
            .env_remove("CARGO_TARGET_DIR"),
    )?;
    let other = printed
        .lines()
        .last()
        .context("xtask has printed no path")?;
    let same = fs::read(&tarball)? == fs::read(other)?;
    if !same {
        let (one, other) = (
            npm::directory().join("koodrive"),
            root.join("target/npm/koodrive"),
        );
        println!("the tarballs differ");
        for name in names(&one)?.union(&names(&other)?) {
            if fs::read(one.join(name)).ok() != fs::read(other.join(name)).ok() {
                println!("{name} depends on where it is built");
            }
        }
    }
    Ok(same)
}

/// npm packs the permissions that files have, and those are the user's habit: git and compilers leave what the umask says.
pub(crate) fn plain_permissions(folder: &Path) -> Result<()> {
    #[cfg(unix)]
    for file in files(folder)? {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(file, fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}

fn with_another_umask(program: &Path) -> Command {
    if !cfg!(unix) {
        return Command::new(program);
    }
    let mut command = Command::new("sh");
    command
        .args(["-c", "umask 077; exec \"$0\" \"$@\""])
        .arg(program);
    command
}

/// A folder of its own; removed when dropped.
struct Elsewhere(PathBuf);

impl Elsewhere {
    fn new() -> Result<Self> {
        let folder = env::temp_dir().join(format!("koodrive-elsewhere-{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(Self(folder))
    }

    /// The same crates under another path. Without links, the same path.
    fn cargo_home(&self) -> Result<PathBuf> {
        let home = self.0.join("another-cargo-home");
        fs::create_dir(&home)?;
        for name in ["registry", "config.toml"] {
            let from = cargo_home().join(name);
            #[cfg(unix)]
            if from.exists() {
                std::os::unix::fs::symlink(&from, home.join(name))?;
            }
        }
        Ok(if cfg!(unix) { home } else { cargo_home() })
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        // What is left behind lies among the system's temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Prints the SHA-256 of what is inside the npm package and was compiled.
pub(crate) fn print_sums() -> Result<()> {
    let rustc = licenses::rustc_version()?;
    let node = sh::output(sh::program("node").arg("--version"))?;
    println!(
        "made with rustc {rustc} and Node {}",
        node.trim().trim_start_matches('v')
    );
    let text = "const { readFileSync } = require('node:fs'); const { createHash } = require('node:crypto');
        for (const file of process.argv.slice(1)) {
            const name = file.replace(/.*[\\\\/]/, '');
            console.log(`sha256 ${createHash('sha256').update(readFileSync(file)).digest('hex')} ${name}`);
        }";
    let dist = npm::build()?.join("dist");
    sh::run(
        sh::program("node")
            .args(["-e", text])
            .args(["koodrive.wasm", "sandbox.wasm"].map(|name| dist.join(name))),
    )
}
