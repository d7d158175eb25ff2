use super::*;

/// Perceives `symbol x y z` lines.
fn perceived(text: &str, charge: Option<i32>) -> Perceived {
    let (bare, x) = bare(text);
    perceive(&bare, &x, charge).unwrap()
}

fn bare(text: &str) -> (Molecule, Vec<f64>) {
    let mut atoms = Vec::new();
    let mut x = Vec::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        atoms.push(Atom::new(Element::from_symbol(fields[0]).unwrap()));
        x.extend(fields[1..4].iter().map(|f| f.parse::<f64>().unwrap()));
    }
    (Molecule::new(atoms, Vec::new()).unwrap(), x)
}

fn order(p: &Perceived, a: usize, b: usize) -> Option<BondOrder> {
    p.molecule.bond_between(a, b).map(|bond| p.molecule.bond(bond).order)
}

fn charges(p: &Perceived) -> Vec<i8> {
    p.molecule.atoms().iter().map(|a| a.formal_charge).collect()
}

#[test]
fn small_molecules() {
    let water = perceived("O 0 0 0\nH 0.96 0 0\nH -0.24 0.93 0", None);
    assert_eq!(
        (charges(&water), water.penalty, water.notes.len()),
        (vec![0, 0, 0], 0.0, 0)
    );
    let hydrogen = perceived("H 0 0 0\nH 0.74 0 0", None);
    assert_eq!(order(&hydrogen, 0, 1), Some(BondOrder::Single));
    let nitrogen = perceived("N 0 0 0\nN 1.10 0 0", None);
    assert_eq!(order(&nitrogen, 0, 1), Some(BondOrder::Triple));
    let dioxide = perceived("O -1.16 0 0\nC 0 0 0\nO 1.16 0 0", None);
    assert_eq!(order(&dioxide, 0, 1), Some(BondOrder::Double));
    let monoxide = perceived("C 0 0 0\nO 1.13 0 0", None);
    assert_eq!(charges(&monoxide), [-1, 1]);
    let cyanide = perceived("C 0 0 0\nN 1.17 0 0", None);
    assert_eq!((charges(&cyanide), cyanide.charge), (vec![-1, 0], -1));
    let azide = perceived("H -0.5 0.86 0\nN 0 0 0\nN 1.24 0 0\nN 2.37 0.1 0", None);
    assert_eq!(charges(&azide), [0, 0, 1, -1]);
    assert!(perceive(&Molecule::default(), &[], None).unwrap().molecule.is_empty());
}

const ACETATE: &str =
    "C -1.5 0 0\nC 0 0 0\nO 0.6 1.10 0\nO 0.6 -1.10 0\nH -1.87 1.03 0\nH -1.87 -0.51 0.89\nH -1.87 -0.51 -0.89";

#[test]
fn inferred_charges_are_noted() {
    let acetate = perceived(ACETATE, None);
    assert_eq!(acetate.charge, -1);
    assert_eq!(acetate.notes, ["charge -1 inferred; state it with --charge"]);
    assert!(perceived(ACETATE, Some(-1)).notes.is_empty());
    let ammonium = perceived(
        "N 0 0 0\nH 0.59 0.59 0.59\nH 0.59 -0.59 -0.59\nH -0.59 0.59 -0.59\nH -0.59 -0.59 0.59",
        None,
    );
    assert_eq!(ammonium.charge, 1);
}

#[test]
fn radicals_and_unusual_charges() {
    let methyl = "C 0 0 0\nH 1.08 0 0\nH -0.54 0.935 0\nH -0.54 -0.935 0";
    let radical = perceived(methyl, Some(0));
    assert_eq!(radical.molecule.atom(0).unpaired_electrons, 1);
    assert!(radical.notes.iter().any(|n| n.contains("unpaired")));
    assert_eq!(charges(&perceived(methyl, Some(1)))[0], 1);
    assert_eq!(charges(&perceived(methyl, Some(-1)))[0], -1);
    let water = "O 0 0 0\nH 0.96 0 0\nH -0.24 0.93 0";
    let cation = perceived(water, Some(1));
    assert_eq!(
        (charges(&cation)[0], cation.molecule.atom(0).unpaired_electrons),
        (1, 1)
    );
    let (water, x) = bare(water);
    let error = perceive(&water, &x, Some(40)).unwrap_err();
    assert!(error.to_string().contains("total charge 40"));
}

