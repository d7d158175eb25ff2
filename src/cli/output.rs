//! Where results go: standard output, or a file that appears whole or not at all.

use crate::formats::{Encoder, encoder};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A place to write to.
pub struct Sink {
    writer: Writer,
    /// Temporary file and the name that it gets in the end.
    pending: Option<(PathBuf, PathBuf)>,
    name: String,
}

enum Writer {
    Standard(BufWriter<io::Stdout>),
    File(Encoder),
    /// The reader has gone.
    Closed,
}

/// Output is handed to the system in pieces of this size.
const BUFFER: usize = 1 << 16;

impl Sink {
    /// Standard output. Whoever reads it may go at any time.
    pub fn standard() -> Self {
        Self {
            writer: Writer::Standard(BufWriter::with_capacity(BUFFER, io::stdout())),
            pending: None,
            name: "standard output".to_owned(),
        }
    }

    /// A file: written beside its place and renamed by [`Sink::finish`]; removed if that is never called. Something that
    /// is not an ordinary file (a device, a pipe) is written directly.
    pub fn file(path: &Path) -> Result<Self, String> {
        // The link leads to an ordinary file where output is redirected, which must not be replaced under the shell's hands.
        if path == Path::new("/dev/stdout") {
            return Ok(Self::standard());
        }
        let describe = |error: io::Error| format!("{}: {error}", path.display());
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let special = fs::metadata(&target).is_ok_and(|m| !m.is_file());
        let (file, pending) = if special {
            (File::options().write(true).open(&target).map_err(describe)?, None)
        } else {
            let temporary = temporary_beside(&target);
            let file = File::create_new(&temporary).map_err(describe)?;
            (file, Some((temporary, target)))
        };
        let buffered: Box<dyn Write + Send> = Box::new(BufWriter::with_capacity(BUFFER, file));
        Ok(Self {
            writer: Writer::File(encoder(path, buffered)),
            pending,
            name: path.display().to_string(),
        })
    }

    /// Whether the reader has gone.
    pub fn is_closed(&self) -> bool {
        matches!(self.writer, Writer::Closed)
    }

    /// Writes a text. A reader that has gone is no error; from then on nothing is written.
    pub fn write(&mut self, text: &str) -> Result<(), String> {
        let written = match &mut self.writer {
            Writer::Standard(writer) => writer.write_all(text.as_bytes()),
            Writer::File(writer) => writer.write_all(text.as_bytes()),
            Writer::Closed => Ok(()),
        };
        self.judge(written)
    }

    /// Hands on what was written so far.
    pub fn flush(&mut self) -> Result<(), String> {
        let flushed = match &mut self.writer {
            Writer::Standard(writer) => writer.flush(),
            Writer::File(writer) => writer.flush(),
            Writer::Closed => Ok(()),
        };
        self.judge(flushed)
    }

    fn judge(&mut self, result: io::Result<()>) -> Result<(), String> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.writer = Writer::Closed;
                Ok(())
            }
            other => other.map_err(|error| format!("{}: {error}", self.name)),
        }
    }

    /// Ends the output; a file gets its name.
    pub fn finish(mut self) -> Result<(), String> {
        let ended = match std::mem::replace(&mut self.writer, Writer::Closed) {
            Writer::Standard(mut writer) => writer.flush(),
            Writer::File(writer) => writer.finish(),
            Writer::Closed => Ok(()),
        };
        self.judge(ended)?;
        if let Some((temporary, target)) = &self.pending {
            fs::rename(temporary, target).map_err(|error| format!("{}: {error}", self.name))?;
        }
        self.pending = None;
        Ok(())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some((temporary, _)) = &self.pending {
            // Nothing can be done about a leftover that can't be removed.
            drop(fs::remove_file(temporary));
        }
    }
}

fn temporary_beside(target: &Path) -> PathBuf {
    let name = target
        .file_name()
        .map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    target.with_file_name(format!(".{name}.thalweg-{}", std::process::id()))
}
