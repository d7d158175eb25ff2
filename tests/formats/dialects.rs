//! What other programs write, read as it is meant and written again without loss.

use std::io::{Cursor, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use thalweg::chem::{Atom, Bond, BondMark, BondOrder, Element, Molecule};
use thalweg::formats::{Connectivity, Format, RawRecord, Reader, Record, encoder, write};

fn read(format: Format, text: &str) -> Record {
    RawRecord::new(format, "test", text.to_owned()).parse().unwrap()
}

fn again(record: &Record, format: Format) -> Record {
    let mut text = String::new();
    write(record, format, &mut text).unwrap();
    let raw = Reader::new("test", Box::new(Cursor::new(text.into_bytes())), Some(format))
        .unwrap()
        .next();
    raw.unwrap().unwrap().parse().unwrap()
}

fn charges(record: &Record) -> Vec<i8> {
    record.molecule.atoms().iter().map(|a| a.formal_charge).collect()
}

const SDF: &str = "\
an odd one
  CHEMPROG0101260000 3D
a comment
  6  4  0  0  1  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   1  0  1  0
    1.0000    0.0000    0.0000 N   0  3
    0.0000   -1.2345    0.0000 O   0  5  0
    0.0000    0.0000   11.0000 D   0
    0.0000    0.0000   -1.0000 C   0  4
    5 5 5 Cl -1
  1  2  1  1
  1  3  2  3
  1  4  1  6
  1  5  9
M  END
>  25  <ENERGY>  (1)
-1.5

> <TEXT>
line one
line two

> <EMPTY>

> DT12
x
";

#[test]
fn v2000_keeps_everything() {
    let record = read(Format::Sdf, SDF);
    for record in [&record, &again(&record, Format::Sdf)] {
        assert_eq!(
            (record.name.as_str(), record.comment.as_str(), record.chiral),
            ("an odd one", "a comment", true)
        );
        assert_eq!(record.header, "  CHEMPROG0101260000 3D");
        let atoms = record.molecule.atoms();
        assert_eq!(charges(record), [0, 1, -1, 0, 0, 0]);
        assert_eq!(
            atoms.iter().map(|a| a.isotope).collect::<Vec<_>>(),
            [Some(13), None, None, Some(2), None, Some(34)]
        );
        assert_eq!(atoms[4].unpaired_electrons, 1);
        assert_eq!(record.parities, [1, 0, 0, 0, 0, 0]);
        let marks: Vec<BondMark> = record.molecule.bonds().iter().map(|b| b.mark).collect();
        assert_eq!(
            marks,
            [BondMark::Up, BondMark::CisOrTrans, BondMark::Down, BondMark::None]
        );
        assert_eq!(record.molecule.bond(3).order, BondOrder::Dative);
        let fields: Vec<_> = record.fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(
            fields,
            [
                ("ENERGY", "-1.5"),
                ("TEXT", "line one\nline two"),
                ("EMPTY", ""),
                ("DT12", "x")
            ]
        );
        assert_eq!(record.coordinates[7], -1.2345);
        assert!(record.notes.is_empty(), "{:?}", record.notes);
    }
}

#[test]
fn property_lines_take_back_the_atom_block() {
    let table = "\n\n\n  2  0  0  0  0  0            999 V2000\n\
        \x20   0.0000    0.0000    0.0000 N   1  3\n    0.0000    0.0000    0.0000 O   0  5\n\
        M  CHG  1   2  -2\nM  ISO  1   2  18\nM  RAD  1   1   3\nM  STY  1   1 GEN\nM  END\n";
    let record = read(Format::Mol, table);
    assert_eq!(charges(&record), [0, -2]);
    assert_eq!(record.molecule.atom(0).unpaired_electrons, 2);
    assert_eq!(
        (record.molecule.atom(0).isotope, record.molecule.atom(1).isotope),
        (None, Some(18))
    );
    assert_eq!(record.notes, ["property lines not kept: M  STY".replace("  ", " ")]);
}

#[test]
fn v3000_with_continued_lines_and_gaps_in_the_numbers() {
    let text = "\n\n\n  0  0  0     0  0            999 V3000\nM  V30 BEGIN CTAB\nM  V30 COUNTS 2 1 0 0 1\n\
        M  V30 BEGIN ATOM\nM  V30 7 N 0.5 0 -\nM  V30 0 0 CHG=1 MA-\nM  V30 SS=15 CFG=2\nM  V30 9 O 1 2 3 0 RAD=2\nM  V30 END ATOM\n\
        M  V30 BEGIN BOND\nM  V30 1 9 9 7 CFG=1 TOPO=1\nM  V30 END BOND\nM  V30 BEGIN SGROUP\nM  V30 END SGROUP\n\
        M  V30 END CTAB\nM  END\n";
    let record = read(Format::Mol, text);
    for record in [&record, &again(&record, Format::Mol)] {
        let nitrogen = record.molecule.atom(0);
        assert_eq!(
            (nitrogen.formal_charge, nitrogen.isotope, record.parities[0]),
            (1, Some(15), 2)
        );
        assert_eq!(record.molecule.atom(1).unpaired_electrons, 1);
        let bond = record.molecule.bond(0);
        assert_eq!(
            (bond.atoms, bond.order, bond.mark),
            ([1, 0], BondOrder::Dative, BondMark::Up)
        );
        assert!(record.chiral);
    }
    assert_eq!(record.notes, ["blocks not kept: SGROUP"]);
}

#[test]
fn v3000_is_written_where_v2000_ends() {
    let version = |atoms: usize, x: f64| {
        let record = Record {
            molecule: Molecule::new(vec![Atom::new(Element::C); atoms], Vec::new()).unwrap(),
            coordinates: vec![x; 3 * atoms],
            connectivity: Connectivity::Given,
            ..Record::default()
        };
        let mut text = String::new();
        write(&record, Format::Sdf, &mut text).unwrap();
        assert_eq!(again(&record, Format::Sdf).coordinates.len(), 3 * atoms);
        assert!(text.lines().all(|l| l.len() <= 80));
        text.contains("V3000")
    };
    assert!(!version(999, 1.0));
    assert!(version(1000, 1.0));
    assert!(version(1, 123_456.0));
}

#[test]
fn an_atom_has_a_bounded_number_of_bonds() {
    let bonds: Vec<(usize, usize, &str)> = (2..=300).map(|k| (1, k, "1")).collect();
    let error = RawRecord::new(Format::Mol2, "hub.mol2", mol2_text(&["C.3"; 300], &bonds))
        .parse()
        .unwrap_err();
    assert_eq!(
        (error.found.as_str(), error.expected.as_str()),
        ("bond number 201 of atom 1", "at most 200 bonds to an atom")
    );
    assert_eq!(error.line, 309 + 201);
}

fn mol2(atoms: &[&str], bonds: &[(usize, usize, &str)]) -> Record {
    read(Format::Mol2, &mol2_text(atoms, bonds))
}

fn mol2_text(atoms: &[&str], bonds: &[(usize, usize, &str)]) -> String {
    let mut text = format!(
        "@<TRIPOS>MOLECULE\nm\n{} {}\nSMALL\nUSER_CHARGES\n\n\n@<TRIPOS>ATOM\n",
        atoms.len(),
        bonds.len()
    );
    for (k, kind) in atoms.iter().enumerate() {
        text += &format!("{} X{} {k}.0 0 0 {kind} 1 LIG -0.5\n", k + 1, k + 1);
    }
    text += "@<TRIPOS>BOND\n";
    for (k, (a, b, kind)) in bonds.iter().enumerate() {
        text += &format!("{} {a} {b} {kind}\n", k + 1);
    }
    text
}

#[test]
fn sybyl_types_tell_charges() {
    let acetate = ["C.3", "C.2", "O.co2", "O.co2"];
    for (first, second, expected) in [
        ("ar", "ar", [0, 0, 0, -1]),
        ("1", "2", [0, 0, -1, 0]),
        ("2", "1", [0, 0, 0, -1]),
    ] {
        let record = mol2(&acetate, &[(1, 2, "1"), (2, 3, first), (2, 4, second)]);
        for record in [&record, &again(&record, Format::Mol2)] {
            assert_eq!(charges(record), expected);
            assert_eq!(record.partial_charges, [-0.5; 4]);
            let double = if expected[2] == 0 { 1 } else { 2 };
            assert_eq!(record.molecule.bond(double).order, BondOrder::Double);
        }
    }
    let guanidinium = mol2(
        &["C.cat", "N.pl3", "N.pl3", "N.pl3"],
        &[(1, 2, "ar"), (1, 3, "ar"), (1, 4, "ar")],
    );
    assert_eq!(charges(&guanidinium), [0, 1, 0, 0]);
    assert_eq!(charges(&again(&guanidinium, Format::Mol2)), [0, 1, 0, 0]);
    let ammonium = mol2(
        &["N.4", "H", "H", "H", "H"],
        &[(1, 2, "1"), (1, 3, "1"), (1, 4, "1"), (1, 5, "1")],
    );
    assert_eq!(charges(&again(&ammonium, Format::Mol2)), [1, 0, 0, 0, 0]);
    let sulfate = mol2(
        &["S.3", "O.co2", "O.co2", "O.co2", "O.co2"],
        &[(1, 2, "2"), (1, 3, "2"), (1, 4, "1"), (1, 5, "1")],
    );
    assert_eq!(charges(&sulfate), [0, 0, 0, -1, -1]);
    assert_eq!(charges(&mol2(&["Na", "Cl"], &[])), [1, -1]);
}

#[test]
fn mol2_charges_that_are_lost_are_said() {
    let mut record = mol2(&["C.3", "O.3"], &[(1, 2, "1")]);
    record.molecule.set_formal_charge(1, -1);
    let notes = write(&record, Format::Mol2, &mut String::new()).unwrap();
    assert_eq!(
        notes,
        ["mol2 carries no formal charges: those of atoms 2 can't be told from the atom types"]
    );
}

const PDB: &str = "\
TITLE     A PEPTIDE
TITLE    2 IN TWO LINES
MODEL        1
ATOM      1  N   ALA A   1       1.000   2.000   3.000  1.00 10.50           N1+
ATOM      2  CA AALA A   1       2.000   2.000   3.000  0.60 10.00           C
ATOM      3  CA BALA A   1       2.100   2.000   3.000  0.40 10.00           C
ATOM      4 HG11 VAL A   2A      3.000   2.000   3.000
HETATM    5 CA    CA B 101       4.000   2.000   3.000
HETATM    6 CL1  LIG B 102       5.000   2.000   3.000  1.00  0.00
ENDMDL
MODEL        2
ATOM      1  N   ALA A   1       1.500   2.000   3.000  1.00 10.50           N
ENDMDL
CONECT    1    2
END
";

#[test]
fn pdb_models_names_and_alternate_locations() {
    let reader = Reader::new("test", Box::new(Cursor::new(PDB.as_bytes().to_vec())), None).unwrap();
    let records: Vec<Record> = reader.map(|raw| raw.unwrap().parse().unwrap()).collect();
    assert_eq!(records.len(), 2);
    assert_eq!(
        (records[1].name.as_str(), records[1].coordinates[0]),
        ("A PEPTIDE IN TWO LINES", 1.5)
    );
    let first = &records[0];
    for record in [first, &again(first, Format::Pdb)] {
        let symbols: Vec<&str> = record.molecule.atoms().iter().map(|a| a.element.symbol()).collect();
        assert_eq!(symbols, ["N", "C", "H", "Ca", "Cl"]);
        assert_eq!(record.name, "A PEPTIDE IN TWO LINES");
        assert_eq!(
            (record.net_charge, record.connectivity),
            (Some(1), Connectivity::Absent)
        );
        assert_eq!(record.sites, first.sites);
    }
    assert_eq!(
        first.notes,
        ["1 atoms at alternate locations left out; the first location is kept"]
    );
    let site = &first.sites[2];
    assert_eq!(
        (site.name.as_str(), site.residue_number, site.insertion_code, site.chain),
        ("HG11", 2, 'A', 'A')
    );
}

#[test]
fn pdb_lines_have_their_columns() {
    let mut record = read(
        Format::Xyz,
        "3\nwater energy_kcal_mol=-1.5\nO 0 0 0.1\nH 0 0.7572 -0.4692\nD 0 -0.7572 -0.4692\n",
    );
    let bonds = vec![Bond::new(0, 1, BondOrder::Single), Bond::new(0, 2, BondOrder::Single)];
    record.molecule = Molecule::new(record.molecule.atoms().to_vec(), bonds).unwrap();
    let mut text = String::new();
    let notes = write(&record, Format::Pdb, &mut text).unwrap();
    assert_eq!(
        text,
        "TITLE     water\n\
         REMARK   6 energy_kcal_mol=-1.5\n\
         HETATM    1  O1  UNL     1       0.000   0.000   0.100  1.00  0.00           O\n\
         HETATM    2  H1  UNL     1       0.000   0.757  -0.469  1.00  0.00           H\n\
         HETATM    3  D2  UNL     1       0.000  -0.757  -0.469  1.00  0.00           D\n\
         CONECT    1    2    3\nCONECT    2    1\nCONECT    3    1\nEND\n"
    );
    assert_eq!(notes, ["pdb carries no bond orders"]);
    record.coordinates[4] = 10_000.0;
    let error = write(&record, Format::Pdb, &mut text).unwrap_err().to_string();
    assert_eq!(
        error,
        "record 'water' can't be written as pdb: the coordinate 10000.000 of atom 2 is too large for eight columns"
    );
}

#[test]
fn xyz_says_what_is_lost() {
    let record = read(Format::Sdf, SDF);
    let notes = write(&record, Format::Xyz, &mut String::new()).unwrap();
    let lost: Vec<&str> = notes.iter().filter_map(|n| n.strip_prefix("xyz carries no ")).collect();
    let charges = "formal charges of atoms (the net charge is written)";
    assert_eq!(
        lost,
        [
            "bonds",
            charges,
            "isotopes",
            "unpaired electrons",
            "chiral flag",
            "comment line"
        ]
    );
}

/// A sink that can still be looked at after the encoder took it.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn compression_is_told_by_name() {
    for (name, compressed) in [("a.xyz.gz", true), ("a.xyz", false)] {
        let sink = Sink::default();
        let mut out = encoder(Path::new(name), Box::new(sink.clone()));
        out.write_all(b"1\nhelium\nHe 0 0 0\n").unwrap();
        out.finish().unwrap();
        let bytes = sink.0.lock().unwrap().clone();
        assert_eq!(bytes.starts_with(&[0x1f, 0x8b]), compressed);
        let mut reader = Reader::new("test", Box::new(Cursor::new(bytes)), None).unwrap();
        assert_eq!(reader.next().unwrap().unwrap().parse().unwrap().name, "helium");
    }
}

/// Every file of the shared data, where it is at hand, is read without complaint and comes back from its own format.
#[test]
fn shared_data() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            // What macros print would be held back, since the test passes.
            let text = format!("SKIPPED: no {}\n", folder.display());
            std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()).unwrap();
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // Their atoms are of no element.
                if !path.ends_with("lj_clusters_coordinates") {
                    folders.push(path);
                }
            } else if Format::from_path(&path).is_some() && path.metadata().unwrap().len() < 2_000_000 {
                for raw in Reader::open(&path, None).unwrap() {
                    let raw = raw.unwrap();
                    let record = raw.parse().unwrap();
                    let back = again(&record, raw.format);
                    assert_eq!(
                        (&back.molecule, &back.name, &back.fields),
                        (&record.molecule, &record.name, &record.fields)
                    );
                    assert!(
                        back.coordinates
                            .iter()
                            .zip(&record.coordinates)
                            .all(|(a, b)| (a - b).abs() < 1e-4)
                    );
                }
            }
        }
    }
}
