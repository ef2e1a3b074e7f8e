//! Generates files from the layouts: the C header, the tables of ABI.md, and the constants of Go
//! and Java.

pub(crate) mod go;
pub(crate) mod java;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use koodrive_ffi::interface::{self, VERSION};
use koodrive_ffi::layout::calls::CALLS;
use koodrive_ffi::layout::operations::{HandleKind, OPERATIONS};
use koodrive_ffi::layout::records::{Begin, Error, Handle, Open, Request};
use koodrive_ffi::layout::{Kind, Layout};
use koodrive_ffi::record::{Record, Writer, text};

const HEADER: &str = include_str!("koodrive.h");

/// Returns every record once: those of the interface in the order of its operations, then those of
/// calls.
pub(crate) fn layouts() -> (Vec<&'static Layout>, Vec<&'static Layout>) {
    let mut found = Found::default();
    found.add(&Open::LAYOUT);
    found.add(&Handle::LAYOUT);
    for row in OPERATIONS {
        found.add(row.input);
        found.add(row.output);
    }
    found.add(&Error::LAYOUT);
    let records = std::mem::take(&mut found.layouts);
    for call in CALLS {
        found.add(call.call);
        found.add(call.reply);
    }
    (records, found.layouts)
}

#[derive(Default)]
struct Found {
    names: BTreeSet<&'static str>,
    layouts: Vec<&'static Layout>,
}

impl Found {
    fn add(&mut self, layout: &'static Layout) {
        if layout.fields.is_empty() || !self.names.insert(layout.name) {
            return;
        }
        self.layouts.push(layout);
        for field in layout.fields {
            if let Kind::Record(inner) | Kind::Records(inner) = field.kind {
                self.add(inner);
            }
        }
    }
}

/// Returns `assets/koodrive.h`.
pub(crate) fn header() -> String {
    let mut operations = String::new();
    for row in OPERATIONS {
        operations.push_str(&comment(&plain(row.about)));
        let _ = writeln!(
            operations,
            "#define KOODRIVE_OP_{} {}u",
            row.name, row.number
        );
    }
    let mut records = String::new();
    let (interface, calls) = layouts();
    for layout in interface.into_iter().chain(calls) {
        let about = format!("Record {}. {}", layout.name, plain(layout.about));
        records.push('\n');
        records.push_str(&comment(&about));
        for (index, field) in layout.fields.iter().enumerate() {
            let about = format!("{}: {}", kind(field.kind), plain(field.about));
            records.push_str(&comment(&about));
            let _ = writeln!(
                records,
                "#define KOODRIVE_{}_{} {index}u",
                upper_snake(layout.name),
                upper_snake(field.name)
            );
        }
    }
    HEADER
        .replace("@MAJOR@", &VERSION.0.to_string())
        .replace("@MINOR@", &VERSION.1.to_string())
        .replace("@OPERATIONS@\n", &operations)
        .replace("@RECORDS@\n", &(records + "\n"))
}

/// Returns ABI.md with new tables. The rest of `text`, which is written by hand, stays.
pub(crate) fn document(text: &str) -> String {
    let (interface, calls) = layouts();
    let mut operations = String::from(
        "| number | name | handle | input | answer | what it does |\n|--:|---|---|---|---|---|\n",
    );
    for row in OPERATIONS {
        let handle = match row.handle {
            HandleKind::Library => "0",
            HandleKind::Any => "any but 0",
            HandleKind::Client => "client",
            HandleKind::Dispatcher => "dispatcher",
        };
        let name = |layout: &Layout| match layout.fields {
            [] => "–".to_owned(),
            _ => link(layout.name),
        };
        let _ = writeln!(
            operations,
            "| {} | `{}` | {handle} | {} | {} | {} |",
            row.number,
            row.name,
            name(row.input),
            name(row.output),
            plain(row.about)
        );
    }
    let mut shapes =
        String::from("| operation | fields of the call | fields of its reply |\n|---|---|---|\n");
    for call in CALLS {
        let fields = match call.call.fields {
            [] => "none".to_owned(),
            _ => link(call.call.name),
        };
        let _ = writeln!(
            shapes,
            "| `{}` | {fields} | {} |",
            call.name,
            link(call.reply.name)
        );
    }
    let dump = format!("```text\n{}\n```\n", dump().trim_end());
    let text = replaced(text, "dump", &dump);
    let text = replaced(&text, "operations", &operations);
    let text = replaced(&text, "records", &tables(&interface));
    let text = replaced(&text, "calls", &shapes);
    replaced(&text, "fields of calls", &tables(&calls))
}

