//! Cuts a stream into the texts of its records.
//!
//! One record is held at a time. SDF and molfiles are cut at `$$$$`, MOL2 at `@<TRIPOS>MOLECULE`, PDB at `ENDMDL` and `END`
//! (so that models stream; `CONECT` lines after the last model belong to no record), XYZ by its count lines. Where an
//! XYZ frame is broken, reading goes on at the next count line that a plausible frame follows.

use super::detect::{is_atom_like, is_count_line};
use super::scan::{Ending, fields, float, quote};
use super::{Format, ParseError, RawRecord, ReadError};
use flate2::bufread::MultiGzDecoder;
use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

/// Bytes looked at to tell the format.
const DETECTION_BYTES: usize = 16 * 1024;
/// Bytes read at once.
const BUFFER_BYTES: usize = 128 * 1024;
/// A longer line is cut: no text file of molecules has one, and a binary file may be one line.
const LONGEST_LINE: u64 = 4 * 1024 * 1024;
/// A longer record is refused, so that a file without separators can't fill the memory.
const LONGEST_RECORD: usize = 512 * 1024 * 1024;

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
            if line.starts_with(b"TITLE ") && self.title.is_none() && line.len() > 10 {
                self.title = Some(String::from_utf8_lossy(&line[10..]).trim().into());
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

/// A record's text in the making.
struct Cut {
    text: Vec<u8>,
    first_line: usize,
    ending: Ending,
    /// Whether the record grew too long and was dropped.
    overflow: bool,
}

impl Cut {
    fn new(first_line: usize, capacity: usize) -> Self {
        Self {
            text: Vec::with_capacity(capacity + capacity / 8),
            first_line,
            ending: Ending::File,
            overflow: false,
        }
    }

    fn is_blank(&self) -> bool {
        self.text.iter().all(u8::is_ascii_whitespace)
    }
}

/// Lines of a stream, with as much looking ahead as is asked for.
struct LineSource {
    stream: Box<dyn BufRead + Send>,
    /// Lines taken so far.
    number: usize,
    ahead: VecDeque<Vec<u8>>,
    /// Buffers to use again.
    spare: Vec<Vec<u8>>,
}

impl LineSource {
    fn new(stream: Box<dyn BufRead + Send>) -> Self {
        Self {
            stream,
            number: 0,
            ahead: VecDeque::new(),
            spare: Vec::new(),
        }
    }

    /// Appends the stream's next line with its end; whether there was one.
    fn read(stream: &mut dyn BufRead, buffer: &mut Vec<u8>) -> io::Result<bool> {
        Ok(stream.take(LONGEST_LINE).read_until(b'\n', buffer)? > 0)
    }

    /// The line `k` lines ahead, with its end.
    fn peek(&mut self, k: usize) -> io::Result<Option<&[u8]>> {
        while self.ahead.len() <= k {
            let mut buffer = self.spare.pop().unwrap_or_default();
            buffer.clear();
            if !Self::read(&mut *self.stream, &mut buffer)? {
                return Ok(None);
            }
            self.ahead.push_back(buffer);
        }
        Ok(self.ahead.get(k).map(Vec::as_slice))
    }

    /// Takes a line that was looked at.
    fn advance(&mut self) {
        if let Some(buffer) = self.ahead.pop_front() {
            self.number += 1;
            self.spare.push(buffer);
        }
    }

    /// Takes the next line and appends it to the record; gives where it begins.
    fn append_next(&mut self, cut: &mut Cut) -> io::Result<Option<usize>> {
        if cut.text.len() > LONGEST_RECORD {
            cut.overflow = true;
            cut.text.clear();
        }
        let start = cut.text.len();
        if let Some(line) = self.ahead.front() {
            cut.text.extend_from_slice(line);
            self.advance();
            return Ok(Some(start));
        }
        if !Self::read(&mut *self.stream, &mut cut.text)? {
            return Ok(None);
        }
        self.number += 1;
        Ok(Some(start))
    }
}

fn is_count(line: &[u8]) -> bool {
    str::from_utf8(line).is_ok_and(is_count_line)
}

fn has_atom_shape(line: &[u8]) -> bool {
    // Names may be in any encoding; what is asked for is only the number of fields.
    str::from_utf8(line).map_or_else(|_| is_atom_like(&String::from_utf8_lossy(line)), is_atom_like)
}

/// Whether a line can be nothing but an atom line.
fn is_atom(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line);
    let mut numbers = fields(&text).skip(1).take(3).map(|f| float(f).is_some());
    is_atom_like(&text) && numbers.all(|is_number| is_number)
}

