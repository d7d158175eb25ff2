//! Lines, columns, fields and numbers of a text, with their places for messages.

use nom::bytes::complete::take_while;
use nom::bytes::complete::take_while1;
use nom::character::complete::char;
use nom::combinator::{all_consuming, opt, recognize};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};
use std::fmt::Write;

/// Coordinates beyond this (Å) are taken for a mistake: their squares would drown everything else.
const COORDINATE_LIMIT: f64 = 1e8;

/// What ended a record's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The end of the file.
    File,
    /// A separator, or the beginning of the next record.
    Record,
}

impl Ending {
    /// In words, for messages.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::File => "end of file",
            Self::Record => "end of the record",
        }
    }
}

/// What is wrong, with its place in the record's text. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Line in the record's text.
    pub line: usize,
    /// Column, where one can be told.
    pub column: Option<usize>,
    /// What was found, in words.
    pub found: String,
    /// What was expected, in words.
    pub expected: String,
}

impl Fault {
    /// A fault of a line as a whole.
    pub(super) fn new(line: usize, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self {
            line: line.max(1),
            column: None,
            found: found.into(),
            expected: expected.into(),
        }
    }
}

/// One line, without its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// Number in the record's text, from 1.
    pub number: usize,
    /// The text.
    pub text: &'a str,
}

impl<'a> Line<'a> {
    /// The columns from `start` (counted from 0) up to `end` (exclusive), trimmed; what lies beyond the line's end is empty.
    pub(super) fn columns(&self, start: usize, end: usize) -> &'a str {
        let length = self.text.len();
        // An empty piece still points at its place, for the column in messages.
        self.text
            .get(start.min(length)..end.min(length))
            .unwrap_or(&self.text[length..])
            .trim()
    }

    /// A fault at a part of this line.
    pub(super) fn fault(&self, part: &str, expected: impl Into<String>) -> Fault {
        let offset = (part.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize);
        let before = offset.and_then(|o| self.text.get(..o));
        Fault {
            line: self.number,
            column: before.map(|b| b.chars().count() + 1),
            found: if part.is_empty() {
                if before == Some(self.text) {
                    "end of line"
                } else {
                    "nothing"
                }
                .to_owned()
            } else {
                quote(part)
            },
            expected: expected.into(),
        }
    }

    /// A fault at this line's end.
    pub(super) fn fault_at_end(&self, expected: impl Into<String>) -> Fault {
        self.fault(&self.text[self.text.trim_end().len()..][..0], expected)
    }

    /// A coordinate in Å.
    pub(super) fn coordinate(&self, part: &str, axis: char) -> Result<f64, Fault> {
        match float(part) {
            Some(x) if x.abs() <= COORDINATE_LIMIT => Ok(x),
            Some(x) if x.is_finite() => Err(self.fault(part, format!("the {axis} coordinate within ±1e8 Å"))),
            Some(_) => Err(self.fault(part, format!("a finite {axis} coordinate in Å"))),
            None => Err(self.fault(part, format!("the {axis} coordinate in Å"))),
        }
    }

    /// A whole number.
    pub(super) fn integer<T: std::str::FromStr>(&self, part: &str, expected: &str) -> Result<T, Fault> {
        // The sign `+` is fine before any number, also an unsigned one: std agrees.
        part.parse().map_err(|_| self.fault(part, expected))
    }
}

/// The lines of a text; `\n` and `\r\n` both end one.
#[derive(Clone, Debug)]
pub(super) struct Lines<'a> {
    rest: &'a str,
    /// Number of the line given last.
    number: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, number: 0 }
    }

    /// Number of the line given last.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// What comes after the line given last.
    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// The next line, still to be given.
    pub(super) fn peek(&self) -> Option<Line<'a>> {
        self.clone().next()
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let (text, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        self.number += 1;
        Some(Line {
            number: self.number,
            text: text.strip_suffix('\r').unwrap_or(text),
        })
    }
}

/// The fields of a line, parted by spaces and tabs.
pub(super) fn fields(line: &str) -> impl Iterator<Item = &str> + Clone {
    line.split_ascii_whitespace()
}

/// A number in a Fortran dialect, `1.0D+00` or `-.5d3`: mantissa, marker, exponent.
fn fortran(text: &str) -> IResult<&str, (&str, &str)> {
    let digits = |b: char| b.is_ascii_digit() || b == '.';
    let mantissa = recognize((opt(nom::character::complete::one_of("+-")), take_while1(digits)));
    let exponent = recognize((
        opt(nom::character::complete::one_of("+-")),
        terminated(take_while1(|b: char| b.is_ascii_digit()), take_while(|_| false)),
    ));
    all_consuming((mantissa, preceded(nom::branch::alt((char('D'), char('d'))), exponent))).parse(text)
}

