//! The parameter tables, as sorted vectors with packed keys.

use crate::forcefield::parameter_file::{ParameterFileError, Row, Section, parse};
use std::collections::BTreeMap;

/// A numeric atom type.
pub(super) type AtomType = u8;

pub(super) const MMFF94: &str = include_str!("../../../forcefields/mmff94.par");
const MMFF94S: &str = include_str!("../../../forcefields/mmff94s.par");

/// A table with packed integer keys: a sorted vector, searched by bisection.
#[derive(Clone, Debug)]
pub(super) struct Table<V> {
    rows: Vec<(u64, V)>,
}

impl<V> Default for Table<V> {
    fn default() -> Self {
        Self { rows: Vec::new() }
    }
}

impl<V: Copy> Table<V> {
    /// Looks up a key made by [`key`].
    pub(super) fn get(&self, key: u64) -> Option<V> {
        let position = self.rows.binary_search_by_key(&key, |row| row.0).ok()?;
        Some(self.rows[position].1)
    }

    /// Adds rows; where keys are equal, the later row stays.
    fn extend(&mut self, rows: Vec<(u64, V)>) {
        self.rows.extend(rows);
        self.rows.sort_by_key(|row| row.0);
        let mut kept: Vec<(u64, V)> = Vec::with_capacity(self.rows.len());
        for &row in &self.rows {
            match kept.last_mut() {
                Some(last) if last.0 == row.0 => *last = row,
                _ => kept.push(row),
            }
        }
        self.rows = kept;
    }
}

/// Packs up to eight small indices into one key.
pub(super) fn key(indices: &[u8]) -> u64 {
    indices.iter().fold(0, |key, &i| key << 8 | u64::from(i))
}

/// Key of a pair that reads the same both ways, and whether it had to be turned.
pub(super) fn pair_key(class: u8, i: AtomType, j: AtomType) -> (u64, bool) {
    if i <= j {
        (key(&[class, i, j]), false)
    } else {
        (key(&[class, j, i]), true)
    }
}

/// Key of a triple about its middle, and whether it had to be turned.
pub(super) fn triple_key(class: u8, [i, j, k]: [AtomType; 3]) -> (u64, bool) {
    if i <= k {
        (key(&[class, i, j, k]), false)
    } else {
        (key(&[class, k, j, i]), true)
    }
}

/// Key of an out-of-plane bend: the centre, and the three others in ascending order.
pub(super) fn centre_key(j: AtomType, mut others: [AtomType; 3]) -> u64 {
    others.sort_unstable();
    key(&[j, others[0], others[1], others[2]])
}

/// Key of a torsion, which reads the same both ways.
pub(super) fn torsion_key(class: u8, [i, j, k, l]: [AtomType; 4]) -> u64 {
    if (j, i) <= (k, l) {
        key(&[class, i, j, k, l])
    } else {
        key(&[class, l, k, j, i])
    }
}

/// Properties of a numeric type (section `mmff94.property`).
#[derive(Clone, Copy, Debug)]
pub(super) struct Property {
    /// Atomic number.
    pub atomic_number: u8,
    /// Number of neighbours, `crd`.
    pub coordination: u8,
    /// Valence; 34 stands for 3 or 4.
    pub valence: u8,
    /// Has a lone pair of pi symmetry, `pilp`.
    pub lone_pair: bool,
    /// Kind of multiple bonds, `mltb`: 0 none, 1 delocalized, 2 double, 3 triple.
    pub multiple_bond: u8,
    /// Aromatic.
    pub aromatic: bool,
    /// Centre of linear angles.
    pub linear: bool,
    /// Can be an end of a single bond between multiply bonded atoms, `sbmb`.
    pub single_bond_between_multiple: bool,
}

/// A hydrogen-bond role in the van der Waals combination rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Neither.
    None,
    /// Donor (a polar hydrogen).
    Donor,
    /// Acceptor.
    Acceptor,
}

/// Van der Waals parameters of a type (part II).
#[derive(Clone, Copy, Debug)]
pub(super) struct VanDerWaalsType {
    /// Polarizability, Å³.
    pub polarizability: f64,
    /// Effective number of electrons N.
    pub electrons: f64,
    /// Scale factor A of the radius.
    pub a: f64,
    /// Scale factor G of the well depth.
    pub g: f64,
    /// Donor or acceptor.
    pub role: Role,
}

