//! Readers against random bytes and broken files, and random records through a round trip in every format.

use super::*;
use crate::chem::{Atom, Bond, BondMark, BondOrder, Element};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::io::Cursor;

/// Reads everything; what matters is that it comes to an end, and that errors have a place.
fn read_all(bytes: &[u8], format: Option<Format>) -> Vec<Record> {
    let mut records = Vec::new();
    let Ok(reader) = Reader::new("noise", Box::new(Cursor::new(bytes.to_vec())), format) else {
        return records;
    };
    let line_count = bytes.iter().filter(|&&b| b == b'\n').count() + 1;
    for (k, raw) in reader.enumerate() {
        assert!(k <= line_count, "more records than lines");
        match raw.and_then(|r| r.parse().map_err(ReadError::from)) {
            Ok(record) => {
                let placed = record.coordinates.len() == 3 * record.molecule.len();
                assert!(placed || (format != Some(Format::Xyz) && record.coordinates.is_empty()));
                assert!(record.coordinates.iter().all(|x| x.is_finite()));
                records.push(record);
            }
            Err(ReadError::Record(error)) => {
                assert!((1..=line_count).contains(&error.line), "{error}, {line_count} lines");
                assert!(!error.found.is_empty() && !error.expected.is_empty(), "{error}");
            }
            Err(_) => {}
        }
    }
    records
}

/// Good files with what random records do not have, to be broken.
const SAMPLES: [(Format, &str); 5] = [
    (
        Format::Sdf,
        "a\n  b                 2D\nc\n  2  1  0  0  1  0  0  0  0  0999 V2000\n    0.0000    0.0000    0.0000 C   1  3  1  0\n\
         1.0 2.0 3.0 N\n  1  2  1  6\nA    1\nalias\nM  CHG  1   2   1\nM  RAD  1   1   2\nM  ISO  1   1  14\nM  END\n\
         >  25 <NAME> (x)\none\n\n> <TWO>\n1\n2\n\n$$$$\n",
    ),
    (
        Format::Sdf,
        "\n\n\n  0  0  0     0  0            999 V3000\nM  V30 BEGIN CTAB\nM  V30 COUNTS 2 1 0 0 1\nM  V30 BEGIN ATOM\n\
         M  V30 7 N 0.5 0 -\nM  V30 0 0 CHG=1 MA-\nM  V30 SS=15 X=(2 1 2) Y=\"a b\"\nM  V30 9 O 1 2 3 0 RAD=2\nM  V30 END ATOM\n\
         M  V30 BEGIN BOND\nM  V30 1 9 9 7 CFG=1\nM  V30 END BOND\nM  V30 BEGIN SGROUP\nM  V30 END SGROUP\n\
         M  V30 END CTAB\nM  END\n$$$$\n",
    ),
    (
        Format::Xyz,
        "2\nLattice=\"1 0 0 0 1 0 0 0 1\" Properties=id:I:1:species:S:1:pos:R:3 name='x y' charge=-1\n1 H 0 0 0\n2 C1 0 0 1D0\n",
    ),
    (
        Format::Mol2,
        "# comment\n@<TRIPOS>MOLECULE\nm\n3 2 1\nSMALL\nUSER_CHARGES\n\na=1 b\n@<TRIPOS>ATOM\n1 C1 0 0 0 C.2 1 LIG 0.1\n\
         2 O1 1 0 0 O.co2 1 LIG -0.5\n3 O2 0 1 0 O.co2 1 LIG -0.5\n@<TRIPOS>BOND\n1 1 2 ar\n2 1 3 ar\n@<TRIPOS>SUBSTRUCTURE\n1 LIG 1\n",
    ),
    (
        Format::Pdb,
        "TITLE     T\nREMARK   6 a=1\nMODEL        1\n\
         ATOM      1  CA AALA A   1A      1.000   2.000   3.000  0.50 10.50           C1+\n\
         ATOM      2 HG11BVAL A   2       1.500   2.000   3.000\nENDMDL\nMODEL        2\n\
         HETATM    1 CL1  LIG B   1       1.000   2.000   3.000\nENDMDL\nCONECT    1    2\nEND\n",
    ),
];