#[test]
fn salts_and_bare_ions() {
    let salt = perceived("Na 0 0 0\nCl 2.4 0 0", None);
    assert_eq!(
        (charges(&salt), salt.molecule.bonds().len(), salt.charge),
        (vec![1, -1], 0, 0)
    );
    assert_eq!(perceived("Na 0 0 0", None).charge, 1);
    assert_eq!(perceived("Cl 0 0 0", Some(-1)).charge, -1);
    assert_eq!(perceived("Fe 0 0 0", Some(3)).charge, 3);
    assert_eq!(perceived("He 0 0 0", None).charge, 0);
    let aqua = perceived("Zn 0 0 0\nO 2.0 0 0\nH 2.58 0.77 0\nH 2.58 -0.77 0", Some(2));
    assert_eq!((charges(&aqua)[0], aqua.molecule.degree(0)), (2, 0));
    let acetate = perceived(&format!("{ACETATE}\nK 3.0 0 0"), None);
    assert_eq!((acetate.charge, acetate.molecule.degree(7)), (0, 0));
}

#[test]
fn diborane_bridges() {
    let diborane = perceived(
        "B 0.885 0 0\nB -0.885 0 0\nH 0 0.98 0\nH 0 -0.98 0\nH 1.46 0 1.04\nH 1.46 0 -1.04\nH -1.46 0 1.04\nH -1.46 0 -1.04",
        None,
    );
    assert_eq!(diborane.charge, 0);
    assert_eq!((diborane.molecule.degree(2), diborane.molecule.degree(3)), (2, 2));
    let dative = diborane
        .molecule
        .bonds()
        .iter()
        .filter(|b| b.order == BondOrder::Dative)
        .count();
    assert_eq!(dative, 2);
}

#[test]
fn coordination_compounds() {
    let mut cisplatin = "Pt 0 0 0\nCl 2.33 0 0\nCl 0 2.33 0\nN -2.05 0 0\nN 0 -2.05 0\n".to_owned();
    cisplatin += "H -2.39 0.96 0\nH -2.39 -0.48 0.83\nH -2.39 -0.48 -0.83\n";
    cisplatin += "H 0.96 -2.39 0\nH -0.48 -2.39 0.83\nH -0.48 -2.39 -0.83\n";
    let cisplatin = perceived(&cisplatin, None);
    assert_eq!((cisplatin.charge, charges(&cisplatin)[0]), (0, 0));
    assert!(cisplatin.notes.is_empty(), "{:?}", cisplatin.notes);
    let trichloride = perceived("Fe 0 0 0\nCl 2.15 0 0\nCl -1.075 1.862 0\nCl -1.075 -1.862 0", None);
    assert_eq!((trichloride.charge, trichloride.notes.len()), (0, 0));
    assert_eq!(order(&cisplatin, 0, 1), Some(BondOrder::Single));
    assert_eq!(order(&cisplatin, 0, 3), Some(BondOrder::Dative));
    let mut ferrocene = "Fe 0 0 0\n".to_owned();
    for height in [-1.65, 1.65] {
        for i in 0..5 {
            let (sine, cosine) = (f64::from(i) * std::f64::consts::TAU / 5.0).sin_cos();
            for (symbol, r) in [("C", 1.21), ("H", 2.29)] {
                ferrocene += &format!("{symbol} {} {} {height}\n", r * cosine, r * sine);
            }
        }
    }
    let ferrocene = perceived(&ferrocene, None);
    assert_eq!((ferrocene.charge, ferrocene.molecule.degree(0)), (0, 10));
    let doubles = ferrocene
        .molecule
        .bonds()
        .iter()
        .filter(|b| b.order == BondOrder::Double)
        .count();
    assert_eq!(doubles, 4);
}

