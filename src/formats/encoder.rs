//! Compression of what is written, told by the file's name.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt;
use std::io::{self, Write};
use std::path::Path;

/// A stream that compresses on the way where the file's name ends in `.gz`. Call [`Encoder::finish`]: dropping it also
/// ends the stream, but can't tell of an error.
pub struct Encoder(Stream);

enum Stream {
    Plain(Box<dyn Write + Send>),
    Gzip(GzEncoder<Box<dyn Write + Send>>),
}

/// Wraps `out`, which goes to a file of this name.
#[must_use]
pub fn encoder(path: &Path, out: Box<dyn Write + Send>) -> Encoder {
    let compressed = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gz"));
    Encoder(if compressed {
        Stream::Gzip(GzEncoder::new(out, Compression::default()))
    } else {
        Stream::Plain(out)
    })
}

impl Encoder {
    /// Writes what is still held back.
    ///
    /// # Errors
    /// Whatever the stream beneath says.
    pub fn finish(self) -> io::Result<()> {
        match self.0 {
            Stream::Plain(mut out) => out.flush(),
            Stream::Gzip(gzip) => gzip.finish()?.flush(),
        }
    }
}

impl Write for Encoder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Stream::Plain(out) => out.write(bytes),
            Stream::Gzip(gzip) => gzip.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Stream::Plain(out) => out.flush(),
            Stream::Gzip(gzip) => gzip.flush(),
        }
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Stream::Plain(_) => "Encoder(plain)",
            Stream::Gzip(_) => "Encoder(gzip)",
        })
    }
}