/// A row of the aromatic table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AromaticKey {
    /// Symbol before.
    pub symbol: String,
    /// Five or six.
    pub ring_size: u8,
    /// Position in a five-ring, 0 in a six-ring.
    pub position: u8,
    /// The ring is an imidazolium cation.
    pub imidazolium: bool,
    /// The ring is an anion.
    pub anion: bool,
}

/// The parameter tables.
#[derive(Clone, Debug)]
pub struct Parameters {
    pub(super) symbols: BTreeMap<String, AtomType>,
    pub(super) hydrogens: BTreeMap<String, String>,
    pub(super) aromatic: BTreeMap<AromaticKey, String>,
    pub(super) formal_charges: BTreeMap<String, f64>,
    pub(super) properties: Vec<Option<Property>>,
    pub(super) equivalences: Vec<[AtomType; 5]>,
    pub(super) charge_increments: Table<f64>,
    /// By type: partial bond charge increment, and the share of the formal charge given to each neighbour.
    pub(super) partial_increments: Vec<Option<[f64; 2]>>,
    /// kb and r0.
    pub(super) bonds: Table<[f64; 2]>,
    /// By atomic numbers: r0 and kb.
    pub(super) bond_rules: Table<[f64; 2]>,
    /// By rows: a and d.
    pub(super) badger: Table<[f64; 2]>,
    /// By atomic number: radius and electronegativity.
    pub(super) covalent_radii: Table<[f64; 2]>,
    /// ka and θ0.
    pub(super) angles: Table<[f64; 2]>,
    /// By atomic number: Z and C.
    pub(super) angle_rules: Table<[f64; 2]>,
    /// kIJK and kKJI.
    pub(super) stretch_bends: Table<[f64; 2]>,
    /// By rows: kIJK and kKJI.
    pub(super) stretch_bend_defaults: Table<[f64; 2]>,
    pub(super) out_of_planes: Table<f64>,
    pub(super) out_of_planes_s: Table<f64>,
    /// V1, V2 and V3.
    pub(super) torsions: Table<[f64; 3]>,
    pub(super) torsions_s: Table<[f64; 3]>,
    /// By atomic number: U, V and W.
    pub(super) torsion_rules: Table<[f64; 3]>,
    pub(super) van_der_waals: Vec<Option<VanDerWaalsType>>,
}

const TYPES: usize = 256;

impl Parameters {
    /// The published tables, which are part of the program.
    ///
    /// # Errors
    /// Never with the tables as shipped.
    pub fn published() -> Result<Self, ParameterFileError> {
        let mut parameters = Self::empty();
        parameters.extend("mmff94.par", MMFF94)?;
        parameters.extend("mmff94s.par", MMFF94S)?;
        Ok(parameters)
    }

    fn empty() -> Self {
        let mut equivalences = vec![[0; 5]; TYPES];
        for (t, levels) in (0..=u8::MAX).zip(&mut equivalences) {
            *levels = [t, t, t, t, 0];
        }
        Self {
            symbols: BTreeMap::new(),
            hydrogens: BTreeMap::new(),
            aromatic: BTreeMap::new(),
            formal_charges: BTreeMap::new(),
            properties: vec![None; TYPES],
            equivalences,
            charge_increments: Table::default(),
            partial_increments: vec![None; TYPES],
            bonds: Table::default(),
            bond_rules: Table::default(),
            badger: Table::default(),
            covalent_radii: Table::default(),
            angles: Table::default(),
            angle_rules: Table::default(),
            stretch_bends: Table::default(),
            stretch_bend_defaults: Table::default(),
            out_of_planes: Table::default(),
            out_of_planes_s: Table::default(),
            torsions: Table::default(),
            torsions_s: Table::default(),
            torsion_rules: Table::default(),
            van_der_waals: vec![None; TYPES],
        }
    }

    /// Extends or overrides these tables with those of a user's file (sections `mmff94.*` and `mmff94s.*`; others are not ours).
    /// A row with the key of an earlier one replaces it. A row of `mmff94.torsion` or `mmff94.out_of_plane` does not
    /// reach MMFF94s where that has a row of its own.
    ///
    /// # Errors
    /// Malformed sections or rows, with file and line.
    pub fn extend(&mut self, file: &str, text: &str) -> Result<(), ParameterFileError> {
        for section in parse(file, text)? {
            if let Some(name) = section.name.strip_prefix("mmff94") {
                self.read(name, &section)?;
            }
        }
        Ok(())
    }

