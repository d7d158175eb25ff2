//! Wrong usage is said before anything is run.

use crate::{WATER, folder_with, thalweg};

#[test]
fn engines_that_do_not_exist_are_refused() {
    let folder = folder_with("usage-unknown", "water.xyz", WATER);
    for (engine, text) in [
        ("orca", "no engine 'orca'"),
        ("xtb-gfn7", "xtb-gfnff"),
        ("exec:", "which command"),
        ("ipi:example.org:31415", "loopback"),
        ("ipi:unix:", "unix:NAME"),
    ] {
        thalweg(&folder, &["energy", "--engine", engine, "water.xyz"])
            .expect(2)
            .says(text);
    }
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    let folder = folder_with("usage-together", "water.xyz", WATER);
    for options in [
        ["--engine", "xtb", "--forcefield", "uff"],
        ["--engine", "xtb", "--cutoff", "9"],
        ["--engine", "xtb", "--engine-timeout", "0"],
        ["--engine", "xtb", "--engine-timeout", "nan"],
        ["--engine", "xtb", "--engine-timeout", "1e300"],
    ] {
        let mut arguments = vec!["energy", "water.xyz"];
        arguments.extend(options);
        thalweg(&folder, &arguments).expect(2);
    }
    thalweg(&folder, &["energy", "--terms", "--engine", "xtb", "water.xyz"])
        .expect(2)
        .says("no parts");
}

#[test]
fn serving_needs_a_server_on_this_machine() {
    let folder = folder_with("usage-serve", "water.xyz", WATER);
    thalweg(&folder, &["serve", "--address", "192.168.7.7:80", "water.xyz"])
        .expect(2)
        .says("loopback");
    let nobody = [
        "serve",
        "--address",
        "unix:thalweg-nobody",
        "--connect-timeout",
        "0.1",
        "water.xyz",
    ];
    thalweg(&folder, &nobody).expect(1).says("no server at");
}
