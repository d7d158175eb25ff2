//! Files of constraints in the two dialects that chemists have: geomeTRIC's (`$freeze`, `$set`, `$scan`; documented at
//! <https://geometric.readthedocs.io/en/latest/constraints.html>) and xtb's (`$fix`, `$constrain`, `$scan`, `$wall`; documented in its manual page
//! `xcontrol(7)`). Sections of both may stand in one file.
//!
//! What xtb draws by springs is held exactly here, unless the file gives a `force constant` (hartree/bohr², hartree/radian²): then it is
//! drawn with xtb's own energies, k d² for distances and angles, k (1 − cos d) for dihedrals. Walls stand around the centre of the molecule as it is;
//! radii are in bohr, as xtb has them.

use super::cursor::{Cursor, Read, spread};
use super::{Atoms, Coordinate, Directive, DirectiveError, Directives, Extent, Pick, Place, Stiffness};
use crate::coordinates::Primitive;
use crate::potential::wall::Rise;
use crate::units::{ANGSTROM_PER_BOHR, BOLTZMANN_KCAL_MOL_K, KCAL_MOL_PER_HARTREE};

/// Groups of xtb's that have nothing to do with constraints and are passed over.
const OTHER_GROUPS: [&str; 13] = [
    "chrg", "spin", "opt", "scc", "gfn", "gbsa", "alpb", "hess", "md", "thermo", "write", "cma", "symmetry",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    None,
    Freeze,
    Set,
    Scan,
    Fix,
    Constrain,
    Wall,
    Other,
}

/// xtb's settings of walls, at its defaults.
struct WallSettings {
    is_log_fermi: bool,
    exponent: i32,
    /// 1/bohr.
    steepness: f64,
    /// K.
    temperature: f64,
    spheres: Vec<(Option<f64>, Atoms)>,
}

struct Reader {
    list: Vec<Directive>,
    /// xtb's constraints in their order, which its scans refer to by number.
    constrained: Vec<(Coordinate, Option<f64>)>,
    shapes: Vec<Atoms>,
    /// hartree/bohr² or hartree/radian².
    force_constant: Option<f64>,
    /// Scans by the number of a constraint.
    scans: Vec<(usize, Vec<f64>)>,
    walls: WallSettings,
}

/// Reads a file of either dialect.
///
/// # Errors
/// At the first thing that is in neither.
pub fn read(source_name: &str, text: &str) -> Read<Directives> {
    let mut reader = Reader {
        list: Vec::new(),
        constrained: Vec::new(),
        shapes: Vec::new(),
        force_constant: None,
        scans: Vec::new(),
        walls: WallSettings {
            is_log_fermi: false,
            exponent: 30,
            steepness: 6.0,
            temperature: 300.0,
            spheres: Vec::new(),
        },
    };
    let mut section = Section::None;
    for (index, line) in text.lines().enumerate() {
        let code = line.split('#').next().unwrap_or_default().trim_end();
        let mut cursor = Cursor::new(source_name, Some(index + 1), code);
        if cursor.is_at_end() {
            continue;
        }
        if cursor.accept("$") {
            section = heading(&mut cursor)?;
        } else {
            reader.line(section, &mut cursor)?;
        }
    }
    Ok(reader.finish())
}

fn heading(cursor: &mut Cursor<'_>) -> Read<Section> {
    let expected = "$freeze, $set, $scan (geomeTRIC), $fix, $constrain, $scan, $wall (xtb) or $end";
    let before = cursor.clone();
    let section = match cursor.word(expected)?.as_str() {
        "freeze" => Section::Freeze,
        "set" => Section::Set,
        "scan" => Section::Scan,
        "fix" => Section::Fix,
        "constrain" => Section::Constrain,
        "wall" => Section::Wall,
        "end" => Section::None,
        name if OTHER_GROUPS.contains(&name) => return Ok(Section::Other),
        _ => return Err(before.fault(expected)),
    };
    cursor.end()?;
    Ok(section)
}

/// Cartesian components by name.
fn components(kind: &str) -> Option<[bool; 3]> {
    let known = ["x", "y", "z", "xy", "yz", "xz", "xyz"].contains(&kind);
    known.then(|| ['x', 'y', 'z'].map(|c| kind.contains(c)))
}