    fn read(&mut self, name: &str, section: &Section<'_>) -> Result<(), ParameterFileError> {
        match name {
            ".symbol" | ".hydrogen" | ".aromatic" | ".formal_charge" => self.read_symbols(name, section),
            ".property" | ".equivalence" | ".partial_charge_increment" | ".van_der_waals" => {
                self.read_types(name, section)
            }
            _ => self.read_terms(name, section),
        }
    }

    fn read_symbols(&mut self, name: &str, section: &Section<'_>) -> Result<(), ParameterFileError> {
        for row in &section.rows {
            let text = |column: usize| row.fields[column].to_owned();
            match name {
                ".symbol" => {
                    width(row, 2)?;
                    self.symbols.insert(text(0), row.parse(1)?);
                }
                ".hydrogen" => {
                    width(row, 2)?;
                    self.hydrogens.insert(text(0), text(1));
                }
                ".formal_charge" => {
                    width(row, 3)?;
                    let denominator = number(row, 2)?;
                    if denominator == 0.0 {
                        return Err(row.error("the denominator of a formal charge is 0"));
                    }
                    self.formal_charges.insert(text(0), number(row, 1)? / denominator);
                }
                _ => {
                    width(row, 7)?;
                    let key = AromaticKey {
                        symbol: text(0),
                        ring_size: row.parse(3)?,
                        position: row.parse(4)?,
                        imidazolium: row.parse::<u8>(5)? != 0,
                        anion: row.parse::<u8>(6)? != 0,
                    };
                    self.aromatic.insert(key, text(1));
                }
            }
        }
        Ok(())
    }

    fn read_types(&mut self, name: &str, section: &Section<'_>) -> Result<(), ParameterFileError> {
        for row in &section.rows {
            let t = usize::from(row.parse::<u8>(0)?);
            match name {
                ".property" => self.properties[t] = Some(property(row)?),
                ".equivalence" => {
                    width(row, 6)?;
                    for (column, level) in (1..).zip(&mut self.equivalences[t]) {
                        *level = row.parse(column)?;
                    }
                }
                ".partial_charge_increment" => {
                    width(row, 4)?;
                    self.partial_increments[t] = Some(numbers(row, 1)?);
                }
                _ => self.van_der_waals[t] = Some(van_der_waals(row)?),
            }
        }
        Ok(())
    }

    fn read_terms(&mut self, name: &str, section: &Section<'_>) -> Result<(), ParameterFileError> {
        match name {
            ".charge_increment" => {
                let mut rows = Vec::with_capacity(section.rows.len());
                for row in &section.rows {
                    width(row, 5)?;
                    let [class, i, j] = indices(row)?;
                    let (key, turned) = pair_key(class, i, j);
                    let [increment] = numbers(row, 3)?;
                    rows.push((key, if turned { -increment } else { increment }));
                }
                self.charge_increments.extend(rows);
            }
            ".bond" => self
                .bonds
                .extend(read_rows(section, 6, |[c, i, j]| (pair_key(c, i, j).0, false))?),
            ".bond_rule" => self
                .bond_rules
                .extend(read_rows(section, 5, |[i, j]| (pair_key(0, i, j).0, false))?),
            ".badger" => self
                .badger
                .extend(read_rows(section, 4, |[i, j]| (pair_key(0, i, j).0, false))?),
            ".covalent_radius" => self
                .covalent_radii
                .extend(read_rows(section, 3, |[z]| (key(&[z]), false))?),
            ".angle" => self.angles.extend(read_rows(section, 7, |[c, i, j, k]| {
                (triple_key(c, [i, j, k]).0, false)
            })?),
            ".angle_rule" => self
                .angle_rules
                .extend(read_rows(section, 3, |[z]| (key(&[z]), false))?),
            ".stretch_bend" => {
                self.stretch_bends
                    .extend(read_rows(section, 7, |[c, i, j, k]| triple_key(c, [i, j, k]))?);
            }
            ".stretch_bend_default" => {
                self.stretch_bend_defaults
                    .extend(read_rows(section, 5, |[i, j, k]| triple_key(0, [i, j, k]))?);
            }
            ".out_of_plane" => self.out_of_planes.extend(out_of_planes(section)?),
            "s.out_of_plane" => self.out_of_planes_s.extend(out_of_planes(section)?),
            ".torsion" => self.torsions.extend(torsions(section)?),
            "s.torsion" => self.torsions_s.extend(torsions(section)?),
            ".torsion_rule" => self
                .torsion_rules
                .extend(read_rows(section, 4, |[z]| (key(&[z]), false))?),
            _ => {
                if let Some(row) = section.rows.first() {
                    return Err(row.error(format!("there is no section {}", section.name)));
                }
            }
        }
        Ok(())
    }