/// A text of format-like pieces in random order: comes further into the parsers than random bytes do.
fn pieces() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "\n",
        "\n",
        "\n",
        " ",
        " ",
        "  ",
        "\t",
        "\r\n",
        "3",
        "1",
        "2",
        "0",
        "-1",
        "999",
        "99999999999999",
        "0.0",
        "1.5D+00",
        "nan",
        "1e999",
        "C",
        "H",
        "O.co2",
        "C.3",
        "N.4",
        "C.cat",
        "Qq",
        "R#",
        "*",
        "D",
        "ä",
        "\u{0}",
        "=",
        "\"",
        "charge=1",
        "Properties=species:S:1:pos:R:3",
        "Properties=",
        ":",
        "[",
        "{",
        "(",
        ")",
        "-",
        "V2000",
        "V3000",
        "M  V30 ",
        "M  END",
        "M  CHG",
        "M  ISO",
        "M  RAD",
        "M  ALS",
        "BEGIN CTAB",
        "COUNTS 1 0 0 0 0",
        "BEGIN ATOM",
        "END ATOM",
        "BEGIN BOND",
        "END BOND",
        "END CTAB",
        "> <a>",
        ">",
        "$$$$",
        "@<TRIPOS>MOLECULE",
        "@<TRIPOS>ATOM",
        "@<TRIPOS>BOND",
        "ar",
        "ATOM  ",
        "HETATM",
        "MODEL",
        "ENDMDL",
        "END",
        "CONECT",
        "TITLE ",
        "1 C 0 0 0 0",
        "  1  0  0",
        "\n  1  1  0",
        "    0.0000    0.0000    0.0000 C   0  0\n",
        "  1  2  1  0\n",
        "O 0 0 0\n",
        "1\n\nO 0 0 0\n",
        "ATOM      1  CA  ALA A   1       1.000   2.000   3.000  1.00  0.00           C\n",
        "\u{feff}",
    ]);
    vec(piece, 0..60).prop_map(|p| p.concat())
}

fn format() -> impl Strategy<Value = Format> {
    select(Format::ALL.to_vec())
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[ -~]{0,30}",
        1 => "[ -~äß\n\"=\\\\\\[\\]{}>$@<#*]{0,40}",
    ]
}

fn atom() -> impl Strategy<Value = Atom> {
    (1u8..=118, -4i8..=4, option::weighted(0.2, 1u16..300), 0u8..=2).prop_map(
        |(number, formal_charge, isotope, unpaired)| Atom {
            element: Element::from_atomic_number(number).unwrap(),
            formal_charge,
            isotope,
            unpaired_electrons: unpaired,
        },
    )
}

fn coordinate() -> impl Strategy<Value = f64> {
    prop_oneof![8 => -50.0..50.0, 1 => -9e4..9e4, 1 => -9e7..9e7, 1 => Just(0.0), 1 => Just(-1e-9)]
}