impl Reader {
    fn line(&mut self, section: Section, cursor: &mut Cursor<'_>) -> Read<()> {
        match section {
            Section::Other => Ok(()),
            Section::None => Err(cursor.fault("a section, such as $freeze or $constrain")),
            Section::Freeze => self.freeze(cursor),
            Section::Set => self.set(cursor),
            Section::Fix => self.fix(cursor),
            Section::Constrain => self.constrain(cursor),
            Section::Wall => self.wall(cursor),
            Section::Scan => match cursor.key(&[':', '=']) {
                Some(key) => self.xtb_scan(&key, cursor),
                None => self.scan(cursor),
            },
        }
    }

    fn freeze(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        let (before, place) = (cursor.clone(), cursor.place());
        let expected = "distance, angle, dihedral, x, y, z, xy, yz, xz or xyz";
        let kind = cursor.word(expected)?;
        if let Some(axes) = components(&kind) {
            let atoms = cursor.atoms()?;
            let all = axes.iter().all(|&a| a);
            self.list.push(if all {
                Directive::Freeze(atoms)
            } else {
                Directive::HoldComponents(atoms, axes)
            });
        } else {
            let coordinate = named(cursor, &kind, place, &before, expected)?;
            self.list.push(Directive::Hold(coordinate, None));
        }
        cursor.end()
    }

    fn set(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        let (before, place) = (cursor.clone(), cursor.place());
        let expected = "distance, angle, dihedral, x, y, z, xy, yz, xz or xyz";
        let kind = cursor.word(expected)?;
        if let Some(axes) = components(&kind) {
            let atom = cursor.atom()?;
            for axis in (0..3u8).filter(|&a| axes[usize::from(a)]) {
                let coordinate = Coordinate {
                    primitive: Primitive::Cartesian { atom, axis },
                    place: place.clone(),
                };
                let value = cursor.value(&coordinate)?;
                self.list.push(Directive::Hold(coordinate, Some(value)));
            }
        } else {
            let coordinate = named(cursor, &kind, place, &before, expected)?;
            let value = cursor.value(&coordinate)?;
            self.list.push(Directive::Hold(coordinate, Some(value)));
        }
        cursor.end()
    }

    fn scan(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        let (before, place) = (cursor.clone(), cursor.place());
        let expected = "distance, angle or dihedral";
        let kind = cursor.word(expected)?;
        let coordinate = named(cursor, &kind, place, &before, expected)?;
        let (first, last) = (cursor.value(&coordinate)?, cursor.value(&coordinate)?);
        let count = cursor.points()?;
        cursor.end()?;
        self.list.push(Directive::Scan(coordinate, spread(first, last, count)));
        Ok(())
    }

    fn fix(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        let before = cursor.clone();
        let atoms = match cursor.key(&[':', '=']).as_deref() {
            Some("atoms") => cursor.atoms()?,
            Some("elements") => cursor.elements()?,
            _ => return Err(before.fault("atoms: or elements:")),
        };
        self.list.push(Directive::Freeze(atoms));
        cursor.end()
    }

    fn constrain(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        let (before, place) = (cursor.clone(), cursor.place());
        let expected = "atoms:, elements:, distance:, angle:, dihedral: or force constant=";
        match cursor.key(&[':', '=']).as_deref() {
            Some("force constant") => self.force_constant = Some(cursor.positive("a force constant above 0")?),
            Some("atoms") => self.shapes.push(cursor.atoms()?),
            Some("elements") => self.shapes.push(cursor.elements()?),
            Some(kind) => {
                let coordinate = named(cursor, kind, place, &before, expected)?;
                cursor.require(",")?;
                let value = cursor.value_or_auto(&coordinate)?;
                self.constrained.push((coordinate, value));
            }
            None => return Err(before.fault(expected)),
        }
        cursor.end()
    }

    fn xtb_scan(&mut self, key: &str, cursor: &mut Cursor<'_>) -> Read<()> {
        let (before, place) = (cursor.clone(), cursor.place());
        if key == "mode" {
            if !cursor.accept_word("sequential") {
                return Err(cursor.fault("sequential (several scans make a grid here)"));
            }
            return cursor.end();
        }
        let number = match key.parse::<usize>() {
            Ok(number) if (1..=self.constrained.len()).contains(&number) => number - 1,
            Ok(_) => {
                let expected = format!("the number of one of the {} constraints above", self.constrained.len());
                return Err(DirectiveError {
                    place: Place { column: 1, ..place },
                    found: format!("'{key}'"),
                    expected,
                });
            }
            Err(_) => {
                let expected = "the number of a constraint, distance:, angle: or dihedral:";
                let coordinate = named(cursor, key, place, &before, expected)?;
                cursor.require(",")?;
                let value = cursor.value_or_auto(&coordinate)?;
                cursor.require(";")?;
                self.constrained.push((coordinate, value));
                self.constrained.len() - 1
            }
        };
        let coordinate = self.constrained[number].0.clone();
        let first = cursor.value(&coordinate)?;
        cursor.require(",")?;
        let last = cursor.value(&coordinate)?;
        cursor.require(",")?;
        self.scans.push((number, spread(first, last, cursor.points()?)));
        cursor.end()
    }

