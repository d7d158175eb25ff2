//! The socket protocol of i-PI (Ceriotti, More, Manolopoulos, *Comput. Phys. Commun.* 2014, 185, 1019), from both of its ends.
//!
//! - [`server::Server`] is the *server*: it has the coordinates and asks a client (ASE's `SocketClient`, or a program that speaks the
//!   protocol itself: CP2K, DFTB+, Quantum ESPRESSO, FHI-aims, LAMMPS, …) for energy and forces.
//! - [`client::serve`] is the *client*: it lends one of our surfaces to a server (i-PI, ASE's `SocketIOCalculator`).
//!
//! Twelve-byte words steer the talk; numbers are binary, in the machine's own byte order, in hartree and bohr. The server asks
//! `STATUS` and the client answers `NEEDINIT` (the server sends `INIT`), `READY` (it sends `POSDATA`: cell, inverse cell, positions)
//! or `HAVEDATA` (it sends `GETFORCE`, and the client answers `FORCEREADY` with energy, forces, virial and a text). `EXIT` ends it.
//!
//! Sockets are local: a UNIX socket (`unix:NAME` is the file `/tmp/ipi_NAME`, as everywhere with this protocol; a name with a
//! slash is a path), or TCP on the loopback device (`localhost:31415`), since the protocol has no protection of its own.
//!
//! There are no periodic boundaries here. As a server we send a cube that is much larger than the molecule and stays the same;
//! as a client we disregard the cell. The virial that we send is Σ r⊗F, −dE/dε of the isolated molecule (in ASE: minus stress times
//! volume); the one that we get is disregarded.

mod address;
pub mod client;
pub mod server;
mod wire;

pub use address::Address;

/// The name in output.
pub const NAME: &str = "ipi";

/// Words of the protocol.
mod word {
    pub const STATUS: &str = "STATUS";
    pub const NEED_INIT: &str = "NEEDINIT";
    pub const INIT: &str = "INIT";
    pub const READY: &str = "READY";
    pub const POSITIONS: &str = "POSDATA";
    pub const HAVE_DATA: &str = "HAVEDATA";
    pub const GET_FORCE: &str = "GETFORCE";
    pub const FORCE_READY: &str = "FORCEREADY";
    pub const EXIT: &str = "EXIT";
}

#[cfg(all(test, unix))]
mod tests {
    use super::{Address, client, server::Server};
    use crate::potential::external::Waits;
    use crate::potential::{EvalError, Potential};
    use std::thread;
    use std::time::Duration;

    /// Springs to the origin that differ from coordinate to coordinate.
    #[derive(Debug)]
    struct Springs(usize);

    impl Potential for Springs {
        fn len(&self) -> usize {
            self.0
        }

        fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
            for (i, (g, x)) in gradient.iter_mut().zip(x).enumerate() {
                *g = (i + 1) as f64 * x;
            }
            Ok(gradient.iter().zip(x).map(|(g, x)| 0.5 * g * x).sum())
        }
    }

    fn waits() -> Waits {
        Waits {
            evaluation: Duration::from_secs(10),
            connection: Duration::from_secs(10),
            interrupt: None,
        }
    }

    fn address(name: &str) -> Address {
        let path = std::env::temp_dir().join(format!("thalweg-ipi-{name}-{}", std::process::id()));
        Address::Unix(path)
    }

    #[test]
    fn a_surface_is_the_same_through_the_socket() {
        let address = address("same");
        let mut server = Server::listen(&address, 2, waits()).unwrap();
        // Somebody who knocks and goes away is no client.
        drop(address.connect().unwrap());
        let there = address.clone();
        let client = thread::spawn(move || client::serve(&mut Springs(6), &there, waits(), &mut |_, _| {}));
        for scale in [1.0, -0.5, 3.0] {
            let x: Vec<f64> = (0..6).map(|i| scale * (f64::from(i) - 2.0)).collect();
            let (mut direct, mut remote) = ([0.0; 6], [f64::NAN; 6]);
            let expected = Springs(6).energy_gradient(&x, &mut direct).unwrap();
            let energy = server.energy_gradient(&x, &mut remote).unwrap();
            assert!((energy - expected).abs() <= 1e-12 * expected);
            for (a, b) in direct.iter().zip(remote) {
                assert!((a - b).abs() < 1e-11, "{a} {b}");
            }
        }
        drop(server);
        assert_eq!(client.join().unwrap(), Ok(3));
    }

    #[test]
    fn another_molecule_is_noticed_at_both_ends() {
        let address = address("other");
        let there = address.clone();
        let client = thread::spawn(move || client::serve(&mut Springs(3), &there, waits(), &mut |_, _| {}));
        let mut server = Server::listen(&address, 2, waits()).unwrap();
        let error = server
            .energy_gradient(&[0.0; 6], &mut [0.0; 6])
            .unwrap_err()
            .to_string();
        assert!(error.contains("connection was closed"), "{error}");
        // It stays broken.
        assert_eq!(
            server
                .energy_gradient(&[0.0; 6], &mut [0.0; 6])
                .unwrap_err()
                .to_string(),
            error
        );
        let error = client.join().unwrap().unwrap_err().to_string();
        assert!(error.contains("2 atoms, 1 expected"), "{error}");
    }

    #[test]
    fn nobody_is_waited_for_for_ever() {
        let waits = Waits {
            connection: Duration::from_millis(50),
            ..waits()
        };
        let address = address("nobody");
        let mut server = Server::listen(&address, 1, waits).unwrap();
        let error = server
            .energy_gradient(&[0.0; 3], &mut [0.0; 3])
            .unwrap_err()
            .to_string();
        assert!(error.contains("no client came"), "{error}");
        assert!(
            Server::listen(&address, 1, waits)
                .unwrap_err()
                .to_string()
                .contains("listens there already")
        );
        drop(server);
        let error = client::serve(&mut Springs(3), &address, waits, &mut |_, _| {})
            .unwrap_err()
            .to_string();
        assert!(error.contains("no server"), "{error}");
    }
}
