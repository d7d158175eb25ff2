//! Types and charges of small groups in all their drawings, messages, the user's own tables, set-up time.

use super::{Parameters, Variant, parametrize};
use crate::chem::{Atom, Bond, BondOrder, Element, Molecule};
use crate::forcefield::{Terms, TypingError};
use std::sync::OnceLock;

fn parameters() -> &'static Parameters {
    static PARAMETERS: OnceLock<Parameters> = OnceLock::new();
    PARAMETERS.get_or_init(|| Parameters::published().unwrap())
}

/// A molecule from words like `CH3 N+ O-` (hydrogens are put at the end) and bonds like `1-2 2=3 3#4`.
fn build(atoms: &str, bonds: &str) -> Molecule {
    let mut made = Vec::new();
    let mut hydrogens = Vec::new();
    for (index, word) in atoms.split_whitespace().enumerate() {
        let charge =
            i8::try_from(word.matches('+').count()).unwrap() - i8::try_from(word.matches('-').count()).unwrap();
        let word = word.trim_end_matches(['+', '-']);
        let (symbol, count) = match word.split_once('H') {
            Some(("", _)) => (word, 0),
            Some((symbol, "")) => (symbol, 1),
            Some((symbol, count)) => (symbol, count.parse().unwrap()),
            None => (word, 0),
        };
        let mut atom = Atom::new(Element::from_symbol(symbol).unwrap());
        atom.formal_charge = charge;
        made.push(atom);
        hydrogens.extend(std::iter::repeat_n(index, count));
    }
    let mut joined: Vec<Bond> = bonds.split_whitespace().map(bond).collect();
    for parent in hydrogens {
        joined.push(Bond::new(parent, made.len(), BondOrder::Single));
        made.push(Atom::new(Element::H));
    }
    Molecule::new(made, joined).unwrap()
}

fn bond(text: &str) -> Bond {
    let place = text.find(['-', '=', '#', ':']).unwrap();
    let order = match &text[place..=place] {
        "-" => BondOrder::Single,
        "=" => BondOrder::Double,
        "#" => BondOrder::Triple,
        _ => BondOrder::Aromatic,
    };
    let number = |text: &str| text.parse::<usize>().unwrap() - 1;
    Bond::new(number(&text[..place]), number(&text[place + 1..]), order)
}

fn terms(molecule: &Molecule) -> Terms {
    parametrize(molecule, Variant::Mmff94, parameters()).unwrap()
}

/// Types of the heavy atoms; the charges must add up to the net charge.
fn types(atoms: &str, bonds: &str) -> String {
    let molecule = build(atoms, bonds);
    let terms = terms(&molecule);
    let sum: f64 = terms.charges.iter().sum();
    let net = f64::from(molecule.net_charge());
    assert!((sum - net).abs() < 1e-9, "{atoms}: charges add up to {sum}, not {net}");
    let heavy = (0..molecule.len()).filter(|&a| molecule.element(a) != Element::H);
    heavy.map(|a| terms.atom_types[a].clone()).collect::<Vec<_>>().join(" ")
}

fn all_alike(drawings: &[(&str, &str)], expected: &str) {
    let charges = |(atoms, bonds): &(&str, &str)| terms(&build(atoms, bonds)).charges;
    for drawing in drawings {
        assert_eq!(types(drawing.0, drawing.1), expected, "{} {}", drawing.0, drawing.1);
        assert_eq!(charges(drawing), charges(&drawings[0]), "{} {}", drawing.0, drawing.1);
    }
}

