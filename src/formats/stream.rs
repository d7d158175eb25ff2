//! The stream beneath a reader: decompression, the format by content, and lines with looking ahead.

use super::detect::SMILES_LINES;
use super::scan::{Ending, quote};
use super::{Format, ReadError};
use flate2::bufread::MultiGzDecoder;
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Cursor, Read};

/// Bytes looked at to tell the format.
const DETECTION_BYTES: usize = 16 * 1024;
/// Bytes read at once.
const BUFFER_BYTES: usize = 128 * 1024;
/// A longer line is cut: no text file of molecules has one, and a binary file may be one line.
const LONGEST_LINE: u64 = 4 * 1024 * 1024;
/// A longer record is refused, so that a file without separators can't fill the memory.
pub(super) const LONGEST_RECORD: usize = 512 * 1024 * 1024;

/// The stream, decompressed if its first bytes are gzip's.
pub(super) fn decompressed(stream: Box<dyn Read + Send>) -> io::Result<Box<dyn BufRead + Send>> {
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
pub(super) fn told_by_content(source_name: &str, stream: &mut Box<dyn BufRead + Send>) -> Result<Format, ReadError> {
    let mut start = Vec::new();
    let mut told = None;
    let mut ended = false;
    let mut undecided = true;
    // As soon as it can be told: a slow pipe should not have to fill a buffer first. Only after a molfile's table it has to
    // be waited for what follows.
    while undecided && !ended && start.len() < DETECTION_BYTES {
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
        undecided = match told {
            None | Some(Format::Mol) => true,
            Some(Format::Sdf) => !text.contains("M  END"),
            Some(Format::Smiles) => text[..whole].lines().count() < SMILES_LINES,
            Some(_) => false,
        };
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

pub(super) fn skip_byte_order_mark(stream: &mut Box<dyn BufRead + Send>) -> io::Result<()> {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    let mut start = Vec::with_capacity(MARK.len());
    stream.by_ref().take(MARK.len() as u64).read_to_end(&mut start)?;
    if start != MARK {
        let rest = std::mem::replace(stream, Box::new(io::empty()));
        *stream = Box::new(Cursor::new(start).chain(rest));
    }
    Ok(())
}

/// A record's text in the making.
pub(super) struct Cut {
    pub text: Vec<u8>,
    pub first_line: usize,
    pub ending: Ending,
    /// Whether the record grew too long and was dropped.
    pub overflow: bool,
}

impl Cut {
    pub(super) fn new(first_line: usize, capacity: usize) -> Self {
        Self {
            text: Vec::with_capacity(capacity + capacity / 8),
            first_line,
            ending: Ending::File,
            overflow: false,
        }
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.iter().all(u8::is_ascii_whitespace)
    }
}

/// Lines of a stream, with as much looking ahead as is asked for.
pub(super) struct LineSource {
    stream: Box<dyn BufRead + Send>,
    /// Lines taken so far.
    pub number: usize,
    ahead: VecDeque<Vec<u8>>,
    /// Buffers to use again.
    spare: Vec<Vec<u8>>,
}

impl LineSource {
    pub(super) fn new(stream: Box<dyn BufRead + Send>) -> Self {
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
    pub(super) fn peek(&mut self, k: usize) -> io::Result<Option<&[u8]>> {
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
    pub(super) fn advance(&mut self) {
        if let Some(buffer) = self.ahead.pop_front() {
            self.number += 1;
            self.spare.push(buffer);
        }
    }

    /// Takes the next line and appends it to the record; gives where it begins.
    pub(super) fn append_next(&mut self, cut: &mut Cut) -> io::Result<Option<usize>> {
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
