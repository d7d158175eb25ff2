//! The comment line of an XYZ frame: a name in free words and extended XYZ's `key=value` pairs.
//!
//! Pairs count where they stand before or after all free words; between words they are prose (`E=-76.4 hartree, optimized`)
//! and belong to the name, except for the few keys with a fixed meaning.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_till1};
use nom::character::complete::{anychar, char, multispace0, none_of};
use nom::combinator::{eof, map, not, peek, recognize, verify};
use nom::multi::fold_many0;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

/// Keys whose meaning extended XYZ fixes: pairs wherever they stand.
const FIXED_KEYS: [&str; 4] = ["properties", "lattice", "pbc", "charge"];

/// A longer line is a name as a whole: brackets and quotes left open would make taking it apart quadratic.
const LONGEST_LINE: usize = 32 * 1024;

/// A comment line, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Comment {
    /// The free words.
    pub name: String,
    /// The pairs, in order, values without quotes.
    pub pairs: Vec<(String, String)>,
}

/// `"…"` or `'…'` with `\n`, `\"`, `\\` inside.
fn quoted(input: &str) -> IResult<&str, String> {
    fn within(quote: char) -> impl FnMut(&str) -> IResult<&str, String> {
        move |input| {
            let escaped = map(preceded(char('\\'), anychar), |c| match c {
                'n' => '\n',
                'r' => '\r',
                c => c,
            });
            let plain = verify(none_of("\\"), move |&c| c != quote);
            let text = fold_many0(alt((escaped, plain)), String::new, |mut text, c| {
                text.push(c);
                text
            });
            delimited(char(quote), text, char(quote)).parse(input)
        }
    }
    alt((within('"'), within('\''))).parse(input)
}

/// `[…]` or `{…}`, nested ones too, kept with the brackets.
fn bracketed(input: &str) -> IResult<&str, &str> {
    let mut depth = 0usize;
    for (at, c) in input.char_indices() {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let end = if at == 0 { 0 } else { at + c.len_utf8() };
            return verify(nom::bytes::complete::take(input[..end].chars().count()), |t: &str| {
                !t.is_empty()
            })
            .parse(input);
        }
    }
    nom::combinator::fail().parse(input)
}

fn word(input: &str) -> IResult<&str, &str> {
    take_till1(char::is_whitespace).parse(input)
}

fn pair(input: &str) -> IResult<&str, (String, String)> {
    let bare_key = map(
        take_till1(|c: char| c.is_whitespace() || "=\"'[]{}".contains(c)),
        str::to_owned,
    );
    let end = || peek(alt((recognize(verify(anychar, |c| c.is_whitespace())), eof)));
    let bare_value = verify(take_till(char::is_whitespace), |v: &str| {
        !v.is_empty() && !v.starts_with(['"', '\'', '='])
    });
    let value = alt((
        terminated(quoted, end()),
        terminated(map(bracketed, str::to_owned), end()),
        map(bare_value, str::to_owned),
    ));
    (terminated(alt((quoted, bare_key)), (tag("="), not(char('=')))), value).parse(input)
}

/// Takes a comment line apart.
pub(super) fn parse(line: &str) -> Comment {
    let line = line.trim();
    if line.len() > LONGEST_LINE {
        return Comment {
            name: line.to_owned(),
            pairs: Vec::new(),
        };
    }
    let mut tokens = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let start = line.len() - rest.len();
        let parsed = alt((map(pair, Some), map(word, |_| None))).parse(rest);
        let Ok((after, token)) = parsed else { break };
        tokens.push((start..line.len() - after.len(), token));
        rest = multispace0::<_, nom::error::Error<&str>>(after).map_or("", |(r, _)| r);
    }
    let first_word = tokens.iter().position(|t| t.1.is_none()).unwrap_or(tokens.len());
    let last_word = tokens.iter().rposition(|t| t.1.is_none()).unwrap_or(0);
    let mut comment = Comment::default();
    // The name is a stretch of the line as it stands, spaces included, unless a fixed key parts it.
    let mut piece: Option<std::ops::Range<usize>> = None;
    for (k, (span, token)) in tokens.into_iter().enumerate() {
        match token {
            Some((key, value)) if k < first_word || k > last_word || is_fixed(&key) => {
                push_piece(&mut comment.name, piece.take().map(|p| &line[p]));
                comment.pairs.push((key, value));
            }
            _ => piece = Some(piece.map_or(span.start, |p| p.start)..span.end),
        }
    }
    push_piece(&mut comment.name, piece.map(|p| &line[p]));
    if comment.name.is_empty()
        && let Some(at) = comment.pairs.iter().position(|p| p.0 == "name")
    {
        comment.name = comment.pairs.remove(at).1;
    }
    comment
}