fn tables(layouts: &[&Layout]) -> String {
    let mut text = String::new();
    for layout in layouts {
        let _ = writeln!(text, "### {}\n\n{}\n", layout.name, plain(layout.about));
        text.push_str("| place | field | bytes | meaning |\n|--:|---|---|---|\n");
        for (index, field) in layout.fields.iter().enumerate() {
            let (kind, about) = (kind(field.kind), plain(field.about));
            let _ = writeln!(text, "| {index} | `{}` | {kind} | {about} |", field.name);
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// Returns `text` with a new `table` in its `section`. A missing section is appended, so the
/// comparison with the committed page fails.
fn replaced(text: &str, section: &str, table: &str) -> String {
    let (begin, end) = (
        format!("<!-- begin: {section} -->\n"),
        format!("<!-- end: {section} -->"),
    );
    let parts = text
        .split_once(&begin)
        .and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    let Some((before, after)) = parts else {
        return format!("{text}\n{begin}\n{table}\n{end}\n");
    };
    format!("{before}{begin}\n{table}\n{end}{after}")
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Bytes => "bytes".to_owned(),
        Kind::Integer => "integer".to_owned(),
        Kind::Decimal => "decimal".to_owned(),
        Kind::Flag => "flag".to_owned(),
        Kind::Texts => "list of texts".to_owned(),
        Kind::Pairs => "pairs".to_owned(),
        Kind::Record(layout) => format!("record {}", layout.name),
        Kind::Records(layout) => format!("list of {}", layout.name),
        Kind::OfCall => "record of the operation".to_owned(),
    }
}

fn link(name: &str) -> String {
    format!("[{name}](#{})", name.to_lowercase())
}

/// Returns `text` as a comment in C, in lines of at most 100 columns.
fn comment(text: &str) -> String {
    let one_line = format!("/* {text} */\n");
    if one_line.chars().count() <= 101 {
        return one_line;
    }
    let mut comment = String::from("/*");
    let mut column = 100;
    for word in text.split(' ') {
        if column + 1 + word.chars().count() > 100 {
            comment.push_str("\n *");
            column = 2;
        }
        comment.push(' ');
        comment.push_str(word);
        column += 1 + word.chars().count();
    }
    comment + "\n */\n"
}

/// Returns a doc comment as one line.
fn plain(about: &str) -> String {
    about.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns `CARRIER_USER_ID` for `carrierUserId` and `carrier_user_id`, and `BATCH_SN` for
/// `batchSN`.
fn upper_snake(name: &str) -> String {
    let mut upper = String::new();
    let mut before_is_lower = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && before_is_lower {
            upper.push('_');
        }
        before_is_lower = character.is_ascii_lowercase();
        upper.push(character.to_ascii_uppercase());
    }
    upper
}

/// Returns the inputs and answers of one exchange, byte for byte.
fn dump() -> String {
    let credentials = record(|writer| {
        writer.bytes(b"example-app-id");
        writer.bytes(b"example-app-secret-not-real");
    });
    let open = record(|writer| {
        writer.none();
        writer.bytes(b"https://koodrive.example");
        writer.none();
        writer.bytes(b"1505084218764547200");
        writer.bytes(&credentials);
    });
    let mut buffer = vec![0; 4096];
    let opened = fill(&mut buffer, &open);
    let returned = interface::open(&mut buffer, opened);
    let answer = Record::parse(&buffer[..usize::try_from(returned).unwrap_or_default()]);
    let handle = answer
        .ok()
        .and_then(|answer| text(answer.field(0)?)?.parse().ok());

    let fields = record(|writer| {
        writer.bytes(b"189642158555241211");
        writer.bytes(b"14");
    });
    let begin = record(|writer| {
        writer.bytes(b"notifyPackageExpire");
        writer.bytes(&fields);
        writer.bytes(b"1762153305000");
    });
    let length = fill(&mut buffer, &begin);
    let number = koodrive_ffi::layout::operations::Operation::Begin as u32;
    let returned = interface::call(handle.unwrap_or_default(), number, &mut buffer, length);
    let request = &buffer[..usize::try_from(returned).unwrap_or_default()];
    let mut out = String::new();
    section(&mut out, "koodrive_open, input: Open", &open, &Open::LAYOUT);
    section(
        &mut out,
        "koodrive_call, operation 16, input: Begin",
        &begin,
        &Begin::LAYOUT,
    );
    let title = format!("koodrive_call returns {returned}, answer: Request");
    section(&mut out, &title, request, &Request::LAYOUT);
    interface::close(handle.unwrap_or_default());
    out
}

fn record(write: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::default();
    write(&mut writer);
    writer.as_bytes().to_vec()
}

fn fill(buffer: &mut [u8], input: &[u8]) -> usize {
    buffer[..input.len()].copy_from_slice(input);
    input.len()
}

fn section(out: &mut String, title: &str, bytes: &[u8], layout: &Layout) {
    let _ = writeln!(out, "{title}\n");
    let names = layout.fields.iter().map(|field| field.name);
    let mut at = 0;
    while at < bytes.len() {
        let index = Record::parse(&bytes[..at]).map_or(0, |before| before.fields().count());
        let name = names.clone().nth(index).unwrap_or("more");
        let head = u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let length = (head as usize).saturating_sub(1);
        let end = at + 4 + length;
        let shown = if head == 0 { " (absent)" } else { "" };
        let _ = writeln!(out, "{at:04x}  {}  {name}{shown}", hex(&bytes[at..at + 4]));
        for (row, chunk) in bytes[at + 4..end].chunks(16).enumerate() {
            let printable = |byte: &u8| {
                if matches!(byte, b' '..=b'~') {
                    char::from(*byte)
                } else {
                    '.'
                }
            };
            let text: String = chunk.iter().map(printable).collect();
            let _ = writeln!(out, "{:04x}  {:<47}  {text}", at + 4 + row * 16, hex(chunk));
        }
        at = end;
    }
    out.push('\n');
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}
