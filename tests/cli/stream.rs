//! Files with many molecules, pipes, output files.

use crate::{ETHANOL, WATER, command, folder_with, listing, thalweg};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

/// Molecules of different sizes under numbered names.
fn numbered(count: usize) -> String {
    let record = |i: usize| ETHANOL.replacen("ethanol", &format!("molecule {i}"), 1);
    (1..=count).map(record).collect()
}

#[test]
fn the_output_is_in_the_order_of_the_input_and_the_same_for_any_number_of_threads() {
    let folder = folder_with("stream-order", "many.sdf", &numbered(300));
    let run = |threads: &str| {
        thalweg(
            &folder,
            &["minimize", "--convergence", "gau", "--threads", threads, "many.sdf"],
        )
        .expect(0)
        .out
    };
    let one = run("1");
    for threads in ["2", "5"] {
        assert!(run(threads) == one, "{threads} threads give another output");
    }
    let names: Vec<&str> = one.lines().filter(|line| line.starts_with("molecule ")).collect();
    let expected: Vec<String> = (1..=300).map(|i| format!("molecule {i}")).collect();
    assert_eq!(names, expected);
}

#[test]
fn a_closed_pipe_is_a_normal_end() {
    let folder = folder_with("stream-pipe", "many.xyz", &WATER.repeat(20_000));
    for threads in ["1", "2"] {
        let mut child = command(&folder, &["energy", "--threads", threads, "many.xyz"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert!(line.starts_with("# molecule"));
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{err}");
        assert!(!err.contains("panicked") && !err.contains("error"), "{err}");
    }
}

#[test]
fn an_output_file_is_written_whole_even_if_nobody_reads_standard_output() {
    let folder = folder_with("stream-both", "many.xyz", &WATER.repeat(3000));
    let mut child = command(&folder, &["minimize", "--json", "many.xyz", "-o", "out.xyz"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(
        fs::read_to_string(folder.join("out.xyz")).unwrap().lines().count(),
        15_000
    );
}

#[test]
fn an_existing_output_file_is_untouched_when_nothing_came_of_the_run() {
    let folder = folder_with("stream-untouched", "bad.xyz", "2\n\nQq 0 0 0\nH 0 0 1\n");
    fs::write(folder.join("out.xyz"), "precious").unwrap();
    thalweg(&folder, &["minimize", "bad.xyz", "-o", "out.xyz"]).expect(2);
    assert_eq!(fs::read_to_string(folder.join("out.xyz")).unwrap(), "precious");
    assert_eq!(listing(&folder), ["bad.xyz", "out.xyz"]);
}

#[test]
fn an_output_that_can_not_be_made_is_said() {
    let folder = folder_with("stream-nowhere", "water.xyz", WATER);
    let run = thalweg(&folder, &["minimize", "water.xyz", "-o", "absent/out.xyz"]).expect(2);
    assert!(run.err.contains("absent/out.xyz"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_what_was_found_so_far() {
    let folder = folder_with("stream-interrupt", "many.sdf", &numbered(60_000));
    let mut child = command(
        &folder,
        &["minimize", "--convergence", "1e-9", "many.sdf", "-o", "out.sdf"],
    )
    .stderr(Stdio::null())
    .spawn()
    .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(400));
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let text = fs::read_to_string(folder.join("out.sdf")).unwrap();
    let written = text.matches("$$$$").count();
    assert!(
        written > 0 && written < 60_000 && text.ends_with("$$$$\n"),
        "{written} molecules"
    );
}
