//! Cuts a stream into the texts of its records.
//!
//! One record is held at a time. SDF and molfiles are cut at `$$$$`, MOL2 at `@<TRIPOS>MOLECULE`, PDB at `ENDMDL` and `END`
//! (so that models stream; `CONECT` lines after the last model belong to no record), SMILES by lines, XYZ by its count lines. Where an
//! XYZ frame is broken, reading goes on at the next count line that a plausible frame follows.

use super::scan::{Ending, fields, float};
use super::stream::{Cut, LONGEST_RECORD, LineSource, decompressed, skip_byte_order_mark, told_by_content};
use super::{Format, ParseError, RawRecord, ReadError, smiles};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

/// Bytes of a PDB file's title that are kept for its later models.
const LONGEST_TITLE: usize = 4096;

/// Cuts a stream into records, one at a time, in bounded memory. `.gz` is told by content.
///
/// Gives every record, good or bad, once. After an error of the stream itself ([`ReadError::Io`]) it ends. A stream
/// without any record gives one error.
pub struct Reader {
    source_name: Arc<str>,
    format: Format,
    lines: LineSource,
    /// Records given so far, broken ones too.
    count: usize,
    /// Size of the last record, a good guess for the next one.
    last_size: usize,
    /// Title of a PDB file, for its later models.
    title: Option<Arc<str>>,
    ended: bool,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("source_name", &self.source_name)
            .field("format", &self.format)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl Reader {
    /// Opens a file (`-`: standard input is the command line's business, see [`Reader::new`]). Where `format` is `None`, the
    /// extension tells it, or else the content.
    ///
    /// # Errors
    /// A file that cannot be read, or whose format can't be told.
    pub fn open(path: &Path, format: Option<Format>) -> Result<Self, ReadError> {
        let source_name = path.display().to_string();
        match File::open(path) {
            Ok(file) => Self::new(&source_name, Box::new(file), format.or_else(|| Format::from_path(path))),
            Err(error) => Err(ReadError::Io { source_name, error }),
        }
    }

    /// Reads from any stream; the format is told by content where `None`.
    ///
    /// # Errors
    /// An unreadable stream, or one whose format can't be told.
    pub fn new(source_name: &str, stream: Box<dyn Read + Send>, format: Option<Format>) -> Result<Self, ReadError> {
        let io_error = |error| ReadError::Io {
            source_name: source_name.to_owned(),
            error,
        };
        let mut stream = decompressed(stream).map_err(io_error)?;
        let format = match format {
            Some(format) => format,
            None => told_by_content(source_name, &mut stream)?,
        };
        skip_byte_order_mark(&mut stream).map_err(io_error)?;
        Ok(Self {
            source_name: source_name.into(),
            format,
            lines: LineSource::new(stream),
            count: 0,
            last_size: 1024,
            title: None,
            ended: false,
        })
    }

    /// The format that was stated or told.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The next record's text, `None` at the end of the stream.
    fn cut(&mut self) -> io::Result<Option<Cut>> {
        let mut cut = Cut::new(self.lines.number + 1, self.last_size);
        let found = match self.format {
            Format::Xyz => self.cut_frame(&mut cut)?,
            Format::Mol | Format::Sdf => self.cut_molfile(&mut cut)?,
            Format::Mol2 => self.cut_mol2(&mut cut)?,
            Format::Pdb => self.cut_model(&mut cut)?,
            Format::Smiles => self.cut_line(&mut cut)?,
        };
        Ok(found.then_some(cut))
    }

    /// Up to the line `$$$$`, which is left out.
    fn cut_molfile(&mut self, cut: &mut Cut) -> io::Result<bool> {
        while let Some(start) = self.lines.append_next(cut)? {
            if cut.text[start..].starts_with(b"$$$$") {
                cut.text.truncate(start);
                cut.ending = Ending::Record;
                return Ok(true);
            }
        }
        Ok(cut.overflow || !cut.is_blank())
    }

    /// From one `@<TRIPOS>MOLECULE` up to the next.
    fn cut_mol2(&mut self, cut: &mut Cut) -> io::Result<bool> {
        const OPENING: &[u8] = b"@<TRIPOS>MOLECULE";
        // What comes before the first molecule is comment; if none comes at all, the parser complains of the first line.
        loop {
            let number = self.lines.number + 1;
            let Some(line) = self.lines.peek(0)? else { break };
            if line.starts_with(OPENING) {
                break;
            }
            let wanted = cut.text.is_empty() && !line.trim_ascii().is_empty() && !line.starts_with(b"#");
            if wanted {
                cut.first_line = number;
                cut.text.extend_from_slice(line);
            }
            self.lines.advance();
        }
        if self.lines.peek(0)?.is_none() {
            return Ok(self.count == 0 && !cut.text.is_empty());
        }
        cut.text.clear();
        cut.first_line = self.lines.number + 1;
        self.lines.append_next(cut)?;
        while let Some(line) = self.lines.peek(0)? {
            if line.starts_with(OPENING) {
                cut.ending = Ending::Record;
                break;
            }
            self.lines.append_next(cut)?;
        }
        Ok(true)
    }

    /// Up to `ENDMDL` or `END`; stretches without atoms (the file's head and tail) are no records of their own.
    fn cut_model(&mut self, cut: &mut Cut) -> io::Result<bool> {
        let mut atoms = false;
        while let Some(start) = self.lines.append_next(cut)? {
            let line = cut.text[start..].trim_ascii_end();
            atoms |= line.starts_with(b"ATOM") || line.starts_with(b"HETATM");
            let room = self.title.as_ref().is_none_or(|t| t.len() < LONGEST_TITLE);
            if line.starts_with(b"TITLE ") && self.count == 0 && line.len() > 10 && room {
                let piece = String::from_utf8_lossy(&line[10..]);
                let title = self.title.take().map_or_else(String::new, |t| format!("{t} "));
                self.title = Some((title + piece.trim()).into());
            }
            if line == b"END" || line.starts_with(b"ENDMDL") {
                if atoms {
                    cut.ending = Ending::Record;
                    return Ok(true);
                }
                if self.count > 0 {
                    cut.text.clear();
                    cut.first_line = self.lines.number + 1;
                }
            }
        }
        Ok(cut.overflow || atoms || (self.count == 0 && !cut.is_blank()))
    }

    /// The next line with a molecule.
    fn cut_line(&mut self, cut: &mut Cut) -> io::Result<bool> {
        let first = self.count == 0;
        while self.lines.peek(0)?.is_some_and(|l| smiles::is_no_molecule(l, first)) {
            self.lines.advance();
        }
        cut.first_line = self.lines.number + 1;
        cut.ending = Ending::Record;
        Ok(self.lines.append_next(cut)?.is_some())
    }

    /// One frame by its count line. A frame that breaks off takes along the line where it does.
    fn cut_frame(&mut self, cut: &mut Cut) -> io::Result<bool> {
        while self.lines.peek(0)?.is_some_and(|l| l.trim_ascii().is_empty()) {
            self.lines.advance();
        }
        cut.first_line = self.lines.number + 1;
        let Some(first) = self.lines.peek(0)? else {
            return Ok(false);
        };
        if !is_count(first) {
            self.lines.append_next(cut)?;
            self.resynchronize()?;
            return Ok(true);
        }
        let count = str::from_utf8(first.trim_ascii())
            .ok()
            .and_then(|t| t.parse().ok())
            .unwrap_or(u64::MAX);
        self.lines.append_next(cut)?;
        self.lines.append_next(cut)?;
        for _ in 0..count {
            match self.lines.peek(0)? {
                None => return Ok(true),
                Some(line) if is_count(line) => {
                    cut.ending = Ending::Record;
                    self.resynchronize()?;
                    return Ok(true);
                }
                Some(line) => {
                    let fits = has_atom_shape(line);
                    self.lines.append_next(cut)?;
                    if !fits {
                        self.resynchronize()?;
                        return Ok(true);
                    }
                }
            }
        }
        match self.lines.peek(0)? {
            Some(line) if is_atom(line) => {
                // More atoms than counted: the frame is broken, and the parser says so at this line.
                self.lines.append_next(cut)?;
                self.resynchronize()?;
            }
            Some(_) => cut.ending = Ending::Record,
            None => {}
        }
        Ok(true)
    }

    /// Skips to the next count line that a plausible frame follows.
    fn resynchronize(&mut self) -> io::Result<()> {
        while let Some(line) = self.lines.peek(0)? {
            if is_count(line) && self.lines.peek(2)?.is_some_and(has_atom_shape) {
                break;
            }
            self.lines.advance();
        }
        Ok(())
    }

    fn error(&self, line: usize, found: String, expected: String) -> ReadError {
        ReadError::Record(ParseError {
            source_name: self.source_name.to_string(),
            record: self.count,
            line,
            column: None,
            found,
            expected,
            excerpt: None,
        })
    }
}

impl Iterator for Reader {
    type Item = Result<RawRecord, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let first = self.count == 0;
        match self.cut() {
            Ok(Some(cut)) => {
                self.count += 1;
                if cut.overflow {
                    let found = format!("a record of more than {} MiB", LONGEST_RECORD >> 20);
                    let expected = format!("the end of the {} record", self.format.name());
                    return Some(Err(self.error(cut.first_line, found, expected)));
                }
                self.last_size = cut.text.len();
                let (text, replaced) = match String::from_utf8(cut.text) {
                    Ok(text) => (text, false),
                    Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
                };
                Some(Ok(RawRecord {
                    format: self.format,
                    source_name: Arc::clone(&self.source_name),
                    index: self.count,
                    first_line: cut.first_line,
                    text,
                    ending: cut.ending,
                    replaced,
                    title: self.title.clone(),
                }))
            }
            Ok(None) => {
                self.ended = true;
                first.then(|| {
                    self.count = 1;
                    let found = if self.lines.number == 0 {
                        "an empty file"
                    } else {
                        "nothing but blank lines"
                    };
                    Err(self.error(
                        1,
                        found.to_owned(),
                        format!("at least one {} record", self.format.name()),
                    ))
                })
            }
            Err(error) => {
                self.ended = true;
                Some(Err(ReadError::Io {
                    source_name: self.source_name.to_string(),
                    error,
                }))
            }
        }
    }
}

