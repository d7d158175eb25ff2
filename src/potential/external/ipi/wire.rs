//! Words and numbers on a socket, each within a time limit.

use std::io::{self, Read, Write};
use std::net::TcpStream;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// Length of a word, padded with spaces.
const WORD: usize = 12;
/// Longest text that is taken in (an `INIT` or the extra part of an answer), in bytes.
const LONGEST_TEXT: i32 = 16 << 20;

/// A connected socket of either kind.
#[derive(Debug)]
pub enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Socket {
    /// Messages are short and waited for, so that they must not be gathered.
    pub fn tcp(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self::Tcp(stream))
    }

    /// A single read or write takes this long at most.
    fn limit(&self, limit: Duration) -> io::Result<()> {
        // Zero would mean no limit.
        let limit = Some(limit.max(Duration::from_millis(1)));
        match self {
            Self::Tcp(stream) => stream
                .set_read_timeout(limit)
                .and_then(|()| stream.set_write_timeout(limit)),
            #[cfg(unix)]
            Self::Unix(stream) => stream
                .set_read_timeout(limit)
                .and_then(|()| stream.set_write_timeout(limit)),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            #[cfg(unix)]
            Self::Unix(stream) => stream.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(buffer),
            #[cfg(unix)]
            Self::Unix(stream) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The talk on a socket. Until the deadline everything has to be said.
#[derive(Debug)]
pub struct Wire {
    socket: Socket,
    deadline: Instant,
    /// A byte that was listened for and not yet taken.
    first: Option<u8>,
}

/// What there was to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    Nothing,
    /// A word begins.
    Word,
    /// The other end has hung up.
    End,
}

impl Wire {
    pub fn new(socket: Socket) -> Self {
        Self {
            socket,
            deadline: Instant::now(),
            first: None,
        }
    }

    /// Gives so much time from now on.
    pub fn give(&mut self, time: Duration) {
        self.deadline = Instant::now() + time;
    }

    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        let mut filled = 0;
        if let (Some(first), Some(place)) = (self.first.take(), buffer.first_mut()) {
            *place = first;
            filled = 1;
        }
        while filled < buffer.len() {
            let left = self.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.socket.limit(left)?;
            match self.socket.read(&mut buffer[filled..]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(n) => filled += n,
                Err(error) if is_pause(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket
            .limit(self.deadline.saturating_duration_since(Instant::now()))?;
        self.socket.write_all(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => io::ErrorKind::TimedOut.into(),
            _ => error,
        })
    }

    /// Sends a word and what belongs to it, at one go.
    pub fn say(&mut self, word: &str, body: &[u8]) -> io::Result<()> {
        let mut bytes = format!("{word:<WORD$}").into_bytes();
        bytes.extend_from_slice(body);
        self.send(&bytes)
    }

    /// The next word.
    pub fn word(&mut self) -> io::Result<String> {
        let mut bytes = [0; WORD];
        self.fill(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).trim_matches([' ', '\0']).to_owned())
    }

    /// Waits for a word to begin, as long as `pause`.
    pub fn listen(&mut self, pause: Duration) -> io::Result<Heard> {
        self.socket.limit(pause)?;
        let mut byte = [0];
        match self.socket.read(&mut byte) {
            Ok(0) => Ok(Heard::End),
            Ok(_) => {
                self.first = Some(byte[0]);
                Ok(Heard::Word)
            }
            Err(error) if is_pause(&error) => Ok(Heard::Nothing),
            Err(error) => Err(error),
        }
    }

    pub fn int(&mut self) -> io::Result<i32> {
        let mut bytes = [0; 4];
        self.fill(&mut bytes)?;
        Ok(i32::from_ne_bytes(bytes))
    }

    /// OVERWRITES `numbers`.
    pub fn floats(&mut self, numbers: &mut [f64]) -> io::Result<()> {
        let mut bytes = vec![0; 8 * numbers.len()];
        self.fill(&mut bytes)?;
        for (number, bytes) in numbers.iter_mut().zip(bytes.as_chunks().0) {
            *number = f64::from_ne_bytes(*bytes);
        }
        Ok(())
    }

    /// Takes in a text after its length, and forgets it.
    pub fn skip_text(&mut self) -> io::Result<()> {
        let length = self.int()?;
        if !(0..=LONGEST_TEXT).contains(&length) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("a text of {length} bytes was announced"),
            ));
        }
        self.fill(&mut vec![0; length as usize])
    }
}

/// A limit that ran out, or a signal: no failure of the socket.
fn is_pause(error: &io::Error) -> bool {
    use io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | Interrupted)
}

/// Bytes of numbers.
pub fn float_bytes(numbers: impl IntoIterator<Item = f64>) -> Vec<u8> {
    numbers.into_iter().flat_map(f64::to_ne_bytes).collect()
}

/// Whether the other end has hung up.
pub fn is_closed(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), UnexpectedEof | ConnectionReset | BrokenPipe)
}

/// An error of the socket in words.
pub fn words(error: &io::Error) -> String {
    match error.kind() {
        _ if is_closed(error) => "the connection was closed".to_owned(),
        io::ErrorKind::TimedOut => "no answer in time".to_owned(),
        _ => error.to_string(),
    }
}