#[test]
fn drawings_of_a_group_are_alike() {
    all_alike(
        &[("CH3 N+ O O-", "1-2 2=3 2-4"), ("CH3 N O O", "1-2 2=3 2=4")],
        "1 45 32 32",
    );
    all_alike(
        &[
            ("CH3 N N+ N-", "1-2 2=3 3=4"),
            ("CH3 N N N", "1-2 2=3 3#4"),
            ("CH3 N- N+ N", "1-2 2-3 3#4"),
        ],
        "1 9 53 47",
    );
    all_alike(
        &[
            ("CH2 N+ N-", "1=2 2=3"),
            ("CH2- N+ N", "1-2 2#3"),
            ("CH2 N N", "1=2 2#3"),
        ],
        "3 53 47",
    );
    all_alike(&[("CH3 N+ C-", "1-2 2#3"), ("CH3 N C", "1-2 2#3")], "1 61 60");
    all_alike(
        &[("CH3 C N+ O-", "1-2 2#3 3-4"), ("CH3 C N O", "1-2 2#3 3=4")],
        "1 4 61 32",
    );
    all_alike(
        &[("CH3 S+ CH3 O-", "1-2 2-3 2-4"), ("CH3 S CH3 O", "1-2 2-3 2=4")],
        "1 17 1 7",
    );
    all_alike(
        &[
            ("CH3 S++ CH3 O- O-", "1-2 2-3 2-4 2-5"),
            ("CH3 S CH3 O O", "1-2 2-3 2=4 2=5"),
        ],
        "1 18 1 32 32",
    );
    all_alike(
        &[
            ("O O O O- Cl", "1=5 2=5 3=5 4-5"),
            ("O- O- O- O- Cl+++", "1-5 2-5 3-5 4-5"),
        ],
        "32 32 32 32 77",
    );
    all_alike(
        &[
            ("CH3 S O S-", "1-2 2=3 2-4"),
            ("CH3 S O- S", "1-2 2-3 2=4"),
            ("CH3 S+ O- S-", "1-2 2-3 2-4"),
        ],
        "1 73 32 72",
    );
    all_alike(
        &[("CH3 S O O-", "1-2 2=3 2-4"), ("CH3 S+ O- O-", "1-2 2-3 2-4")],
        "1 73 32 32",
    );
    all_alike(
        &[
            ("CH3 P CH3 O O-", "1-2 2-3 2=4 2-5"),
            ("CH3 P+ CH3 O- O-", "1-2 2-3 2-4 2-5"),
        ],
        "1 25 1 32 32",
    );
    all_alike(
        &[
            ("CH3 N+ CH3 CH3 O-", "1-2 2-3 2-4 2-5"),
            ("CH3 N CH3 CH3 O", "1-2 2-3 2-4 2=5"),
        ],
        "1 68 1 1 32",
    );
    all_alike(
        &[("NH2 C+ NH2 NH2", "1-2 2-3 2-4"), ("NH2 C NH2 NH2+", "1-2 2-3 2=4")],
        "56 57 56 56",
    );
}

#[test]
fn ions_of_rings_share_their_charge() {
    // Tetrazole, triazole and imidazole anions, imidazolium, pyrazolium, an N-oxide of thiazole.
    assert_eq!(types("CH N N N N-", "1=2 2-3 3=4 4-5 5-1"), "78 76 76 76 76");
    assert_eq!(types("CH CH N N N-", "1=2 2-3 3=4 4-5 5-1"), "78 78 76 76 76");
    assert_eq!(types("CH N CH CH N-", "1=2 2-3 3=4 4-5 5-1"), "78 76 78 78 76");
    assert_eq!(types("CH NH+ CH CH NH", "1=2 2-3 3=4 4-5 5-1"), "80 81 78 78 81");
    assert_eq!(types("NH NH+ CH CH CH", "1-2 2=3 3-4 4=5 5-1"), "39 81 64 64 63");
    assert_eq!(
        types("S CH N+ CH CH O-", "1-2 2=3 3-4 4=5 5-1 3-6"),
        "44 63 82 64 63 32"
    );
    // Imidazo[1,2-a]pyridinium with the iminium bond drawn in the six-ring.
    assert_eq!(
        types("NH CH CH N+ CH CH CH CH C", "1-2 2=3 3-4 4=5 5-6 6=7 7-8 8=9 9-1 9-4"),
        "81 78 78 81 37 37 37 37 80"
    );
}