/// Whether a line of unknown encoding is one whole number alone, as before an XYZ frame.
fn is_count(line: &[u8]) -> bool {
    let text = line.trim_ascii();
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// Whether a line of unknown encoding has the shape of an atom line, right or wrong: four fields or more.
fn has_atom_shape(line: &[u8]) -> bool {
    line.split(u8::is_ascii_whitespace)
        .filter(|f| !f.is_empty())
        .nth(3)
        .is_some()
}

/// Whether a line can be nothing but an atom line.
fn is_atom(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line);
    let mut numbers = fields(&text).skip(1).take(3).map(|f| float(f).is_some());
    has_atom_shape(line) && numbers.all(|is_number| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::{Cursor, Write};

    const WATER: &str = "3\nwater\nO 0 0 0.1173\nH 0 0.7572 -0.4692\nH 0 -0.7572 -0.4692\n";

    /// Number of good records, and the errors.
    fn read(bytes: &[u8], format: Option<Format>) -> (usize, Vec<String>) {
        let mut good = 0;
        let mut errors = Vec::new();
        match Reader::new("x", Box::new(Cursor::new(bytes.to_vec())), format) {
            Ok(reader) => {
                for raw in reader {
                    match raw.and_then(|r| r.parse().map_err(ReadError::from)) {
                        Ok(_) => good += 1,
                        Err(error) => errors.push(error.to_string()),
                    }
                }
            }
            Err(error) => errors.push(error.to_string()),
        }
        (good, errors)
    }

    #[test]
    fn frames_with_blank_lines_marks_and_carriage_returns() {
        let text = format!(
            "\u{feff}\n{WATER}\n\n{}{}\n\n",
            WATER.replace('\n', "\r\n"),
            WATER.trim_end()
        );
        assert_eq!(read(text.as_bytes(), None), (3, vec![]));
    }

    #[test]
    fn compressed_members() {
        let mut bytes = Vec::new();
        for _ in 0..2 {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(WATER.as_bytes()).unwrap();
            bytes.extend(gzip.finish().unwrap());
        }
        assert_eq!(read(&bytes, None), (2, vec![]));
        bytes.truncate(bytes.len() - 9);
        let (good, errors) = read(&bytes, Some(Format::Xyz));
        assert_eq!(errors.len(), 1, "{good} {errors:?}");
    }

    #[test]
    fn a_bad_frame_costs_only_itself() {
        let lines: Vec<&str> = WATER.lines().collect();
        for bad in [
            WATER.replace("O 0", "Qq 0"),
            WATER.replace("0.1173", "nan"),
            WATER.replace("0.1173", ""),
            WATER.replacen("3\n", "2\n", 1),
            WATER.replacen("3\n", "4\n", 1),
            WATER.replacen("3\n", "99999999999999\n", 1),
            WATER.replacen("3\n", "x\n", 1),
            WATER.replacen("3\n", "-3\n", 1),
            lines[..3].join("\n") + "\n",
            lines[..1].join("\n") + "\n",
            "garbage\n5\n4 4 4 4\nmore\n".to_owned(),
        ] {
            let text = format!("{WATER}{bad}{WATER}");
            let (good, errors) = read(text.as_bytes(), Some(Format::Xyz));
            assert_eq!(errors.len(), 1, "{bad}: {errors:?}");
            assert!(good == 2 || bad.lines().count() == 1, "{bad}: {good} {errors:?}");
        }
    }

    #[test]
    fn noise_gives_one_error() {
        let noise: Vec<u8> = (0..40).flat_map(|_| 0..=255).collect();
        for format in Format::ALL {
            let (good, errors) = read(&noise, Some(format));
            // Every line is a record of its own where records are lines.
            let wanted = if format == Format::Smiles { 41 } else { 1 };
            assert_eq!((good, errors.len()), (0, wanted), "{format:?} {errors:?}");
            let (good, errors) = read(b"", Some(format));
            assert_eq!((good, errors.len()), (0, 1), "{format:?}");
            assert!(errors[0].contains("an empty file"), "{errors:?}");
        }
        assert_eq!(read(&noise, None).1.len(), 1);
        assert_eq!(read(b"", None).1.len(), 1);
        assert_eq!(read("1\n2\n".repeat(500).as_bytes(), Some(Format::Xyz)).1.len(), 1);
    }

    /// A stream that comes in small pieces.
    struct Trickle(Cursor<Vec<u8>>);

    impl Read for Trickle {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let size = buffer.len().min(7);
            self.0.read(&mut buffer[..size])
        }
    }

    #[test]
    fn formats_are_told_from_pieces() {
        let mol = "m\n\n\n  1  0  0  0  0  0            999 V2000\n    0.0000    0.0000    0.0000 O   0\nM  END\n";
        for (text, format) in [
            (WATER, Format::Xyz),
            (mol, Format::Mol),
            (&format!("{mol}$$$$\n"), Format::Sdf),
        ] {
            let stream = Trickle(Cursor::new(text.as_bytes().to_vec()));
            let mut reader = Reader::new("x", Box::new(stream), None).unwrap();
            assert_eq!(reader.format(), format);
            assert!(reader.next().unwrap().unwrap().parse().is_ok());
            assert!(reader.next().is_none());
        }
    }

    #[test]
    fn latin_1_is_read_with_a_note() {
        let bytes: Vec<u8> = WATER
            .replace("water", "w~ter")
            .bytes()
            .map(|b| if b == b'~' { 0xe4 } else { b })
            .collect();
        let raw = Reader::new("x", Box::new(Cursor::new(bytes)), None)
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        assert_eq!(raw.parse().unwrap().notes, ["bytes that are not UTF-8 were replaced"]);
    }
}
