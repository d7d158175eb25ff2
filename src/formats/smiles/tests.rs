//! The language by example, broken lines with their places, and random text.

use super::super::{Format, RawRecord, Record, write};
use crate::chem::stereo::{Parity, Side};
use crate::chem::{BondOrder, Element};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn read(smiles: &str) -> Record {
    let raw = RawRecord::new(Format::Smiles, "x", smiles.to_owned());
    raw.parse().unwrap_or_else(|e| panic!("{smiles}: {e}"))
}

fn written(record: &Record) -> String {
    let mut out = String::new();
    write(record, Format::Smiles, &mut out).unwrap();
    out.trim_end().to_owned()
}

fn canonical(smiles: &str) -> String {
    written(&read(smiles))
}

/// Sum formula: carbon, hydrogen, then by symbol.
fn formula(smiles: &str) -> String {
    let mut symbols: Vec<&str> = read(smiles)
        .molecule
        .atoms()
        .iter()
        .map(|a| a.element.symbol())
        .collect();
    symbols.sort_by_key(|s| (*s != "C", *s != "H", *s));
    let runs = symbols.chunk_by(|a, b| a == b);
    runs.map(|r| {
        if r.len() == 1 {
            r[0].to_owned()
        } else {
            format!("{}{}", r[0], r.len())
        }
    })
    .collect()
}

#[test]
fn hydrogens_follow_the_valences() {
    for (smiles, wanted) in [
        ("C", "CH4"),
        ("N", "H3N"),
        ("O", "H2O"),
        ("P", "H3P"),
        ("S", "H2S"),
        ("Cl", "HCl"),
        ("BrB", "H2BBr"),
        ("CCO", "C2H6O"),
        ("C#N", "CHN"),
        ("O=C=O", "CO2"),
        ("FS(F)(F)(F)(F)F", "F6S"),
        ("OS(=O)(=O)O", "H2O4S"),
        ("OP(O)(O)=O", "H3O4P"),
        ("CN(=O)=O", "CH3NO2"),
        ("[CH3]", "CH3"),
        ("[OH3+]", "H3O"),
        ("[NH4+].[Cl-]", "H4ClN"),
        ("[H][H]", "H2"),
        ("[H+]", "H"),
        ("[2H]O[2H]", "H2O"),
        ("c1ccccc1", "C6H6"),
        ("c1cc[nH]c1", "C4H5N"),
        ("c1ccoc1", "C4H4O"),
        ("Cn1ccnc1", "C4H6N2"),
        ("O=c1cc[nH]cc1", "C5H5NO"),
        ("C[n+]1ccccc1", "C6H8N"),
        ("[cH-]1cccc1", "C5H5"),
        ("c1cc[se]c1", "C4H4Se"),
        ("c1ccccc1c1ccccc1", "C12H10"),
        ("b1ccccc1", "C5H5B"),
        ("[Cu+2].[O-]S([O-])(=O)=O", "CuO4S"),
    ] {
        assert_eq!(formula(smiles), wanted, "{smiles}");
    }
}

#[test]
fn heavy_atoms_come_first_and_hydrogens_in_their_order() {
    let record = read("[H]C([H])([2H])O a title");
    let symbols: Vec<&str> = record.molecule.atoms().iter().map(|a| a.element.symbol()).collect();
    assert_eq!(symbols, ["C", "H", "O", "H", "H", "H"]);
    assert_eq!(record.molecule.atom(1).isotope, Some(2));
    let partners: Vec<usize> = (3..6).map(|h| record.molecule.neighbors(h)[0].atom).collect();
    assert_eq!(partners, [0, 0, 2]);
    assert_eq!(record.name, "a title");
    assert!(record.coordinates.is_empty());
}

#[test]
fn brackets_state_everything() {
    let record = read("[13CH3-].[Fe+++].[O--].[Na+1]");
    let atoms = record.molecule.atoms();
    assert_eq!((atoms[0].isotope, atoms[0].formal_charge), (Some(13), -1));
    assert_eq!([1, 2, 3].map(|a| atoms[a].formal_charge), [3, -2, 1]);
    assert_eq!(read("[CH3]").molecule.atom(0).unpaired_electrons, 1);
    assert_eq!(read("[C-]#[O+]").molecule.atom(0).unpaired_electrons, 0);
}