/// The stream, decompressed if its first bytes are gzip's.
fn decompressed(stream: Box<dyn Read + Send>) -> io::Result<Box<dyn BufRead + Send>> {
    let mut stream = BufReader::with_capacity(BUFFER_BYTES, stream);
    let mut start = Vec::with_capacity(2);
    stream.by_ref().take(2).read_to_end(&mut start)?;
    let compressed = start == [0x1f, 0x8b];
    let whole = Cursor::new(start).chain(stream);
    if compressed {
        return Ok(Box::new(BufReader::with_capacity(
            BUFFER_BYTES,
            MultiGzDecoder::new(whole),
        )));
    }
    Ok(Box::new(whole))
}

/// Tells the format by the stream's beginning, which is put back.
fn told_by_content(source_name: &str, stream: &mut Box<dyn BufRead + Send>) -> Result<Format, ReadError> {
    let mut start = Vec::new();
    let mut told = None;
    let mut ended = false;
    // As soon as it can be told: a slow pipe should not have to fill a buffer first. Only a molfile's end has to be waited
    // for, since more records may follow.
    while matches!(told, None | Some(Format::Mol)) && !ended && start.len() < DETECTION_BYTES {
        let buffer = match stream.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                return Err(ReadError::Io {
                    source_name: source_name.to_owned(),
                    error,
                });
            }
        };
        let taken = buffer.len();
        ended = taken == 0;
        start.extend_from_slice(buffer);
        stream.consume(taken);
        let text = String::from_utf8_lossy(&start);
        // A line that has not come in whole tells nothing, unless no more comes.
        let whole = if ended {
            text.len()
        } else {
            text.rfind('\n').map_or(0, |at| at + 1)
        };
        told = Format::detect(&text[..whole]);
    }
    let text = String::from_utf8_lossy(&start).into_owned();
    let rest = std::mem::replace(stream, Box::new(io::empty()));
    *stream = Box::new(Cursor::new(start).chain(rest));
    match told {
        Some(Format::Mol) if !ended => Ok(Format::Sdf),
        Some(format) => Ok(format),
        None => {
            let known: Vec<&str> = Format::ALL.iter().map(|f| f.name()).collect();
            let first = text.lines().find(|l| !l.trim().is_empty());
            let found = first.map_or_else(
                || "an empty file".to_owned(),
                |l| format!("the first line {}", quote(l.trim())),
            );
            Err(ReadError::UnknownFormat {
                source_name: source_name.to_owned(),
                message: format!(
                    "the format can't be told: found {found}, expected one of {}",
                    known.join(", ")
                ),
            })
        }
    }
}

fn skip_byte_order_mark(stream: &mut Box<dyn BufRead + Send>) -> io::Result<()> {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    let mut start = Vec::with_capacity(MARK.len());
    stream.by_ref().take(MARK.len() as u64).read_to_end(&mut start)?;
    if start != MARK {
        let rest = std::mem::replace(stream, Box::new(io::empty()));
        *stream = Box::new(Cursor::new(start).chain(rest));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

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
            assert_eq!((good, errors.len()), (0, 1), "{format:?} {errors:?}");
            let (good, errors) = read(b"", Some(format));
            assert_eq!((good, errors.len()), (0, 1), "{format:?}");
            assert!(errors[0].contains("an empty file"), "{errors:?}");
        }
        assert_eq!(read(&noise, None).1.len(), 1);
        assert_eq!(read(b"", None).1.len(), 1);
        assert_eq!(read("1\n2\n".repeat(500).as_bytes(), Some(Format::Xyz)).1.len(), 1);
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