/// The fullerene C60 from the even permutations of its three orbits of coordinates.
fn fullerene() -> String {
    let phi = (1.0 + 5.0_f64.sqrt()) / 2.0;
    let seeds = [
        [0.0, 1.0, 3.0 * phi],
        [1.0, 2.0 + phi, 2.0 * phi],
        [phi, 2.0, 2.0 * phi + 1.0],
    ];
    let mut text = String::new();
    for seed in seeds {
        for turn in 0..3 {
            for signs in 0..8 {
                let flip = |k: usize| if signs >> k & 1 == 1 { -1.0 } else { 1.0 };
                let p = [0, 1, 2].map(|k| 0.71 * seed[(k + turn) % 3] * flip((k + turn) % 3));
                if signs & 1 == 1 && seed[0] == 0.0 {
                    continue;
                }
                text += &format!("C {} {} {}\n", p[0], p[1], p[2]);
            }
        }
    }
    text
}

#[test]
fn fullerene_is_closed_shell() {
    let c60 = perceived(&fullerene(), Some(0));
    assert_eq!((c60.molecule.len(), c60.molecule.bonds().len()), (60, 90));
    let doubles = c60
        .molecule
        .bonds()
        .iter()
        .filter(|b| b.order == BondOrder::Double)
        .count();
    assert_eq!(doubles, 30);
    assert!(
        c60.molecule
            .atoms()
            .iter()
            .all(|a| a.formal_charge == 0 && a.unpaired_electrons == 0)
    );
}

/// A sheet of graphene, `n` by `n` cells, without hydrogens.
fn graphene(n: usize) -> String {
    let mut text = String::new();
    for i in 0..n {
        for j in 0..n {
            let (x, y) = (2.46 * (i as f64 + 0.5 * j as f64), 2.13 * j as f64);
            text += &format!("C {x} {y} 0\nC {x} {} 0\n", y + 1.42);
        }
    }
    text
}

#[test]
fn wide_sheets_end() {
    let sheet = perceived(&graphene(20), None);
    assert_eq!(sheet.molecule.len(), 800);
    assert!(!sheet.notes.is_empty());
}

#[test]
fn overlapping_and_undefined_coordinates() {
    let (bare_atoms, _) = bare("C 0 0 0\nC 0 0 0.1");
    let error = perceive(&bare_atoms, &[0.0, 0.0, 0.0, 0.0, 0.0, 0.1], None).unwrap_err();
    assert_eq!(
        error,
        PerceptionError::Overlap {
            a: 0,
            b: 1,
            distance: 0.1
        }
    );
    assert!(error.to_string().contains("atoms 1 and 2"));
    for odd in [f64::NAN, f64::INFINITY, 1e300, -1e300] {
        let found = perceive(&bare_atoms, &[0.0, odd, 0.0, odd, 0.0, 1.3], None);
        assert!(found.is_ok(), "{odd} {found:?}");
    }
}

#[test]
fn any_mixture_of_atoms_gives_an_answer() {
    // A deterministic scatter of all elements, dense enough for absurd neighbourhoods.
    let mut seed = 1_u64;
    let mut random = || {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 11) as f64 / (1_u64 << 53) as f64
    };
    for round in 0..60 {
        let count = 1 + round;
        let organic = [1, 6, 7, 8, 9, 15, 16, 17];
        let atoms: Vec<Atom> = (0..count)
            .map(|_| {
                let any = 1 + (random() * 117.0) as u8;
                let number = if round % 2 == 0 {
                    organic[(random() * 8.0) as usize]
                } else {
                    any
                };
                Atom::new(Element::from_atomic_number(number).unwrap())
            })
            .collect();
        let edge = 1.6 * f64::from(count as u32).cbrt();
        let x: Vec<f64> = (0..3 * count).map(|_| edge * random()).collect();
        let bare = Molecule::new(atoms, Vec::new()).unwrap();
        let [first, second] = [(); 2].map(|()| perceive(&bare, &x, None));
        match (first, second) {
            (Ok(a), Ok(b)) => assert_eq!((a.molecule, a.notes), (b.molecule, b.notes)),
            (a, b) => assert_eq!(a.err(), b.err()),
        }
    }
}