#[test]
fn ring_numbers_bonds_and_fragments() {
    for (a, b) in [
        ("C1CCCCC1", "C%12CCCCC%12"),
        ("C1CCCCC1", "C%(1000)CCCCC%(1000)"),
        ("C=1CCCCC=1", "C1CCCCC=1"),
        ("C1CC1C1CC1", "C1CC1C2CC2"),
        ("C1.C1", "CC"),
        ("C0CC0", "C1CC1"),
        ("c1ccccc1", "C1=CC=CC=C1"),
        ("c1ccccc1", "C:1:C:C:C:C:C1"),
        ("CC.O", "O.CC"),
        ("C(.O)C", "CC.O"),
        ("N->[Pt](Cl)Cl", "[Pt](<-N)(Cl)Cl"),
    ] {
        assert_eq!(canonical(a), canonical(b), "{a} {b}");
    }
    assert_eq!(read("C$C").molecule.bond(0).order, BondOrder::Quadruple);
}

#[test]
fn one_molecule_in_many_writings() {
    // Pairs that are one molecule, and one that is not.
    for (a, b, other) in [
        ("N[C@@H](C)C(=O)O", "OC(=O)[C@H](C)N", "N[C@H](C)C(=O)O"),
        ("[C@@](F)(Cl)(Br)I", "F[C@@](Cl)(Br)I", "F[C@](Cl)(Br)I"),
        ("F/C=C/F", "F\\C=C\\F", "F/C=C\\F"),
        ("C(\\F)=C/F", "F/C=C/F", "F/C=C\\F"),
        ("C/1=C/CCCCCCCCCC1", "C1CCCCCCCCC/C=C\\1", "C/1=C\\CCCCCCCCCC1"),
        ("C[S@](=O)CC", "CC[S@](C)=O", "C[S@@](=O)CC"),
        ("C[C@H]1CC[C@@H](C)CC1", "C[C@@H]1CC[C@H](C)CC1", "C[C@H]1CC[C@H](C)CC1"),
        (
            "OC[C@H](O)[C@H](O)[C@@H](O)CO",
            "OC[C@H](O)[C@@H](O)[C@@H](O)CO",
            "OC[C@@H](O)[C@@H](O)[C@H](O)CO",
        ),
        (
            "OC[C@H](O)[C@H](O)[C@H](O)CO",
            "OC[C@@H](O)[C@@H](O)[C@@H](O)CO",
            "OC[C@H](O)[C@@H](O)[C@H](O)CO",
        ),
        ("F/C=C/C=C/Cl", "Cl/C=C/C=C/F", "F/C=C/C=C\\Cl"),
        ("[H]/N=C(\\C)CC", "CC/C(C)=N/[H]", "[H]/N=C(/C)CC"),
    ] {
        assert_eq!(canonical(a), canonical(b), "{a} {b}");
        assert_ne!(canonical(a), canonical(other), "{a} {other}");
    }
}

#[test]
fn parities_refer_to_the_numbers_of_the_atoms() {
    let center = read("N[C@](F)(Cl)Br").configuration.unwrap();
    assert_eq!(center.parities, [Some(Parity::Anticlockwise)]);
    let center = read("F[C@@H](Cl)Br").configuration.unwrap();
    // The hydrogen comes second in the line and last by number: an even permutation.
    assert_eq!(center.parities, [Some(Parity::Clockwise)]);
    let bond = read("F/C=C(/F)Cl").configuration.unwrap();
    assert_eq!(bond.sides, [Some(Side::Trans)]);
    assert_eq!(read("FC=CF").configuration.unwrap().sides, [None]);
    assert!(read("CC").configuration.is_none());
}

#[test]
fn what_says_nothing_is_left_out_with_a_note() {
    for (smiles, note) in [
        ("C[C@H](C)O", "two ligands that are the same"),
        ("C[C@H2]O", "no stereogenic centre"),
        ("F/C=CF", "at one end only"),
        ("C[C@@](=O)O", "no stereogenic centre"),
        ("C[N@](CC)CCC", "turns over by itself"),
        ("[CH3:7]O", "atom classes"),
        ("CC(C)(C)(C)C", "more than its valences"),
        ("C |x| n", "between bars"),
    ] {
        let notes = read(smiles).notes;
        assert!(notes.iter().any(|n| n.contains(note)), "{smiles}: {notes:?}");
    }
}