/// A floating-point number; infinite where it is too large.
pub(super) fn float(text: &str) -> Option<f64> {
    if let Ok(x) = text.parse() {
        return Some(x);
    }
    let (_, (mantissa, exponent)) = fortran(text).ok()?;
    format!("{mantissa}e{exponent}").parse().ok()
}

/// A piece of the input in quotes, short and without control characters.
pub(super) fn quote(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut out = String::from("'");
    for (k, c) in text.chars().enumerate() {
        if k == LONGEST {
            out.push('…');
            break;
        }
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out.push('\'');
    out
}

/// Appends a number with fixed decimals, right-aligned in `width` columns. Numbers too long for that get as many as they need.
pub(super) fn push_fixed(out: &mut String, x: f64, width: usize, decimals: usize) {
    const WIDEST: usize = 32;
    let scale = 10f64.powi(i32::try_from(decimals).unwrap_or(0));
    let scaled = (x * scale).round();
    if !(scaled.abs() < 1e15 && decimals < 15) {
        // Writing to a String cannot fail.
        let _infallible = write!(out, "{x:>width$.decimals$}");
        return;
    }
    // Digits of a whole number, from the last: several times faster than formatting, which looks for the exact decimal
    // value. A zero gets no sign.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "below 1e15 and not negative"
    )]
    let mut rest = scaled.abs() as u64;
    let mut digits = [b' '; WIDEST];
    let mut at = WIDEST;
    let mut count = 0;
    while rest > 0 || count <= decimals {
        if count == decimals && decimals > 0 {
            at -= 1;
            digits[at] = b'.';
        }
        at -= 1;
        digits[at] = b"0123456789"[usize::from((rest % 10) as u8)];
        rest /= 10;
        count += 1;
    }
    if scaled < 0.0 {
        at -= 1;
        digits[at] = b'-';
    }
    let text = str::from_utf8(&digits[at..]).unwrap_or_default();
    for _ in text.len()..width {
        out.push(' ');
    }
    out.push_str(text);
}

/// A text that must stay on one line.
pub(super) fn one_line(text: &str) -> String {
    text.trim().replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats() {
        for (text, x) in [
            ("1.0D+00", 1.0),
            ("-.5d2", -50.0),
            ("1e3", 1000.0),
            ("+2", 2.0),
            ("3.", 3.0),
        ] {
            assert_eq!(float(text), Some(x), "{text}");
        }
        for text in ["", "D", "1D", "1.0D+", "--1", "1..0D1", "x"] {
            assert_eq!(float(text), None, "{text}");
        }
        assert_eq!(float("1D999"), Some(f64::INFINITY));
    }

    #[test]
    fn faults_name_the_column_in_characters() {
        let line = Line {
            number: 7,
            text: "ä  xyz",
        };
        let fault = line.fault(line.columns(4, 9), "a number");
        assert_eq!((fault.line, fault.column, fault.found.as_str()), (7, Some(4), "'xyz'"));
        assert_eq!(line.fault(line.columns(20, 30), "more").found, "end of line");
    }

    #[test]
    fn lines_end_in_either_way() {
        let lines: Vec<_> = Lines::new("a\r\n\nb").map(|l| (l.number, l.text)).collect();
        assert_eq!(lines, [(1, "a"), (2, ""), (3, "b")]);
    }

    #[test]
    fn no_negative_zero() {
        let mut out = String::new();
        push_fixed(&mut out, -0.00001, 10, 4);
        assert_eq!(out, "    0.0000");
    }

    #[test]
    fn fixed_decimals() {
        for (x, width, decimals, text) in [
            (1.5, 8, 3, "   1.500"),
            (-0.0625, 0, 4, "-0.0625"),
            (0.99999, 0, 4, "1.0000"),
            (-12.345678, 10, 4, "  -12.3457"),
            (9.0, 3, 0, "  9"),
            (-9.99e7, 0, 8, "-99900000.00000000"),
            (1e30, 0, 1, "1000000000000000019884624838656.0"),
        ] {
            let mut out = String::new();
            push_fixed(&mut out, x, width, decimals);
            assert_eq!(out, text);
        }
    }
}
