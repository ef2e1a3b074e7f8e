//! Reads `tests/conformance`: the cases and the JSON corpus. Checks both against the index.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

/// A document of the JSON corpus.
#[derive(Debug, Clone)]
pub struct Document {
    /// The name within its file.
    pub name: String,
    /// The document as it would arrive.
    pub bytes: Vec<u8>,
    /// RFC 8259's verdict.
    pub verdict: Verdict,
    /// Whether koodrive reads it.
    pub is_read: bool,
}

/// RFC 8259's verdict on a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A parser must accept the document.
    Accepted,
    /// A parser must refuse the document.
    Refused,
    /// The parser decides.
    ImplementationDefined,
}

impl Verdict {
    /// Returns the name of the file, without its extension.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::ImplementationDefined => "implementation-defined",
        }
    }
}

/// Returns all cases by name.
///
/// # Panics
///
/// If a file cannot be read, or the index has another number of cases for it.
#[must_use]
pub fn cases() -> BTreeMap<String, Value> {
    let mut cases = BTreeMap::new();
    for (file, number) in index("cases") {
        let group = read(&file);
        let group = group["cases"].as_array().expect("a list of cases");
        assert_eq!(number, group.len(), "{file}");
        for case in group {
            let name = case["name"].as_str().expect("a name");
            cases.insert(name.to_owned(), case.clone());
        }
    }
    cases
}

/// Returns all documents of the JSON corpus, by verdict and name.
///
/// # Panics
///
/// If a file cannot be read, or the index has another number of documents for it.
#[must_use]
pub fn documents() -> Vec<Document> {
    let mut numbers = index("documents");
    let mut documents = Vec::new();
    for verdict in [
        Verdict::ImplementationDefined,
        Verdict::Refused,
        Verdict::Accepted,
    ] {
        let file = format!("json/{}.json", verdict.as_str());
        let by_name = read(&file);
        let by_name = by_name.as_object().expect("documents by name");
        assert_eq!(numbers.remove(&file), Some(by_name.len()), "{file}");
        for (name, entry) in by_name {
            let (document, is_read) = match verdict {
                Verdict::Accepted => (entry, true),
                Verdict::Refused => (entry, false),
                Verdict::ImplementationDefined => (&entry["document"], entry["ours"] == "read"),
            };
            documents.push(Document {
                name: name.clone(),
                bytes: bytes(document),
                verdict,
                is_read,
            });
        }
    }
    assert!(numbers.is_empty(), "{numbers:?} of the index are not read");
    documents
}

/// A document is text, the hex of bytes that are not UTF-8, or a list of parts, some of which are
/// repeated.
fn bytes(document: &Value) -> Vec<u8> {
    if let Some(hex) = document["hex"].as_str() {
        return base16ct::lower::decode_vec(hex).expect("hex");
    }
    let part = |part: &Value| match (part.as_str(), part["times"].as_u64()) {
        (Some(text), None) => text.to_owned(),
        (None, Some(times)) => {
            let text = part["repeat"].as_str().expect("a text to repeat");
            text.repeat(usize::try_from(times).expect("a number of repetitions"))
        }
        _ => panic!("{part} is not a part of a document"),
    };
    match document.as_array() {
        Some(parts) => parts.iter().map(part).collect::<String>().into_bytes(),
        None => part(document).into_bytes(),
    }
}

fn read(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../conformance")
        .join(path);
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// File to the number of its entries.
fn index(section: &str) -> BTreeMap<String, usize> {
    let index = read("index.json");
    let numbers: &Map<String, Value> = index[section].as_object().expect("numbers by file");
    let number = |number: &Value| {
        number
            .as_u64()
            .and_then(|number| usize::try_from(number).ok())
    };
    numbers
        .iter()
        .map(|(file, value)| (file.clone(), number(value).expect("a number")))
        .collect()
}
