//! The text format of parameter tables (`forcefields/*.par`, `--parameters FILE`).
//!
//! ```text
//! # A comment runs from '#' at the start of a line to its end.
//! [mmff94.bond] bond_type i j kb_md_per_A r0_A origin
//! 0 1 1 4.258 1.508 C94
//! ```
//! A section starts with its name in brackets, followed by the names of its columns. Rows are fields separated by blanks,
//! as many as there are columns. A section may appear again, in the same or a later file: its rows extend the
//! earlier ones, and a row with the same key replaces the earlier row.

use thiserror::Error;

/// What is wrong with a parameter file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}, line {line}: {message}")]
pub struct ParameterFileError {
    /// The file.
    pub file: String,
    /// Line number, from 1.
    pub line: usize,
    /// What was found and what was expected.
    pub message: String,
}

/// One row of a table.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    file: &'a str,
    section: &'a str,
    /// Line number, from 1.
    pub line: usize,
    /// The fields, as many as the section has columns.
    pub fields: Vec<&'a str>,
}

impl<'a> Row<'a> {
    /// An error about this row.
    #[must_use]
    pub fn error(&self, message: impl Into<String>) -> ParameterFileError {
        ParameterFileError {
            file: self.file.to_owned(),
            line: self.line,
            message: message.into(),
        }
    }

    /// A field as a number of any parseable type.
    ///
    /// # Errors
    /// Where the text is not such a number.
    pub fn parse<T: std::str::FromStr>(&self, column: usize) -> Result<T, ParameterFileError> {
        let text = self.fields[column];
        text.parse().map_err(|_| {
            self.error(format!(
                "section {}, column {}: '{text}' is not a {}",
                self.section,
                column + 1,
                std::any::type_name::<T>()
            ))
        })
    }
}

/// One section: a table.
#[derive(Clone, Debug)]
pub struct Section<'a> {
    /// Name, e.g. `mmff94.bond`.
    pub name: &'a str,
    /// Names of the columns.
    pub columns: Vec<&'a str>,
    /// The rows, in order.
    pub rows: Vec<Row<'a>>,
}

/// Reads a parameter file into its sections, in order.
///
/// # Errors
/// A row before any section, a row with the wrong number of fields, a malformed section head.
pub fn parse<'a>(file: &'a str, text: &'a str) -> Result<Vec<Section<'a>>, ParameterFileError> {
    let mut sections: Vec<Section<'a>> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        let error = |message: String| ParameterFileError {
            file: file.to_owned(),
            line: line_number,
            message,
        };
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let Some((name, columns)) = rest.split_once(']') else {
                return Err(error(format!("a section head needs a closing bracket: '{line}'")));
            };
            sections.push(Section {
                name,
                columns: columns.split_whitespace().collect(),
                rows: Vec::new(),
            });
            continue;
        }
        let Some(section) = sections.last_mut() else {
            return Err(error("a row stands before any [section]".to_owned()));
        };
        let mut fields = Vec::with_capacity(section.columns.len());
        fields.extend(line.split_whitespace());
        if fields.len() != section.columns.len() {
            return Err(error(format!(
                "section {} has {} columns ({}), this row has {} fields",
                section.name,
                section.columns.len(),
                section.columns.join(" "),
                fields.len()
            )));
        }
        section.rows.push(Row {
            file,
            section: section.name,
            line: line_number,
            fields,
        });
    }
    Ok(sections)
}