fn push_piece(name: &mut String, piece: Option<&str>) {
    if let Some(piece) = piece {
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(piece);
    }
}

/// Whether a key has a meaning of its own in extended XYZ.
pub(super) fn is_fixed(key: &str) -> bool {
    FIXED_KEYS.iter().any(|k| key.eq_ignore_ascii_case(k))
}

/// Appends a comment line (without line end) that [`parse`] takes apart in the same way.
pub(super) fn write(name: &str, pairs: &[(&str, &str)], out: &mut String) {
    let start = out.len();
    if !name.contains(['\n', '\r']) {
        out.push_str(name);
        push_pairs(pairs, start, out);
        // Quotes and equals signs in the name may turn it into pairs, or run on into them.
        let again = parse(&out[start..]);
        let same = |(found, wanted): (&(String, String), &(&str, &str))| found.0 == wanted.0 && found.1 == wanted.1;
        if again.name == name && again.pairs.len() == pairs.len() && again.pairs.iter().zip(pairs).all(same) {
            return;
        }
        out.truncate(start);
    }
    push_pair(out, "name", name);
    push_pairs(pairs, start, out);
}

fn push_pairs(pairs: &[(&str, &str)], start: usize, out: &mut String) {
    for (key, value) in pairs {
        if out.len() > start {
            out.push(' ');
        }
        push_pair(out, key, value);
    }
}

/// Appends `key=value`, each quoted where it has to be.
fn push_pair(out: &mut String, key: &str, value: &str) {
    let needs_no_quotes = |k: &str, v: &str| {
        let text = format!("{k}={v}");
        // A bracket left open would run on into what follows.
        let open = v.starts_with(['[', '{']) && !bracketed(v).is_ok_and(|(rest, _)| rest.is_empty());
        let same = pair(&text).is_ok_and(|(rest, p)| rest.is_empty() && p.0 == k && p.1 == v);
        same && !open && !text.contains(['\n', '\r'])
    };
    push_quoted(out, key, !needs_no_quotes(key, "x"));
    out.push('=');
    push_quoted(out, value, !needs_no_quotes("x", value));
}

fn push_quoted(out: &mut String, text: &str, quotes: bool) {
    if !quotes {
        out.push_str(text);
        return;
    }
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, name: &str, pairs: &[(&str, &str)]) {
        let comment = parse(line);
        let found: Vec<_> = comment.pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!((comment.name.as_str(), found.as_slice()), (name, pairs), "{line}");
    }

    #[test]
    fn comments() {
        check("", "", &[]);
        check("  water  dimer ", "water  dimer", &[]);
        check(
            "conformer=S8_1 rel_energy_kcal_mol=0.000",
            "",
            &[("conformer", "S8_1"), ("rel_energy_kcal_mol", "0.000")],
        );
        check("my water energy=-76.4", "my water", &[("energy", "-76.4")]);
        check(
            "Lattice=\"5 0 0 0 5 0 0 0 5\" Properties=species:S:1:pos:R:3 pbc='T T F'",
            "",
            &[
                ("Lattice", "5 0 0 0 5 0 0 0 5"),
                ("Properties", "species:S:1:pos:R:3"),
                ("pbc", "T T F"),
            ],
        );
        check("x E=-76.4 hartree, optimized", "x E=-76.4 hartree, optimized", &[]);
        check("an ion charge=-1 in water", "an ion in water", &[("charge", "-1")]);
        check(
            "a=[[1, 2], [3, 4]] b={x y}",
            "",
            &[("a", "[[1, 2], [3, 4]]"), ("b", "{x y}")],
        );
        check(
            "name=\"a=b\" c=\"two\\nlines \\\"q\\\"\"",
            "a=b",
            &[("c", "two\nlines \"q\"")],
        );
        check("\"odd key\"=1", "", &[("odd key", "1")]);
        check("broken=\"quote", "broken=\"quote", &[]);
        check("= =x a= a==b", "= =x a= a==b", &[]);
    }

    #[test]
    fn written_and_read_again() {
        for (name, pairs) in [
            (
                "water",
                vec![
                    ("energy", "-76.4"),
                    ("note", "two words"),
                    ("empty", ""),
                    ("odd key", "\"\\\n"),
                ],
            ),
            ("a=b", vec![]),
            ("ends with c=d", vec![("e", "f")]),
            ("#='", vec![("", "a'")]),
            ("", vec![("", "{"), ("", "{"), ("", "} ")]),
            ("{\n}", vec![("a", "{\n}")]),
            ("", vec![("a", "[1, 2"), ("b", "[1, 2]"), ("c", "=")]),
        ] {
            let mut line = String::new();
            write(name, &pairs, &mut line);
            check(&line, name, &pairs);
        }
    }
}
