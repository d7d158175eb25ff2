//! Rules that the repository keeps about itself.

#![allow(clippy::unwrap_used, reason = "a test that can't go on should panic")]

mod readme;

use std::fs;
use std::path::{Path, PathBuf};

/// Which rooms each room may use, besides itself. The house plan of the crate documentation, as a table.
const ALLOWED: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("numeric", &[]),
    ("chem", &["units"]),
    ("linalg", &["units", "numeric"]),
    ("geometry", &["units", "numeric", "linalg"]),
    ("formats", &["units", "chem"]),
    ("potential", &["units", "numeric", "linalg", "chem", "geometry"]),
    (
        "forcefield",
        &["units", "numeric", "linalg", "chem", "geometry", "potential"],
    ),
    ("coordinates", &["units", "numeric", "linalg", "chem", "geometry"]),
    (
        "directives",
        &["units", "linalg", "chem", "geometry", "potential", "coordinates"],
    ),
    (
        "hessian",
        &[
            "units",
            "numeric",
            "linalg",
            "chem",
            "geometry",
            "potential",
            "coordinates",
        ],
    ),
    (
        "optimize",
        &[
            "units",
            "linalg",
            "chem",
            "geometry",
            "potential",
            "coordinates",
            "hessian",
        ],
    ),
    (
        "vibrations",
        &[
            "units",
            "numeric",
            "linalg",
            "chem",
            "geometry",
            "potential",
            "coordinates",
            "hessian",
            "optimize",
        ],
    ),
    (
        "saddle",
        &[
            "units",
            "numeric",
            "linalg",
            "chem",
            "geometry",
            "potential",
            "coordinates",
            "hessian",
            "optimize",
            "vibrations",
            "formats",
            "conformers",
        ],
    ),
    (
        "conformers",
        &[
            "units",
            "numeric",
            "linalg",
            "chem",
            "geometry",
            "potential",
            "coordinates",
            "hessian",
            "optimize",
        ],
    ),
    (
        "cli",
        &[
            "units",
            "linalg",
            "chem",
            "geometry",
            "formats",
            "potential",
            "forcefield",
            "coordinates",
            "directives",
            "hessian",
            "optimize",
            "vibrations",
            "saddle",
            "conformers",
        ],
    ),
];

/// Longest source file, in lines.
const LONGEST: usize = 800;

/// Largest data file, in bytes, but for parameter tables.
const LARGEST: u64 = 200 * 1024;

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, out)
        } else {
            out.push(path)
        }
    }
}

fn under(folder: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut out);
    out
}

/// The room of a source file: its first folder or its own name under `src`.
fn room(path: &Path) -> String {
    let inside = path
        .strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .unwrap();
    inside
        .iter()
        .next()
        .unwrap()
        .to_str()
        .unwrap()
        .trim_end_matches(".rs")
        .to_owned()
}

/// Rooms named as `crate::room` in code (not in comments), with the line number.
fn uses(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap();
        for part in code.split("crate::").skip(1) {
            if let Some(list) = part.strip_prefix('{') {
                let names = list.split('}').next().unwrap().split(',');
                found.extend(names.map(|n| (number + 1, n.trim().split("::").next().unwrap().to_owned())));
            } else {
                let name: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                found.push((number + 1, name));
            }
        }
    }
    found
}

#[test]
fn rooms_use_only_the_rooms_below_them() {
    let mut edges = 0;
    for path in under("src") {
        let own = room(&path);
        if own == "lib" || own == "main" {
            continue;
        }
        let (_, allowed) = ALLOWED
            .iter()
            .find(|(r, _)| *r == own)
            .unwrap_or_else(|| panic!("unknown room {own}"));
        for (line, used) in uses(&fs::read_to_string(&path).unwrap()) {
            edges += 1;
            let fine = used == own || allowed.contains(&used.as_str());
            assert!(fine, "{}, line {line}: {own} must not use {used}", path.display());
        }
    }
    assert!(
        edges > 50,
        "only {edges} uses were found: does this test still read the sources?"
    );
}

#[test]
fn a_forbidden_edge_is_noticed() {
    let found = uses("use crate::{chem::Element, cli};\nlet x = crate::forcefield::F; // crate::optimize\n");
    let names: Vec<_> = found.iter().map(|(line, name)| (*line, name.as_str())).collect();
    assert_eq!(names, [(1, "chem"), (1, "cli"), (2, "forcefield")]);
}

#[test]
fn only_the_linear_algebra_room_names_linear_algebra_crates() {
    for path in under("src").iter().filter(|p| room(p) != "linalg") {
        let text = fs::read_to_string(path).unwrap();
        for name in ["nalgebra::", "faer::"] {
            assert!(!text.contains(name), "{} names {name}", path.display());
        }
    }
}

#[test]
fn source_files_stay_readable() {
    for path in under("src")
        .into_iter()
        .chain(under("tests"))
        .filter(|p| p.extension().is_some_and(|e| e == "rs"))
    {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(
            lines <= LONGEST,
            "{} has {lines} lines, {LONGEST} at most",
            path.display()
        );
    }
}

#[test]
fn data_files_stay_small() {
    for path in under("tests").into_iter().chain(under("molecules")) {
        let size = fs::metadata(&path).unwrap().len();
        assert!(
            size <= LARGEST,
            "{} has {size} bytes, {LARGEST} at most",
            path.display()
        );
    }
}

#[test]
fn unsafe_code_stands_in_one_file() {
    for path in under("src") {
        let text = fs::read_to_string(&path).unwrap();
        let own = path.ends_with("numeric/simd.rs");
        assert!(own || !text.contains("unsafe {"), "{} has unsafe code", path.display());
        assert!(
            own || !text.contains("allow(unsafe_code"),
            "{} allows unsafe code",
            path.display()
        );
    }
}