#[test]
fn symbols_of_all_kinds() {
    for (atoms, bonds, expected) in [
        ("CH3 N+ N", "1-2 2#3", "1 61 42"),
        ("O O- O- N+", "1=4 2-4 3-4", "32 32 32 45"),
        ("CH3 O N+ O O-", "1-2 2-3 3=4 3-5", "1 6 45 32 32"),
        ("CH3 O N O", "1-2 2-3 3=4", "1 6 46 7"),
        ("N- N+ N-", "1=2 2=3", "47 53 47"),
        ("CH3 C S- O", "1-2 2-3 2=4", "1 3 72 7"),
        ("CH3 C S O-", "1-2 2=3 2-4", "1 3 16 35"),
        ("CH3 C S S-", "1-2 2=3 2-4", "1 41 72 72"),
        ("CH3 C O O-", "1-2 2=3 2-4", "1 41 32 32"),
        ("CH3 S O O O-", "1-2 2=3 2=4 2-5", "1 18 32 32 32"),
        ("O O O- O- S", "1=5 2=5 3-5 4-5", "32 32 32 32 18"),
        ("O O- O- O- P", "1=5 2-5 3-5 4-5", "32 32 32 32 25"),
        ("CH3 S O O NH-", "1-2 2=3 2=4 2-5", "1 18 32 32 62"),
        ("CH3 S O NH CH3", "1-2 2=3 2=4 2-5", "1 18 32 48 1"),
        ("CH2 S O", "1=2 2=3", "3 74 7"),
        ("CH2 S O O", "1=2 2=3 2=4", "3 18 32 32"),
        ("CH2 PH", "1=2", "3 75"),
        ("NH2 C N", "1-2 2#3", "43 4 42"),
        ("NH2 C CH", "1-2 2#3", "40 4 4"),
        ("NH2 CH NH2+", "1-2 2=3", "55 57 55"),
        ("CH2 NH2+", "1=2", "3 54"),
        ("CH3 NH3+", "1-2", "1 34"),
        ("CH3 CH OH+", "1-2 2=3", "1 3 51"),
        ("CH3 N CH2", "1-2 2=3", "1 9 3"),
        ("CH2 N NH2", "1=2 2-3", "3 9 10"),
        ("CH2 CH NH2", "1=2 2-3", "2 2 40"),
        ("CH3 CH N O-", "1-2 2=3 3-4", "1 3 9 35"),
        ("CH3 O-", "1-2", "1 35"),
        ("OH-", "", "35"),
        ("OH3+", "", "49"),
        ("NH3", "", "8"),
        ("NH4+", "", "34"),
        ("CH2 CH2 CH2", "1-2 2-3 3-1", "22 22 22"),
        ("CH2 CH2 CH CH", "1-2 2-3 3=4 4-1", "20 20 30 30"),
        ("CH2 C O", "1=2 2=3", "2 4 7"),
        ("CH CH CH CH O", "1=2 2-3 3=4 4-5 5-1", "63 64 64 63 59"),
        (
            "CH CH CH CH CH N+ O-",
            "1=2 2-3 3=4 4-5 5=6 6-1 6-7",
            "37 37 37 37 37 69 32",
        ),
        ("Cl-", "", "90"),
        ("Br-", "", "91"),
        ("Ca++", "", "96"),
        ("Cu++", "", "98"),
        ("Mg++", "", "99"),
    ] {
        assert_eq!(types(atoms, bonds), expected, "{atoms} {bonds}");
    }
}

#[test]
fn messages_name_the_atom() {
    let message = |atoms: &str, bonds: &str| {
        parametrize(&build(atoms, bonds), Variant::Mmff94, parameters())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        message("Xe F F", "1-2 1-3"),
        "mmff94 has no atom type for atom 1 (Xe bonded to -F2, -F3): no rule for Xe with 2 neighbours, 2 bonds and charge +0"
    );
    assert_eq!(
        message("FH", ""),
        "mmff94 has no atom type for atom 2 (H bonded to -F1): there is no type for hydrogen on an atom of type F"
    );
    assert!(message("Na", "").contains("no monatomic ion"));
    assert!(message("CH3", "").contains("no rule for C with 3 neighbours"));
    assert!(message("CH CH CH CH CH CH", "1:2 2:3 3:4 4:5 5:6 6:1").contains("unknown order"));
    assert!(message("CH3 O", "1-2").contains("atom 2"));
}

#[test]
fn rules_leave_a_note() {
    let terms = terms(&build("PH SiH3 CH3", "1-2 1-3"));
    let bond = terms.estimates.iter().find(|e| e.term == "bond").unwrap();
    assert_eq!(
        (bond.atoms.as_slice(), bond.types.as_str()),
        ([0, 1].as_slice(), "0 26-19")
    );
    assert!(bond.rule.contains("kb 1.61"), "{}", bond.rule);
}