    fn wall(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        let before = cursor.clone();
        let walls = &mut self.walls;
        match cursor.key(&[':', '=']).as_deref() {
            Some("potential") if cursor.accept_word("logfermi") => walls.is_log_fermi = true,
            Some("potential") if cursor.accept_word("polynomial") => walls.is_log_fermi = false,
            Some("potential") => return Err(cursor.fault("logfermi or polynomial")),
            Some("alpha") => {
                let exponent = cursor.points()?;
                walls.exponent = i32::try_from(exponent).unwrap_or(i32::MAX);
            }
            Some("beta") => walls.steepness = cursor.positive("a steepness in 1/bohr")?,
            Some("temp") => walls.temperature = cursor.positive("a temperature in K")?,
            Some("sphere") => {
                let auto = cursor.accept_word("auto");
                let radius = if auto {
                    None
                } else {
                    Some(cursor.positive("a radius in bohr, or auto")?)
                };
                let place = cursor.place();
                let atoms = if cursor.accept(",") {
                    cursor.atoms()?
                } else {
                    vec![(Pick::All, place)]
                };
                walls.spheres.push((radius, atoms));
            }
            _ => return Err(before.fault("potential=, sphere:, alpha=, beta= or temp=")),
        }
        cursor.end()
    }

    /// Settings hold for their whole group wherever they stand in it, so that what needs them waits for the end.
    fn finish(self) -> Directives {
        let mut list = self.list;
        for (number, (coordinate, value)) in self.constrained.into_iter().enumerate() {
            let scanned = self.scans.iter().find(|scan| scan.0 == number);
            list.push(match (scanned, self.force_constant) {
                (Some((_, values)), _) => Directive::Scan(coordinate, values.clone()),
                (None, None) => Directive::Hold(coordinate, value),
                (None, Some(k)) => {
                    let stiffness = xtb_stiffness(&coordinate.primitive, k);
                    Directive::Restrain(coordinate, value, stiffness)
                }
            });
        }
        for atoms in self.shapes {
            list.push(match self.force_constant {
                None => Directive::Freeze(atoms),
                Some(k) => Directive::RestrainShape(atoms, xtb_stiffness(&Primitive::Stretch([0, 1]), k)),
            });
        }
        let rise = self.walls.rise();
        for (radius, atoms) in self.walls.spheres {
            let extent = Extent::Sphere(radius.map(|r| r * ANGSTROM_PER_BOHR));
            list.push(Directive::Wall(extent, rise, atoms));
        }
        Directives { list }
    }
}

/// The force constant of ½ k d² that goes with xtb's of k d²; of dihedrals that of k (1 − cos d), which is ½ k d² already.
fn xtb_stiffness(primitive: &Primitive, k: f64) -> Stiffness {
    let strength = match primitive {
        Primitive::Stretch(_) => 2.0 * k * KCAL_MOL_PER_HARTREE / (ANGSTROM_PER_BOHR * ANGSTROM_PER_BOHR),
        Primitive::Dihedral(_) => k * KCAL_MOL_PER_HARTREE,
        _ => 2.0 * k * KCAL_MOL_PER_HARTREE,
    };
    Stiffness {
        strength,
        half_width: 0.0,
    }
}

impl WallSettings {
    fn rise(&self) -> Rise {
        if self.is_log_fermi {
            Rise::LogFermi {
                energy: BOLTZMANN_KCAL_MOL_K * self.temperature,
                steepness: self.steepness / ANGSTROM_PER_BOHR,
            }
        } else {
            Rise::Polynomial {
                energy: KCAL_MOL_PER_HARTREE,
                exponent: self.exponent,
            }
        }
    }
}

fn named(cursor: &mut Cursor<'_>, kind: &str, place: Place, before: &Cursor<'_>, expected: &str) -> Read<Coordinate> {
    let read = cursor.coordinate(kind, place);
    read.unwrap_or_else(|| Err(before.fault(expected)))
}
