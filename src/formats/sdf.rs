//! Molfiles and SDF records: a header, a connection table of either version, and data items.

use super::mol::{self, read_header};
use super::scan::{Ending, Fault, Line, Lines};
use super::{Record, mol_v2000, mol_v3000};
use nom::bytes::complete::{tag, take_till};
use nom::combinator::rest;
use nom::sequence::preceded;
use nom::{IResult, Parser};

/// Understands one record.
pub(super) fn parse(text: &str, ending: Ending) -> Result<Record, Fault> {
    let mut lines = Lines::new(text);
    let mut record = Record::default();
    let mut header = |expected: &str| {
        lines
            .next()
            .ok_or_else(|| Fault::new(lines.number(), ending.words(), expected.to_owned()))
    };
    let titles = [
        header("the title line")?,
        header("the second header line")?,
        header("the comment line")?,
    ];
    let counts = header("the counts line")?;
    read_header(titles, &mut record);
    let draft = if counts.text.contains("V3000") {
        mol_v3000::read(&mut lines, ending)?
    } else {
        mol_v2000::read(counts, &mut lines, ending)?
    };
    draft.finish(&mut record)?;
    read_data(&mut lines, &mut record);
    Ok(record)
}

/// Name of a data item in its header line: `> <NAME>`, `>  25 <NAME> (x)`, or `> DT12` with a field number alone.
fn item_name(line: &str) -> &str {
    fn bracketed(input: &str) -> IResult<&str, &str> {
        preceded((tag(">"), take_till(|c| c == '<'), tag("<")), rest).parse(input)
    }
    match bracketed(line) {
        Ok((_, tail)) => tail.rfind('>').map_or(tail, |at| &tail[..at]).trim(),
        Err(_) => line.trim_start_matches('>').trim(),
    }
}

/// Reads the data items, which run to the record's end.
fn read_data(lines: &mut Lines<'_>, record: &mut Record) {
    let mut stray = false;
    // Whether the current item's value was ended by a blank line.
    let mut blanks = 0;
    let mut value_lines = 0;
    for line in lines {
        let Line { text, .. } = line;
        if text.starts_with("$$$$") {
            break;
        }
        let item_begins = text.starts_with('>') && (record.fields.is_empty() || blanks > 0 || value_lines == 0);
        if item_begins {
            record.fields.push((item_name(text).to_owned(), String::new()));
            blanks = 0;
            value_lines = 0;
        } else if text.trim().is_empty() {
            blanks += 1;
        } else if let Some((_, value)) = record.fields.last_mut() {
            // A value with a blank line inside breaks the rule, but is understood: the next item begins with '>'.
            for _ in 0..if value_lines == 0 { 0 } else { blanks + 1 } {
                value.push('\n');
            }
            value.push_str(text.trim_end());
            value_lines += 1;
            blanks = 0;
        } else {
            stray = true;
        }
    }
    if stray {
        record
            .notes
            .push("text between the table and the data items is not kept".to_owned());
    }
}

/// Appends a record: molfile, data items, `$$$$`.
pub(super) fn write(record: &Record, out: &mut String) -> Result<Vec<String>, String> {
    let mut notes = mol::write(record, out)?;
    for (name, value) in &record.fields {
        out.push_str(">  <");
        let name: String = name
            .chars()
            .map(|c| if c.is_control() || c == '<' || c == '>' { ' ' } else { c })
            .collect();
        out.push_str(&name);
        out.push_str(">\n");
        let mut after_blank = true;
        for line in value.trim_matches('\n').lines() {
            let line = line.trim_end();
            // Would be taken for the next item or the record's end.
            if (after_blank && line.starts_with('>')) || line.starts_with("$$$$") {
                out.push(' ');
                notes.push(format!(
                    "a line of the data field '{name}' was indented, since it looks like a separator"
                ));
            }
            after_blank = line.is_empty();
            out.push_str(line);
            out.push('\n');
        }
        out.push('\n');
    }
    out.push_str("$$$$\n");
    Ok(notes)
}
