//! The output of suites that run at the same time. Each is held back until its suite ends, so that
//! it stands in one piece; everything else prints at once.

use std::cell::RefCell;
use std::fmt::Arguments;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::process::Stdio;

use anyhow::Result;

use crate::sh;

thread_local! {
    /// The file for the output of the suite that runs on this thread.
    static HELD: RefCell<Option<File>> = const { RefCell::new(None) };
}

/// Does the work. Returns its result with what it and its programs printed.
pub(crate) fn held<T>(name: &str, work: impl FnOnce() -> T) -> Result<(T, String)> {
    let folder = sh::target().join("test");
    fs::create_dir_all(&folder)?;
    let path = folder.join(name).with_extension("log");
    File::create(&path)?;
    // Programs write into it as well, and none over what another one wrote.
    let file = OpenOptions::new().append(true).open(&path)?;
    HELD.set(Some(file));
    let result = work();
    HELD.set(None);
    let printed = fs::read(&path)?;
    Ok((result, String::from_utf8_lossy(&printed).into_owned()))
}

/// Returns where a program that this thread starts is to print.
pub(crate) fn of_programs() -> Stdio {
    HELD.with_borrow(|held| {
        let copy = held.as_ref().and_then(|file| file.try_clone().ok());
        copy.map_or_else(Stdio::inherit, Stdio::from)
    })
}

/// Prints a line. For the macro `say`.
pub(crate) fn line(text: Arguments<'_>) {
    HELD.with_borrow_mut(|held| match held {
        // A disk that is full ends the suite elsewhere.
        Some(file) => drop(writeln!(file, "{text}")),
        None => println!("{text}"),
    });
}

/// `println` for suites.
macro_rules! say {
    ($($text:tt)*) => { $crate::output::line(format_args!($($text)*)) };
}
pub(crate) use say;

#[test]
fn output_is_held_back_in_one_piece() {
    let work = || {
        say!("one");
        sh::run(sh::program("rustc").arg("--version")).unwrap();
        say!("two");
        2
    };
    let (result, printed) = held("the-test-of-output", work).unwrap();
    let lines: Vec<_> = printed.lines().collect();
    assert!(matches!(lines[..], ["one", version, "two"] if version.starts_with("rustc")));
    assert_eq!(result, 2);
}
