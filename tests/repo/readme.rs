//! Every command of the README runs.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// The lines of the README's `sh` blocks that are commands: all of them but comments.
fn commands() -> Vec<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let mut inside = false;
    let mut out = Vec::new();
    for line in text.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            _ if inside && !line.is_empty() && !line.starts_with('#') => out.push(line.to_owned()),
            _ => {}
        }
    }
    out
}

#[test]
fn the_first_two_commands_are_the_main_job_and_the_tests() {
    let commands = commands();
    assert_eq!(commands[0], "cargo run --release -- minimize molecules/dodecane.mol");
    assert_eq!(commands[1], "cargo test --release");
}

/// Runs each command in a copy of `molecules`, with the built binary as `thalweg`. `cargo test` itself is what runs this test,
/// and building is what made the binary.
#[test]
fn every_command_runs() {
    let binary = Path::new(env!("CARGO_BIN_EXE_thalweg"));
    let folder = std::env::temp_dir().join(format!("thalweg-readme-{}", std::process::id()));
    let molecules = folder.join("molecules");
    fs::create_dir_all(&molecules).unwrap();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("molecules")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, molecules.join(path.file_name().unwrap())).unwrap();
    }
    let search = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(binary.parent().unwrap().to_path_buf()).chain(std::env::split_paths(&search));
    let search = std::env::join_paths(paths).unwrap();
    let has_xtb = Command::new("xtb").arg("--version").output().is_ok();
    let mut ran = 0;
    for command in commands() {
        if command == "cargo test --release" || command.starts_with("cargo install") {
            continue;
        }
        if command.contains("--engine xtb") && !has_xtb {
            // Not by a macro: what these print is held back where the test passes.
            let text = format!("SKIPPED: no xtb on the search path for `{command}`\n");
            std::io::stderr().write_all(text.as_bytes()).unwrap();
            continue;
        }
        let line = command.replace("cargo run --release --", "thalweg");
        let output = Command::new("bash")
            .args(["-e", "-o", "pipefail", "-c", &line])
            .current_dir(&folder)
            .env("PATH", &search)
            .output()
            .unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "`{command}` ended with {}: {message}",
            output.status
        );
        assert!(!message.contains("panicked"), "`{command}`: {message}");
        ran += 1;
    }
    fs::remove_dir_all(&folder).unwrap();
    assert!(ran >= 5, "only {ran} commands were found in the README");
}