prop_compose! {
    fn record()(atoms in vec(atom(), 1..12))(
        coordinates in vec(coordinate(), 3 * atoms.len()),
        pairs in vec((any::<Index>(), any::<Index>(), 0usize..7, 0usize..5), 0..14),
        name in text(),
        comment in text(),
        chiral in any::<bool>(),
        net_charge in option::of(-3i32..=3),
        fields in vec((text(), text()), 0..4),
        atoms in Just(atoms)
    ) -> Record {
        use BondOrder::{Aromatic, Dative, Double, Quadruple, Single, Triple, Unknown};
        let mut bonds: Vec<Bond> = Vec::new();
        for (a, b, order, mark) in pairs {
            let (a, b) = (a.index(atoms.len()), b.index(atoms.len()));
            if a == b || bonds.iter().any(|x| x.atoms == [a, b] || x.atoms == [b, a]) {
                continue;
            }
            let order = [Single, Double, Triple, Quadruple, Aromatic, Dative, Unknown][order];
            let mark = match order {
                Single => [BondMark::None, BondMark::Up, BondMark::Down, BondMark::Either, BondMark::None][mark],
                Double if mark == 4 => BondMark::CisOrTrans,
                _ => BondMark::None,
            };
            bonds.push(Bond { mark, ..Bond::new(a, b, order) });
        }
        Record {
            molecule: Molecule::new(atoms, bonds).unwrap(),
            coordinates,
            connectivity: Connectivity::Given,
            name, comment, chiral, net_charge, fields,
            ..Record::default()
        }
    }
}

/// Writes a record and reads it again; `None` where the format can't hold it.
fn round_trip(record: &Record, format: Format) -> Option<(Record, String)> {
    let mut text = String::new();
    write(record, format, &mut text).ok()?;
    // Twice, so that a record that runs into the next one is found.
    let twice = text.repeat(2);
    let mut records = read_all(twice.as_bytes(), Some(format));
    let wanted = if format == Format::Mol { 0 } else { 2 };
    if wanted == 2 {
        assert_eq!(records.len(), 2, "{twice}");
    } else {
        records = read_all(text.as_bytes(), Some(format));
        assert_eq!(records.len(), 1, "{text}");
    }
    Some((records.swap_remove(0), text))
}

fn assert_close(a: &Record, b: &Record, tolerance: f64, text: &str) {
    assert_eq!(a.coordinates.len(), b.coordinates.len());
    for (x, y) in a.coordinates.iter().zip(&b.coordinates) {
        assert!(
            (x - y).abs() <= tolerance * (1.0 + 1e-9 * x.abs()) + 1e-14 * x.abs(),
            "{x} {y}\n{text}"
        );
    }
}

fn normal(text: &str) -> String {
    text.trim().replace(['\n', '\r'], " ")
}

fn elements(record: &Record) -> Vec<Element> {
    record.molecule.atoms().iter().map(|a| a.element).collect()
}