#[test]
fn faults_have_a_column() {
    for (smiles, column, found, expected) in [
        ("CX", 2, "'X'", "an atom"),
        ("C(", 3, "the end", "an atom"),
        ("CC(C", 3, "the end", "closed by ')'"),
        ("CC)C", 3, "')'", "no open branch"),
        ("C()C", 3, "')'", "an atom"),
        ("(C)C", 1, "'('", "an atom"),
        ("C=", 3, "the end", "an atom"),
        ("C==C", 3, "'='", "an atom"),
        ("C..C", 3, "'.'", "an atom"),
        ("C1CC", 2, "the end", "same number"),
        ("C11", 3, "'1'", "not bound yet"),
        ("C12CC12", 7, "'2'", "not bound yet"),
        ("C=1CCCCC#1", 9, "'#'", "same bond"),
        ("C%1C", 4, "'C'", "two digits"),
        ("[CH4", 5, "the end", "']'"),
        ("[Qq]", 2, "'Q'", "element"),
        ("[C+99]", 3, "'+99'", "charge"),
        ("[9999C]", 2, "'9999'", "mass number"),
        ("C*C", 2, "'*'", "wildcard"),
        ("[Pt@SP1](N)(N)(Cl)Cl", 4, "'@SP1'", "square-planar"),
        ("cc", 1, "'c'", "in a ring"),
        ("c1cccc1", 4, "'c'", "alternating"),
        ("F/C(\\Cl)=C/F", 5, "'\\'", "different sides"),
    ] {
        let error = RawRecord::new(Format::Smiles, "x", smiles.to_owned())
            .parse()
            .unwrap_err();
        assert_eq!(error.column, Some(column), "{smiles}: {error}");
        assert!(
            error.found.contains(found) && error.expected.contains(expected),
            "{smiles}: {error}"
        );
        let caret = error.excerpt.unwrap();
        let (line, mark) = caret.split_once('\n').unwrap();
        assert_eq!(line.trim(), smiles);
        assert_eq!(mark.len(), column + 2, "{caret}");
    }
}

#[test]
fn deep_nesting_and_long_chains_overflow_no_stack() {
    let depth = 100_000;
    let nested = "C(".repeat(depth) + "C" + &")".repeat(depth);
    let record = read(&nested);
    assert_eq!(
        record
            .molecule
            .atoms()
            .iter()
            .filter(|a| a.element == Element::C)
            .count(),
        depth + 1
    );
    assert_eq!(written(&record).len(), depth + 1);
    let open = RawRecord::new(Format::Smiles, "x", "C(".repeat(depth)).parse();
    assert!(open.is_err());
}

#[test]
fn regular_graphs_are_numbered_alike() {
    // Cubane and dodecahedrane from two starts each.
    let cubane = ["C12C3C4C1C5C2C3C45", "C1(C2C3C14)C5C2C3C45"];
    assert_eq!(canonical(cubane[0]), canonical(cubane[1]));
    let many = "CC(C)(C)".repeat(12) + "C";
    assert_eq!(canonical(&canonical(&many)), canonical(&many));
}

/// Text that comes further into the parser than random bytes do.
fn pieces() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "C", "c", "n", "N", "O", "[nH]", "[C@H]", "[C@@]", "[2H]", "[H]", "[O-]", "[N+]", "S", "P", "(", ")", "1", "2",
        "%10", "=", "#", "/", "\\", "-", ":", ".", "c1ccccc1", "C1CC1", "/C=C/", "F", "[", "]", "@", "~", "->", "[S@]",
        "ä", " ",
    ]);
    vec(piece, 0..30).prop_map(|p| p.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_what_is_read_is_written(text in prop_oneof![pieces(), "[ -~]{0,40}"]) {
        let raw = RawRecord::new(Format::Smiles, "x", text.clone());
        if let Ok(mut record) = raw.parse() {
            record.name.clear();
            let mut line = String::new();
            if write(&record, Format::Smiles, &mut line).is_ok() {
                let again = RawRecord::new(Format::Smiles, "x", line.clone()).parse();
                prop_assert!(again.is_ok(), "{} {}: {:?}", text, line, again);
                let again = again.unwrap();
                prop_assert_eq!(again.molecule.len(), record.molecule.len(), "{} {}", text, line);
                prop_assert_eq!(again.molecule.bonds().len(), record.molecule.bonds().len(), "{} {}", text, line);
            }
        }
    }
}
