//! The words that many licence texts share: the terms of Apache-2.0, the permission of MIT. They stand once; what is an
//! author's own, such as the copyright notice, stays in each text.

/// How those words begin and end.
const SHARED: [(&str, &str); 2] = [
    (
        "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION",
        "END OF TERMS AND CONDITIONS",
    ),
    (
        "Permission is hereby granted, free of charge,",
        "DEALINGS IN THE SOFTWARE.",
    ),
];

/// The words that stood in a text, and the name of that text.
#[derive(Default)]
pub(super) struct Terms(Vec<(String, String)>);

impl Terms {
    /// The text of this name, with a note in place of the words that stood in another, the same from first to last.
    pub(super) fn once(&mut self, text: &str, name: &str) -> String {
        let mut text = text.to_owned();
        for (first, last) in SHARED {
            let Some((start, end)) = span(&text, first, last) else {
                continue;
            };
            let words: Vec<_> = text[start..end].split_whitespace().collect();
            let words = words.join(" ");
            match self.0.iter().find(|(known, _)| *known == words) {
                Some((_, at)) => {
                    let note =
                        format!("(Here stand the words of {at} from \"{first}\" to \"{last}\")");
                    text.replace_range(start..end, &note);
                }
                None => self.0.push((words, name.to_owned())),
            }
        }
        text
    }
}

/// From where to where the text has what begins and ends so, whatever white space is between the words.
fn span(text: &str, first: &str, last: &str) -> Option<(usize, usize)> {
    let (start, after) = find(text, first)?;
    let (_, end) = find(&text[after..], last)?;
    Some((start, after + end))
}

fn find(text: &str, phrase: &str) -> Option<(usize, usize)> {
    let mut words = phrase.split_whitespace();
    let opening = words.next()?;
    text.match_indices(opening).find_map(|(start, _)| {
        let mut rest = &text[start + opening.len()..];
        for word in words.clone() {
            rest = rest.trim_start().strip_prefix(word)?;
        }
        Some((start, text.len() - rest.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIT: &str =
        "Permission is hereby granted, free of charge, to you.\nNO DEALINGS IN\n  THE SOFTWARE.";

    #[test]
    fn what_many_share_stands_once_and_notices_stay() {
        let mut terms = Terms::default();
        let one = format!("Copyright One\n\n{MIT}\n");
        assert_eq!(terms.once(&one, "[1]"), one);
        let two = format!(
            "Copyright Two\n\n{}\n\nMore.",
            MIT.replace(" hereby", "\nhereby")
        );
        assert_eq!(
            terms.once(&two, "[2]"),
            "Copyright Two\n\n(Here stand the words of [1] from \"Permission is hereby granted, free of charge,\" to \
             \"DEALINGS IN THE SOFTWARE.\")\n\nMore."
        );
    }

    #[test]
    fn a_word_that_differs_is_another_text() {
        let mut terms = Terms::default();
        terms.once(MIT, "[1]");
        let other = MIT.replace("you", "everybody");
        assert_eq!(terms.once(&other, "[2]"), other);
        // And one without its end has nothing in common.
        assert_eq!(terms.once(&MIT[..40], "[3]"), MIT[..40]);
    }
}