#[test]
fn own_tables_extend_the_published() {
    let mut own = parameters().clone();
    own.extend(
        "own.par",
        "[uff.other] a\n1\n[mmff94.bond] bond_type i j kb r0 origin\n0 5 1 5.0 1.1 own\n",
    )
    .unwrap();
    let terms = parametrize(&build("CH4", ""), Variant::Mmff94, &own).unwrap();
    assert_eq!(terms.quartic_bonds[0].parameters.length, 1.1);
    let error = |text: &str| parameters().clone().extend("own.par", text).unwrap_err().to_string();
    assert!(error("[mmff94.bond] bond_type i j kb r0 origin\n0 5 1 x 1.1 own\n").starts_with("own.par, line 2"));
    assert!(error("[mmff94.bond] bond_type i j kb\n0 5 1 1.0\n").starts_with("own.par, line 2"));
    assert!(error("[mmff94.bonds] a\n0\n").contains("no section mmff94.bonds"));
    assert!(error("[mmff94.bond] bond_type i j kb r0 origin\n0 5 1 NaN 1.1 own\n").contains("finite"));
}

/// A peptide-like chain: glycines, whose set-up must take linear time.
#[test]
fn long_chains_are_set_up_in_linear_time() {
    let residues = 714;
    let atoms = vec!["NH CH2 C O"; residues].join(" ");
    let bonds: Vec<String> = (0..residues)
        .map(|r| {
            let [n, a, c, o] = [1, 2, 3, 4].map(|k| 4 * r + k);
            let next = if r + 1 < residues {
                format!(" {c}-{}", n + 4)
            } else {
                String::new()
            };
            format!("{n}-{a} {a}-{c} {c}={o}{next}")
        })
        .collect();
    // Ends: the first nitrogen lacks a hydrogen, the last carbon too.
    let molecule = build(
        &format!("{} H H", atoms),
        &format!(
            "{} 1-{} {}-{}",
            bonds.join(" "),
            4 * residues + 1,
            4 * residues - 1,
            4 * residues + 2
        ),
    );
    assert_eq!(molecule.len(), 7 * residues + 2);
    let start = std::time::Instant::now();
    let terms = terms(&molecule);
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!(terms.quartic_bonds.len(), molecule.len() - 1);
    // Generous: the goal of 0.05 s is for the release build on a quiet machine.
    assert!(seconds < 1.0, "{seconds} s");
}

#[test]
fn any_graph_ends_in_terms_or_an_error() {
    // A linear congruential generator is random enough here.
    let mut state = 1_u64;
    let mut next = |n: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((state >> 33) % n).unwrap()
    };
    let elements = [1, 1, 1, 6, 6, 6, 7, 7, 8, 8, 9, 14, 15, 16, 16, 17, 35, 53, 11];
    for _ in 0..3000 {
        let atoms: Vec<Atom> = (0..1 + next(9))
            .map(|_| {
                let mut atom = Atom::new(Element::from_atomic_number(elements[next(19)]).unwrap());
                atom.formal_charge = [0, 0, 0, 0, 1, -1, 2][next(7)];
                atom
            })
            .collect();
        let n = u64::try_from(atoms.len()).unwrap();
        let mut bonds: Vec<Bond> = Vec::new();
        for _ in 0..next(14) {
            let (a, b) = (next(n), next(n));
            if a != b && !bonds.iter().any(|o| o.atoms == [a, b] || o.atoms == [b, a]) {
                bonds.push(Bond::new(
                    a,
                    b,
                    [
                        BondOrder::Single,
                        BondOrder::Single,
                        BondOrder::Double,
                        BondOrder::Triple,
                    ][next(4)],
                ));
            }
        }
        match parametrize(&Molecule::new(atoms, bonds).unwrap(), Variant::Mmff94s, parameters()) {
            Ok(terms) => assert!(terms.charges.iter().all(|q| q.is_finite())),
            Err(error) => assert!(!matches!(error, TypingError::Parameters(_))),
        }
    }
}