    /// Properties of a type.
    pub(super) fn property(&self, t: AtomType) -> Option<Property> {
        self.properties[usize::from(t)]
    }

    /// A type's equivalent at a level from 1 to 5 of the step-down search.
    pub(super) fn equivalent(&self, t: AtomType, level: usize) -> AtomType {
        self.equivalences[usize::from(t)][level - 1]
    }
}

/// Rows of `N` indices and `M` numbers; a key function that says `true` has turned the row round, and its two numbers with it.
fn read_rows<const N: usize, const M: usize>(
    section: &Section<'_>,
    columns: usize,
    key: impl Fn([u8; N]) -> (u64, bool),
) -> Result<Vec<(u64, [f64; M])>, ParameterFileError> {
    let mut rows = Vec::with_capacity(section.rows.len());
    for row in &section.rows {
        width(row, columns)?;
        let (key, turned) = key(indices(row)?);
        let mut values = numbers(row, N)?;
        if turned {
            values.reverse();
        }
        rows.push((key, values));
    }
    Ok(rows)
}

fn out_of_planes(section: &Section<'_>) -> Result<Vec<(u64, f64)>, ParameterFileError> {
    let rows = read_rows::<4, 1>(section, 6, |[i, j, k, l]| (centre_key(j, [i, k, l]), false))?;
    Ok(rows.into_iter().map(|(key, [value])| (key, value)).collect())
}

fn torsions(section: &Section<'_>) -> Result<Vec<(u64, [f64; 3])>, ParameterFileError> {
    read_rows(section, 9, |[c, i, j, k, l]| (torsion_key(c, [i, j, k, l]), false))
}

fn property(row: &Row<'_>) -> Result<Property, ParameterFileError> {
    width(row, 9)?;
    let [
        _,
        atomic_number,
        coordination,
        valence,
        lone_pair,
        multiple_bond,
        aromatic,
        linear,
        single,
    ] = indices(row)?;
    Ok(Property {
        atomic_number,
        coordination,
        valence,
        lone_pair: lone_pair != 0,
        multiple_bond,
        aromatic: aromatic != 0,
        linear: linear != 0,
        single_bond_between_multiple: single != 0,
    })
}

fn van_der_waals(row: &Row<'_>) -> Result<VanDerWaalsType, ParameterFileError> {
    width(row, 6)?;
    let [polarizability, electrons, a, g] = numbers(row, 1)?;
    if [polarizability, electrons, a, g].iter().any(|&v| v <= 0.0) {
        return Err(row.error("van der Waals parameters must be positive"));
    }
    let role = match row.fields[5] {
        "D" => Role::Donor,
        "A" => Role::Acceptor,
        "-" => Role::None,
        other => return Err(row.error(format!("'{other}' is not a hydrogen-bond role: D, A or -"))),
    };
    Ok(VanDerWaalsType {
        polarizability,
        electrons,
        a,
        g,
        role,
    })
}

fn width(row: &Row<'_>, columns: usize) -> Result<(), ParameterFileError> {
    if row.fields.len() == columns {
        return Ok(());
    }
    Err(row.error(format!("{} fields where this section has {columns}", row.fields.len())))
}

fn indices<const N: usize>(row: &Row<'_>) -> Result<[u8; N], ParameterFileError> {
    let mut indices = [0; N];
    for (column, index) in indices.iter_mut().enumerate() {
        *index = row.parse(column)?;
    }
    Ok(indices)
}

fn number(row: &Row<'_>, column: usize) -> Result<f64, ParameterFileError> {
    let value: f64 = row.parse(column)?;
    if value.is_finite() {
        Ok(value)
    } else {
        Err(row.error(format!("{value} is not a finite number")))
    }
}

fn numbers<const M: usize>(row: &Row<'_>, first: usize) -> Result<[f64; M], ParameterFileError> {
    let mut values = [0.0; M];
    for (column, value) in (first..).zip(&mut values) {
        *value = number(row, column)?;
    }
    Ok(values)
}
