//! A line that is read from left to right, with the column for messages; and the small pieces that all grammars share.

use super::{Atoms, Coordinate, DirectiveError, Pick, Place};
use crate::chem::Element;
use crate::coordinates::Primitive;
use crate::units::DEGREES_PER_RADIAN;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::{alpha1, char, digit1, space0};
use nom::combinator::{map_res, opt, recognize, verify};
use nom::sequence::{pair, preceded};
use nom::{IResult, Parser};

/// Most points along one coordinate of a scan.
const MOST_POINTS: usize = 100_000;

/// A line and how far it has been read.
#[derive(Clone)]
pub(super) struct Cursor<'a> {
    source_name: &'a str,
    line: Option<usize>,
    text: &'a str,
    rest: &'a str,
}

pub(super) type Read<T> = Result<T, DirectiveError>;

fn word(input: &str) -> IResult<&str, &str> {
    recognize(pair(alpha1, take_while(|c: char| c.is_alphanumeric() || c == '_'))).parse(input)
}

/// A number; its point must not be the first of the two in `0..360`.
fn float(input: &str) -> IResult<&str, f64> {
    let end = float_length(input.as_bytes());
    let (text, rest) = input.split_at(end);
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && !rest.starts_with(char::is_alphabetic) => Ok((rest, value)),
        _ => nom::combinator::fail().parse(input),
    }
}

/// How many bytes look like a number: sign, digits with a point, exponent.
fn float_length(bytes: &[u8]) -> usize {
    let digits = |from: usize| from + bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let is = |at: usize, set: &[u8]| bytes.get(at).is_some_and(|b| set.contains(b));
    let mut end = digits(usize::from(is(0, b"+-")));
    if is(end, b".") && !is(end + 1, b".") {
        end = digits(end + 1);
    }
    if is(end, b"eE") {
        let exponent = end + 1 + usize::from(is(end + 1, b"+-"));
        if digits(exponent.min(bytes.len())) > exponent {
            end = digits(exponent);
        }
    }
    end
}

fn whole(input: &str) -> IResult<&str, usize> {
    map_res(digit1, str::parse::<usize>).parse(input)
}

/// A number from 1 as an index from 0.
fn atom(input: &str) -> IResult<&str, usize> {
    map_res(whole, |number| number.checked_sub(1).ok_or(())).parse(input)
}

fn range(input: &str) -> IResult<&str, (usize, usize)> {
    let end = preceded((space0, char('-'), space0), atom);
    let both = map_res(pair(atom, opt(end)), |(first, last)| match last {
        Some(last) if last < first => Err(()),
        Some(last) => Ok((first, last)),
        None => Ok((first, first)),
    });
    both_then_no_letter(both, input)
}

/// A number that goes on as a word (`12abc`) is none.
fn both_then_no_letter<'a, T>(
    mut parser: impl Parser<&'a str, Output = T, Error = nom::error::Error<&'a str>>,
    input: &'a str,
) -> IResult<&'a str, T> {
    let (rest, value) = parser.parse(input)?;
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '.' || c == '_') {
        return nom::combinator::fail().parse(input);
    }
    Ok((rest, value))
}

fn element(input: &str) -> IResult<&str, Element> {
    map_res(alpha1, |symbol| Element::from_symbol(symbol).ok_or(())).parse(input)
}

