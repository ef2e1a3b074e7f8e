//! Rust sources without comments and texts: as much of a lexer as it takes to find a word that is code.

/// The code of a source; comments, texts and characters are replaced by blanks.
pub(super) fn code(source: &str) -> String {
    stripped(source, false)
}

/// The code of a source with its texts, which name the programs that it starts.
pub(super) fn code_and_texts(source: &str) -> String {
    stripped(source, true)
}

fn stripped(source: &str, keep_texts: bool) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let (length, keep) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), false)
        } else if rest.starts_with("/*") {
            (comment(rest), false)
        } else if first == '"' {
            (text(rest), keep_texts)
        } else if let Some(length) = raw_text(rest, &code).or_else(|| character(rest)) {
            (length, keep_texts)
        } else {
            (first.len_utf8(), true)
        };
        code.push_str(if keep { &rest[..length] } else { " " });
        rest = &rest[length..];
    }
    code
}

/// `/* … */`, which nest.
fn comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        match &rest.as_bytes()[at..rest.len().min(at + 2)] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// `"…"`, where a backslash takes the next character along.
fn text(rest: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#`; their b and c before them are code to nobody.
fn raw_text(rest: &str, before: &str) -> Option<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let prefix = before.ends_with(['b', 'c']) && {
        let mut letters = before.chars().rev().skip(1);
        !letters.next().is_some_and(is_word)
    };
    let after = rest.strip_prefix('r')?;
    let hashes = after.bytes().take_while(|byte| *byte == b'#').count();
    if !after[hashes..].starts_with('"') || (before.ends_with(is_word) && !prefix) {
        return None;
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let begin = 1 + hashes + 1;
    Some(
        rest[begin..]
            .find(&end)
            .map_or(rest.len(), |at| begin + at + end.len()),
    )
}

/// `'x'`, `'\n'`, `'\u{1F600}'`; not the lifetime `'a`.
fn character(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    if let Some(escape) = inside.strip_prefix('\\') {
        let escaped = escape.chars().next()?.len_utf8();
        return Some(2 + escaped + escape[escaped..].find('\'')? + 1);
    }
    let length = inside.chars().next()?.len_utf8();
    inside[length..].starts_with('\'').then_some(1 + length + 1)
}

/// How often a word stands in code.
pub(super) fn words(code: &str, word: &str) -> usize {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|found| *found == word)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_is_left() {
        for (source, left) in [
            ("a // unsafe\nb", "a  \nb"),
            ("a /* unsafe /* unsafe */ unsafe */ b", "a   b"),
            (r#"f("unsafe \" unsafe", b)"#, "f( , b)"),
            (r##"f(r#"unsafe " unsafe"#, b)"##, "f( , b)"),
            (r#"f(br"unsafe", b)"#, "f(b , b)"),
            ("'\"' unsafe '\"'", "  unsafe  "),
            (r"'\'' unsafe '\u{22}'", "  unsafe  "),
            ("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}"),
            ("r#type", "r#type"),
            ("for_r\"x\"", "for_r "),
            ("'é' \"é\" é", "    é"),
        ] {
            assert_eq!(code(source), left, "{source}");
        }
    }

    #[test]
    fn texts_can_be_kept() {
        assert_eq!(code_and_texts("f(\"a // b\") // c"), "f(\"a // b\")  ");
    }

    #[test]
    fn a_word_is_counted_whole() {
        assert_eq!(words("unsafe { not_unsafe; unsafety } unsafe", "unsafe"), 2);
    }
}
