//! Where server and client meet: on this machine only.

use super::wire::Socket;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
#[cfg(unix)]
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// An address on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A UNIX socket, by its file.
    Unix(PathBuf),
    /// TCP on the loopback device.
    Tcp(SocketAddr),
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || format!("'{text}' is no address; expected unix:NAME or localhost:PORT");
        let (host, rest) = text.rsplit_once(':').ok_or_else(unknown)?;
        if let Some(name) = text.strip_prefix("unix:") {
            return match name {
                "" => Err(unknown()),
                path if path.contains('/') => Ok(Self::Unix(path.into())),
                name => Ok(Self::Unix(format!("/tmp/ipi_{name}").into())),
            };
        }
        let port: u16 = rest.parse().map_err(|_| unknown())?;
        let ip = match host {
            "localhost" => Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            "[::1]" => Some(IpAddr::V6(Ipv6Addr::LOCALHOST)),
            _ => host.parse().ok(),
        };
        match ip.filter(IpAddr::is_loopback) {
            Some(ip) if port != 0 => Ok(Self::Tcp(SocketAddr::new(ip, port))),
            Some(_) => Err(unknown()),
            None => Err(format!(
                "'{host}' is not this machine's loopback address: the protocol is unprotected, so that only localhost, 127.0.0.1 and \
                 [::1] are allowed"
            )),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "UNIX socket {}", path.display()),
            Self::Tcp(address) => write!(f, "{address}"),
        }
    }
}

impl Address {
    pub(super) fn connect(&self) -> io::Result<Socket> {
        match self {
            Self::Tcp(address) => TcpStream::connect(address).and_then(Socket::tcp),
            #[cfg(unix)]
            Self::Unix(path) => UnixStream::connect(path).map(Socket::Unix),
            #[cfg(not(unix))]
            Self::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    pub(super) fn listen(&self) -> io::Result<Listener> {
        match self {
            Self::Tcp(address) => {
                let listener = TcpListener::bind(address)?;
                listener.set_nonblocking(true)?;
                Ok(Listener::Tcp(listener))
            }
            #[cfg(unix)]
            Self::Unix(path) => {
                remove_stale(path)?;
                let listener = UnixListener::bind(path)?;
                listener.set_nonblocking(true)?;
                Ok(Listener::Unix(listener, path.clone()))
            }
            #[cfg(not(unix))]
            Self::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}

/// A socket file that nobody listens at is left from a run that was cut off.
#[cfg(unix)]
fn remove_stale(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::FileTypeExt;
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(file) if !file.file_type().is_socket() => return Err(io::ErrorKind::AlreadyExists.into()),
        Ok(_) => {}
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => std::fs::remove_file(path),
        Err(error) => Err(error),
        Ok(_) => Err(io::ErrorKind::AddrInUse.into()),
    }
}

/// A socket that waits for clients, without blocking.
#[derive(Debug)]
pub(super) enum Listener {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener, PathBuf),
}

impl Listener {
    /// The next client, if there is one.
    pub fn accept(&self) -> io::Result<Option<Socket>> {
        let accepted = match self {
            Self::Tcp(listener) => listener.accept().and_then(|(stream, _)| {
                stream.set_nonblocking(false)?;
                Socket::tcp(stream)
            }),
            #[cfg(unix)]
            Self::Unix(listener, _) => listener.accept().and_then(|(stream, _)| {
                stream.set_nonblocking(false)?;
                Ok(Socket::Unix(stream))
            }),
        };
        match accepted {
            Ok(socket) => Ok(Some(socket)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Self::Unix(_, path) = self {
            drop(std::fs::remove_file(path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_convention_and_paths_are_kept() {
        assert_eq!("unix:water".parse(), Ok(Address::Unix("/tmp/ipi_water".into())));
        assert_eq!("unix:/run/a:b".parse(), Ok(Address::Unix("/run/a:b".into())));
        assert_eq!(
            "localhost:31415".parse::<Address>().unwrap().to_string(),
            "127.0.0.1:31415"
        );
        assert_eq!("[::1]:31415".parse::<Address>().unwrap().to_string(), "[::1]:31415");
    }

    #[test]
    fn other_machines_are_refused() {
        for text in [
            "example.org:31415",
            "0.0.0.0:31415",
            "192.168.1.1:80",
            "localhost",
            "localhost:0",
            "unix:",
            "localhost:x",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