proptest! {
    // What a long run finds becomes a test of its own beside the code.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(bytes in vec(any::<u8>(), 0..400), format in option::of(format())) {
        read_all(&bytes, format);
    }

    #[test]
    fn random_pieces(text in pieces(), format in option::of(format())) {
        read_all(text.as_bytes(), format);
    }

    #[test]
    fn broken_files(
        record in record(),
        format in format(),
        sample in option::of(select(SAMPLES.to_vec())),
        cuts in vec((any::<Index>(), 0usize..6, any::<u8>()), 1..6),
    ) {
        let mut text = String::new();
        let format = sample.map_or(format, |s| s.0);
        if let Some((_, sample)) = sample {
            assert!(!read_all(sample.as_bytes(), Some(format)).is_empty());
            text.push_str(sample);
        }
        if sample.is_some() || write(&record, format, &mut text).is_ok() {
            let mut bytes = text.repeat(2).into_bytes();
            for (at, length, byte) in cuts {
                let at = at.index(bytes.len());
                let end = (at + length).min(bytes.len());
                match byte % 3 {
                    0 => drop(bytes.drain(at..end)),
                    1 => bytes[at] = byte,
                    _ => bytes.insert(at, b" \n0-9C.="[usize::from(byte) % 8]),
                }
                if bytes.is_empty() {
                    break;
                }
            }
            read_all(&bytes, Some(format));
        }
    }

    #[test]
    fn sdf_round_trip(record in record()) {
        let (again, text) = round_trip(&record, Format::Sdf).unwrap();
        prop_assert_eq!(again.molecule.atoms(), record.molecule.atoms(), "{}", text);
        for (a, b) in again.molecule.bonds().iter().zip(record.molecule.bonds()) {
            let order = if b.order == BondOrder::Quadruple { BondOrder::Unknown } else { b.order };
            prop_assert_eq!((a.atoms, a.order, a.mark), (b.atoms, order, b.mark), "{}", text);
        }
        prop_assert_eq!(again.molecule.bonds().len(), record.molecule.bonds().len());
        prop_assert_eq!(&again.name, &normal(&record.name));
        prop_assert_eq!(&again.comment, &normal(&record.comment));
        prop_assert_eq!(again.chiral, record.chiral);
        prop_assert_eq!(again.fields.len(), record.fields.len(), "{}", text);
        assert_close(&again, &record, 0.5001e-4, &text);
        // What was read once is kept for good.
        let (third, _) = round_trip(&again, Format::Sdf).unwrap();
        prop_assert_eq!(&third.molecule, &again.molecule);
        prop_assert_eq!(&third.coordinates, &again.coordinates);
        prop_assert_eq!(&third.fields, &again.fields, "{}", text);
    }

    #[test]
    fn xyz_round_trip(record in record()) {
        let (again, text) = round_trip(&record, Format::Xyz).unwrap();
        prop_assert_eq!(elements(&again), elements(&record), "{}", text);
        assert_close(&again, &record, 0.5001e-8, &text);
        let (third, more) = round_trip(&again, Format::Xyz).unwrap();
        prop_assert_eq!(more, text);
        prop_assert_eq!(&third.name, &again.name);
        prop_assert_eq!(&third.fields, &again.fields);
    }

    #[test]
    fn mol2_round_trip(record in record()) {
        let (again, text) = round_trip(&record, Format::Mol2).unwrap();
        prop_assert_eq!(elements(&again), elements(&record), "{}", text);
        prop_assert_eq!(again.molecule.bonds().len(), record.molecule.bonds().len());
        assert_close(&again, &record, 0.5001e-6, &text);
        if record.molecule.bonds().iter().all(|b| b.order != BondOrder::Aromatic) && again.partial_charges.is_empty() {
            let charges = |r: &Record| r.molecule.atoms().iter().map(|a| a.formal_charge).collect::<Vec<_>>();
            let stated = record.molecule.atoms().iter().any(|a| a.formal_charge != 0);
            prop_assert!(!stated || charges(&again) == charges(&record), "{}", text);
        }
        let (third, _) = round_trip(&again, Format::Mol2).unwrap();
        prop_assert_eq!(&third.sites, &again.sites);
        prop_assert_eq!(&third.fields, &again.fields);
        prop_assert_eq!(third.molecule.bonds(), again.molecule.bonds(), "{}", text);
    }

    #[test]
    fn pdb_round_trip(mut record in record()) {
        for x in &mut record.coordinates {
            *x %= 900.0;
        }
        let (again, text) = round_trip(&record, Format::Pdb).unwrap();
        prop_assert_eq!(elements(&again), elements(&record), "{}", text);
        assert_close(&again, &record, 0.5001e-3, &text);
        let (third, _) = round_trip(&again, Format::Pdb).unwrap();
        prop_assert_eq!(&third.sites, &again.sites);
        prop_assert_eq!(&third.fields, &again.fields);
        prop_assert_eq!(&third.coordinates, &again.coordinates);
    }

    #[test]
    fn mol_round_trip(record in record()) {
        let (again, text) = round_trip(&record, Format::Mol).unwrap();
        prop_assert_eq!(again.molecule.atoms(), record.molecule.atoms(), "{}", text);
    }

    #[test]
    fn written_text_is_told_by_content(record in record(), format in format()) {
        let mut text = String::new();
        // A table of random valences and bonds need not be a molecule that can be read again.
        if format != Format::Smiles && write(&record, format, &mut text).is_ok() {
            prop_assert_eq!(Format::detect(&text), Some(format), "{}", text);
        }
    }
}
