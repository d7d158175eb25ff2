//! `--engine ipi:ADDRESS` and `thalweg serve`, with ASE at the other end. (Both ends of our own are tested with the module.)

use crate::{Run, WATER, beside, command, folder_with, from_output, number, python_with, thalweg};
use std::path::Path;
use std::process::{Command, Stdio};
use thalweg::units::KCAL_MOL_PER_EV;

/// A socket name of this test run's own.
fn socket(name: &str) -> String {
    format!("thalweg-test-{name}-{}", std::process::id())
}

fn python(folder: &Path, script: &str, arguments: &[&str]) -> Option<Command> {
    let mut command = Command::new(python_with("import ase")?);
    command.arg(beside(script)).args(arguments).current_dir(folder);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Some(command)
}

#[test]
fn a_client_of_ase_is_driven() {
    let folder = folder_with("ipi-client", "water.xyz", WATER);
    let name = socket("client");
    let Some(mut client) = python(&folder, "ase_client.py", &[&name, "water.xyz"]) else {
        return;
    };
    let client = client.spawn().unwrap();
    let engine = format!("ipi:unix:{name}");
    let arguments = [
        "minimize",
        "--json",
        "--engine",
        &engine,
        "--connect-timeout",
        "60",
        "water.xyz",
        "-o",
        "out.xyz",
    ];
    let run = thalweg(&folder, &arguments)
        .expect(0)
        .says("waiting for an i-PI client at UNIX socket /tmp/ipi_");
    let client: Run = from_output(client.wait_with_output().unwrap()).expect(0);
    let line = run.json();
    assert_eq!((&line["surface"], &line["converged"]), (&"ipi".into(), &true.into()));
    // The client's last structure may be another one than the best, but hardly.
    let last: f64 = client.out.trim().parse().unwrap();
    let best = number(&line, "energy") / KCAL_MOL_PER_EV;
    assert!((last - best).abs() < 1e-6, "{last} {best}");
    assert!(!Path::new(&format!("/tmp/ipi_{name}")).exists());
}

/// Lends water to ASE, and compares with what we say ourselves.
#[track_caller]
fn served(address: &str, for_ase: &str, name: &str) {
    let folder = folder_with(name, "water.xyz", WATER);
    let Some(mut server) = python(&folder, "ase_server.py", &[for_ase, "water.xyz"]) else {
        return;
    };
    let server = server.spawn().unwrap();
    let arguments = [
        "serve",
        "--json",
        "--forcefield",
        "mmff94",
        "--address",
        address,
        "--connect-timeout",
        "60",
    ];
    let client = command(&folder, &[&arguments[..], &["water.xyz"]].concat())
        .spawn()
        .unwrap();
    let server = from_output(server.wait_with_output().unwrap()).expect(0);
    let client = from_output(client.wait_with_output().unwrap()).expect(0).json();
    let found: serde_json::Value = serde_json::from_str(&server.out).unwrap();
    let own = |task: &str| {
        let run = thalweg(&folder, &[task, "--json", "--forcefield", "mmff94", "water.xyz"]);
        number(&run.expect(0).json(), "energy") / KCAL_MOL_PER_EV
    };
    let (energy, lowest) = (own("energy"), own("minimize"));
    assert!((number(&found, "energy") - energy).abs() < 1e-7, "{found} {energy}");
    assert!((number(&found, "lowest") - lowest).abs() < 1e-6, "{found} {lowest}");
    assert!(number(&found, "worst") < 1e-4, "{found}");
    assert!(
        number(&client, "evaluations") > 20.0 && client["surface"] == "mmff94",
        "{client}"
    );
}

#[test]
fn our_surface_is_lent_through_a_unix_socket() {
    let address = format!("unix:{}", socket("server"));
    served(&address, &address, "ipi-serve-unix");
}

#[test]
fn our_surface_is_lent_through_tcp() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    served(&format!("localhost:{port}"), &port.to_string(), "ipi-serve-tcp");
}

#[test]
fn nobody_comes() {
    let folder = folder_with("ipi-nobody", "water.xyz", WATER);
    let engine = format!("ipi:unix:{}", socket("nobody"));
    let arguments = ["minimize", "--engine", &engine, "--connect-timeout", "0.2", "water.xyz"];
    thalweg(&folder, &arguments)
        .expect(1)
        .says("no client came to UNIX socket")
        .says("within 0.2 s");
}