impl<'a> Cursor<'a> {
    pub(super) fn new(source_name: &'a str, line: Option<usize>, text: &'a str) -> Self {
        let mut cursor = Self {
            source_name,
            line,
            text,
            rest: text,
        };
        cursor.skip_blanks();
        cursor
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    pub(super) fn place(&self) -> Place {
        let read = &self.text[..self.text.len() - self.rest.len()];
        Place {
            source_name: self.source_name.to_owned(),
            line: self.line,
            column: read.chars().count() + 1,
        }
    }

    /// What stands here is not what was expected.
    pub(super) fn fault(&self, expected: &str) -> DirectiveError {
        let end = self.rest.find([' ', '\t', ',', ';', '=']).unwrap_or(self.rest.len());
        let end = if end == 0 {
            self.rest.chars().next().map_or(0, char::len_utf8)
        } else {
            end
        };
        let found = if self.rest.is_empty() {
            "the end".to_owned()
        } else {
            format!("'{}'", &self.rest[..end])
        };
        DirectiveError {
            place: self.place(),
            found,
            expected: expected.to_owned(),
        }
    }

    fn attempt<T>(&mut self, parser: impl Fn(&'a str) -> IResult<&'a str, T>) -> Option<T> {
        let (rest, value) = parser(self.rest).ok()?;
        self.rest = rest;
        self.skip_blanks();
        Some(value)
    }

    fn expect<T>(&mut self, parser: impl Fn(&'a str) -> IResult<&'a str, T>, expected: &str) -> Read<T> {
        self.attempt(parser).ok_or_else(|| self.fault(expected))
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn end(&self) -> Read<()> {
        if self.is_at_end() {
            Ok(())
        } else {
            Err(self.fault("the end"))
        }
    }

    /// Reads exactly this text if it comes next.
    pub(super) fn accept(&mut self, text: &'static str) -> bool {
        self.attempt(|input| tag::<_, _, nom::error::Error<&str>>(text).parse(input))
            .is_some()
    }

    pub(super) fn require(&mut self, text: &'static str) -> Read<()> {
        if self.accept(text) {
            Ok(())
        } else {
            Err(self.fault(&format!("'{text}'")))
        }
    }

    /// The words up to a sign, in lower case, and the sign (`force constant=`), or nothing where no such sign follows.
    pub(super) fn key(&mut self, signs: &'static [char]) -> Option<String> {
        let key = |input: &'a str| {
            let (rest, key) = take_while1::<_, _, nom::error::Error<&str>>(|c: char| !signs.contains(&c))(input)?;
            let (rest, _) = nom::character::complete::one_of(signs).parse(rest)?;
            Ok((rest, key.trim().to_lowercase()))
        };
        self.attempt(key)
    }

    /// A word in lower case.
    pub(super) fn word(&mut self, expected: &str) -> Read<String> {
        self.expect(word, expected).map(str::to_lowercase)
    }

    /// Reads this word if it comes next.
    pub(super) fn accept_word(&mut self, text: &str) -> bool {
        let same = |input: &'a str| verify(word, |w: &str| w.eq_ignore_ascii_case(text)).parse(input);
        self.attempt(same).is_some()
    }

    pub(super) fn number(&mut self, expected: &str) -> Read<f64> {
        self.expect(float, expected)
    }

    /// A number above zero.
    pub(super) fn positive(&mut self, expected: &str) -> Read<f64> {
        self.expect(|input| verify(float, |value: &f64| *value > 0.0).parse(input), expected)
    }

    /// A number of points.
    pub(super) fn points(&mut self) -> Read<usize> {
        let fits = |input: &'a str| {
            let number = verify(whole, |count: &usize| (2..=MOST_POINTS).contains(count));
            both_then_no_letter(number, input)
        };
        self.expect(fits, "a number of points from 2 to 100000")
    }

    /// Numbers from 1 (here from 0), ranges, element symbols and `all`, separated by commas or blanks.
    pub(super) fn atoms(&mut self) -> Read<Atoms> {
        let mut atoms = Vec::new();
        loop {
            let place = self.place();
            let pick = if self.accept_word("all") {
                Pick::All
            } else if let Some((first, last)) = self.attempt(range) {
                Pick::Range(first, last)
            } else if let Some(element) = self.attempt(element) {
                Pick::Element(element)
            } else {
                return Err(self.fault("atoms: numbers from 1, ranges such as 1-5, element symbols, or all"));
            };
            atoms.push((pick, place));
            let comma = self.accept(",");
            if !comma && (self.is_at_end() || self.rest.starts_with(['=', ';'])) {
                return Ok(atoms);
            }
        }
    }

    /// Elements by symbol or atomic number.
    pub(super) fn elements(&mut self) -> Read<Atoms> {
        let expected = "an element, by symbol or atomic number";
        let by_number = |input: &'a str| {
            map_res(whole, |number| {
                u8::try_from(number)
                    .ok()
                    .and_then(Element::from_atomic_number)
                    .ok_or(())
            })
            .parse(input)
        };
        let mut atoms = Vec::new();
        loop {
            let place = self.place();
            let found = self.attempt(element).or_else(|| self.attempt(by_number));
            let element = found.ok_or_else(|| self.fault(expected))?;
            atoms.push((Pick::Element(element), place));
            if !self.accept(",") && self.is_at_end() {
                return Ok(atoms);
            }
        }
    }

    /// Ranges and numbers, separated by commas without blanks before the number that ends the list: `1-5,9, 50` are six atoms and a force
    /// constant.
    pub(super) fn numbered_atoms(&mut self) -> Read<Atoms> {
        let mut atoms = Vec::new();
        loop {
            let place = self.place();
            let (first, last) = self.expect(range, "atoms: numbers from 1, or ranges such as 1-5")?;
            atoms.push((Pick::Range(first, last), place));
            let goes_on = self
                .rest
                .strip_prefix(',')
                .is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
            if !goes_on {
                return Ok(atoms);
            }
            self.accept(",");
        }
    }

    /// The number of one atom.
    pub(super) fn atom(&mut self) -> Read<usize> {
        self.expect(
            |input| both_then_no_letter(atom, input),
            "the number of an atom, from 1",
        )
    }

    /// The coordinate of a kind that has a name: its atoms, separated by blanks or commas.
    pub(super) fn coordinate(&mut self, kind: &str, place: Place) -> Option<Read<Coordinate>> {
        let primitive = match kind {
            "distance" | "bond" | "stretch" => self.distinct().map(Primitive::Stretch),
            "angle" | "bend" => self.distinct().map(Primitive::Bend),
            "dihedral" | "torsion" => self.distinct().map(Primitive::Dihedral),
            _ => return None,
        };
        Some(primitive.map(|primitive| Coordinate { primitive, place }))
    }

    fn distinct<const N: usize>(&mut self) -> Read<[usize; N]> {
        let mut atoms = [0; N];
        for i in 0..N {
            let before = self.clone();
            let number = |input: &'a str| both_then_no_letter(atom, input);
            atoms[i] = self.expect(number, &format!("the number of an atom, from 1 ({} of {N})", i + 1))?;
            if atoms[..i].contains(&atoms[i]) {
                return Err(before.fault("an atom that is not yet in this coordinate"));
            }
            if i + 1 < N {
                self.accept(",");
            }
        }
        Ok(atoms)
    }

    /// A value of this coordinate in internal units.
    pub(super) fn value(&mut self, coordinate: &Coordinate) -> Read<f64> {
        let is_length = is_length(&coordinate.primitive);
        let before = self.clone();
        let value = self.number(if is_length {
            "a distance in Å"
        } else {
            "an angle in degrees"
        })?;
        let possible = match coordinate.primitive {
            Primitive::Stretch(_) => value > 0.0,
            Primitive::Bend(_) => (0.0..=180.0).contains(&value),
            _ => true,
        };
        if !possible {
            let expected = if is_length {
                "a distance above 0 Å"
            } else {
                "an angle from 0 to 180 degrees"
            };
            return Err(before.fault(expected));
        }
        Ok(value / unit(&coordinate.primitive))
    }

    /// A value, or nothing for `auto`.
    pub(super) fn value_or_auto(&mut self, coordinate: &Coordinate) -> Read<Option<f64>> {
        if self.accept_word("auto") {
            return Ok(None);
        }
        self.value(coordinate).map(Some)
    }
}

fn is_length(primitive: &Primitive) -> bool {
    matches!(primitive, Primitive::Stretch(_) | Primitive::Cartesian { .. })
}

/// What a user's number is in internal units, inverted.
pub(super) fn unit(primitive: &Primitive) -> f64 {
    if is_length(primitive) { 1.0 } else { DEGREES_PER_RADIAN }
}

/// Equally spaced values, both ends included.
pub(super) fn spread(first: f64, last: f64, count: usize) -> Vec<f64> {
    let step = (last - first) / (count - 1) as f64;
    (0..count).map(|k| first + step * k as f64).collect()
}

/// Values from the first one on, by the same step, up to the last one.
pub(super) fn stepped(first: f64, last: f64, step: f64) -> Option<Vec<f64>> {
    // A sum of many steps must not miss the end by its round-off.
    let count = ((last - first) / step + 1e-6).floor();
    let fits = step != 0.0 && (1.0..MOST_POINTS as f64).contains(&count);
    fits.then(|| (0..=count as usize).map(|k| first + step * k as f64).collect())
}
