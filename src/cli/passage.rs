//! What `path` and `ts` need around a pass: minima on both sides, what they are, the pass itself, and the proof of it.

use super::conditions::changed_masses;
use super::hold::Hold;
use super::interrupt;
use super::optimizer::{self, Optimizer};
use super::ready::Ready;
use super::second_derivatives::SecondDerivatives;
use super::surface::Assigned;
use crate::chem::perception::{connectivity, perceive};
use crate::chem::{Bond, BondOrder, Element, Molecule};
use crate::coordinates::InternalCoordinates;
use crate::directives::Directives;
use crate::formats::{Connectivity, Format, Record, write};
use crate::hessian::Model;
use crate::linalg::SymmetricMatrix;
use crate::optimize::observer::Interrupt;
use crate::optimize::{Criteria, Limits, Point, Stepper, Stop, minimize};
use crate::saddle::path::crew::Opened;
use crate::saddle::path::irc::{Irc, IrcSettings, Saddle, irc};
use crate::vibrations::{NormalModes, normal_modes};

/// Most steps of the minimization of an end.
const MOST_STEPS: usize = 2000;

/// Modes below this (cm⁻¹) are negative; above it they may be round-off of a numerical Hessian.
const NEGATIVE: f64 = -15.0;

/// A minimum on one side of a pass.
#[derive(Clone, Debug)]
pub struct Valley {
    pub point: Point,
    pub converged: bool,
    pub stop: Stop,
    pub evaluations: usize,
    /// With the bonds that are there.
    pub molecule: Molecule,
}

/// A stationary point with its vibrations.
#[derive(Clone, Debug)]
pub struct Proven {
    pub point: Point,
    pub hessian: SymmetricMatrix,
    pub modes: NormalModes,
    pub masses: Vec<f64>,
    /// Gradients and analytic Hessians that the proof took.
    pub evaluations: usize,
    pub hessian_evaluations: usize,
}

impl Proven {
    /// The number of imaginary vibrations.
    pub fn negative_modes(&self) -> usize {
        self.modes.modes.iter().filter(|m| m.wavenumber_cm1 < NEGATIVE).count()
    }

    /// The lowest wavenumber, cm⁻¹, where it is imaginary: as a negative number.
    pub fn imaginary_wavenumber(&self) -> Option<f64> {
        let lowest = self.modes.modes.first()?.wavenumber_cm1;
        (lowest < NEGATIVE).then_some(lowest)
    }

    /// What it is, in words.
    pub fn words(&self) -> String {
        match (self.negative_modes(), self.imaginary_wavenumber()) {
            (1, Some(wavenumber)) => format!("first-order saddle, imaginary mode {wavenumber:.0} cm⁻¹"),
            (0, _) => "minimum".to_owned(),
            (n, _) => format!("saddle of order {n}: {n} negative modes"),
        }
    }
}

/// The work around one molecule.
pub struct Passages<'a> {
    pub ready: &'a Ready,
    pub workers: usize,
}

impl Passages<'_> {
    /// Whether the surface is made of force fields: cheap and free of noise.
    pub fn is_force_field(&self) -> bool {
        !matches!(self.ready.assigned, Assigned::Engine { .. })
    }

    /// Surfaces that evaluate points at the same time.
    pub fn crew(&self) -> Result<Opened, String> {
        let open = || Ok::<_, crate::potential::EvalError>(self.ready.assigned.open()?.into_potential());
        let more = if self.is_force_field() {
            0
        } else {
            self.workers.saturating_sub(1)
        };
        let all: Result<Vec<_>, _> = (0..more).map(|_| open()).collect();
        let first = open().map_err(|error| error.to_string())?;
        Ok(Opened::new(first, all.map_err(|error| error.to_string())?))
    }

    /// The molecule with the bonds that a structure has: a force field's are always there.
    pub fn molecule_at(&self, x: &[f64]) -> Molecule {
        let known = &self.ready.prepared.molecule;
        match &self.ready.assigned {
            Assigned::ForceField(_) => known.clone(),
            Assigned::Mix(_) => bonded_at(known, x, Some(known.net_charge())),
            Assigned::Engine { system, .. } => bonded_at(known, x, Some(system.charge)),
        }
    }

    /// A force field knows one pattern of bonds only.
    pub fn check_bonds(&self, other: &Molecule) -> Result<(), String> {
        let own = &self.ready.prepared.molecule;
        let bonded = |m: &Molecule, [a, b]: [usize; 2]| m.bond_between(a, b).is_some();
        let differs = own.bonds().iter().find(|bond| !bonded(other, bond.atoms));
        let differs = differs.or_else(|| other.bonds().iter().find(|bond| !bonded(own, bond.atoms)));
        match (&self.ready.assigned, differs) {
            (Assigned::ForceField(_), Some(bond)) => Err(format!(
                "the bond {}-{} is there in one structure only, and a force field can neither break nor form one: take an engine \
                 (--engine xtb)",
                bond.atoms[0] + 1,
                bond.atoms[1] + 1
            )),
            _ => Ok(()),
        }
    }

    /// Walks down to a minimum.
    pub fn valley(&self, x: &[f64], criteria: &Criteria) -> Result<Valley, String> {
        let mut live = self.ready.assigned.open().map_err(|error| error.to_string())?;
        let mut stepper = self.stepper(x)?;
        let limits = Limits {
            steps: Some(MOST_STEPS),
            ..Limits::default()
        };
        let mut observer = Interrupt(interrupt::flag());
        let found = minimize(live.potential(), x, &mut *stepper, criteria, &limits, &mut observer);
        let found = found.map_err(|error| format!("the minimization of an end failed {error}"))?;
        Ok(Valley {
            molecule: self.molecule_at(&found.point.x),
            converged: found.stop == Stop::Converged,
            stop: found.stop,
            evaluations: found.evaluations,
            point: found.point,
        })
    }

    /// A structure as it is, in a valley's place.
    pub fn as_given(&self, x: &[f64]) -> Result<Valley, String> {
        let mut live = self.ready.assigned.open().map_err(|error| error.to_string())?;
        let evaluated = live.evaluate(x).map_err(|error| error.to_string())?;
        Ok(Valley {
            molecule: self.molecule_at(x),
            point: evaluated.point,
            converged: true,
            stop: Stop::Converged,
            evaluations: 1,
        })
    }

    fn stepper(&self, x: &[f64]) -> Result<Box<dyn Stepper>, String> {
        if self.is_force_field() {
            let nothing = Hold::new(&Directives::default(), &self.ready.prepared.molecule, x)?;
            let walker = Optimizer::AUTO.walker(self.ready, x, &nothing, &[]);
            return Ok(walker.map_err(|error| error.to_string())?.stepper);
        }
        optimizer::by_bonds(&self.molecule_at(x), x).map_err(|error| error.to_string())
    }

    /// Energy, gradient, second derivatives and vibrations at a point, all made afresh.
    pub fn prove(&self, point: &Point) -> Result<Proven, String> {
        let mut live = self.ready.assigned.open().map_err(|error| error.to_string())?;
        let fresh = live.evaluate(&point.x).map_err(|error| error.to_string())?.point;
        let derivatives = SecondDerivatives {
            ready: self.ready,
            is_minimized: false,
            numerical: false,
            step: None,
            checkpoint: None,
            workers: self.workers,
        };
        let (hessian, how) = derivatives.hessian(live, &point.x, None)?;
        let (masses, _) = changed_masses(&self.ready.prepared.molecule, &[])?;
        let modes = normal_modes(&hessian, &point.x, &masses).map_err(|error| error.to_string())?;
        Ok(Proven {
            point: fresh,
            hessian,
            modes,
            masses,
            evaluations: how.evaluations + 1,
            hessian_evaluations: usize::from(how.evaluations == 0),
        })
    }

    /// Both ways down from a saddle.
    pub fn irc(&self, proven: &Proven, settings: &IrcSettings) -> Result<Irc, String> {
        let mode = proven.modes.modes.first().ok_or("a single atom has no paths")?;
        let mut live = self.ready.assigned.open().map_err(|error| error.to_string())?;
        let saddle = Saddle {
            point: &proven.point,
            hessian: &proven.hessian,
            mode: &mode.displacement,
            masses: Some(&proven.masses),
        };
        let mut observer = Interrupt(interrupt::flag());
        irc(live.potential(), saddle, settings, self.is_force_field(), &mut observer).map_err(|error| error.to_string())
    }
}

/// Guesses of second derivatives (kcal/mol/Å²) while bonds break and form: Lindh's model over the bonds of all these molecules, which falls off
/// with their lengths.
pub fn guess(molecule: Molecule) -> impl FnMut(&[f64]) -> SymmetricMatrix {
    let model = Model::Lindh.prepare(&molecule);
    move |x| model.cartesian(InternalCoordinates::new(&molecule, x).primitives(), x)
}

/// All bonds of several molecules of the same atoms, as one molecule.
pub fn united(molecules: &[&Molecule]) -> Molecule {
    let mut bonds: Vec<Bond> = Vec::new();
    for molecule in molecules {
        for bond in molecule.bonds() {
            let [a, b] = bond.atoms;
            if !bonds.iter().any(|known| known.atoms == [a, b] || known.atoms == [b, a]) {
                bonds.push(*bond);
            }
        }
    }
    let atoms = molecules.first().map_or_else(Vec::new, |m| m.atoms().to_vec());
    // Each pair is there once.
    Molecule::new(atoms, bonds).unwrap_or_default()
}

/// The bonds of a structure: drawn with orders where that is possible, else bare contacts.
pub fn bonded_at(molecule: &Molecule, x: &[f64], charge: Option<i32>) -> Molecule {
    let mut atoms = molecule.atoms().to_vec();
    atoms.iter_mut().for_each(|atom| atom.formal_charge = 0);
    let bare = Molecule::new(atoms.clone(), Vec::new()).unwrap_or_default();
    if let Ok(found) = perceive(&bare, x, charge) {
        return found.molecule;
    }
    let elements: Vec<Element> = atoms.iter().map(|atom| atom.element).collect();
    let contacts = connectivity::bonds(&elements, x).unwrap_or_default();
    let bonds = contacts
        .iter()
        .map(|c| Bond::new(c.atoms[0], c.atoms[1], BondOrder::Single));
    Molecule::new(atoms, bonds.collect()).unwrap_or_default()
}

/// A molecule's canonical SMILES without stereo, as its name in reports; its formula where it has none.
pub fn smiles(molecule: &Molecule) -> String {
    let record = Record {
        molecule: molecule.clone(),
        connectivity: Connectivity::Given,
        ..Record::default()
    };
    let mut text = String::new();
    match write(&record, Format::Smiles, &mut text) {
        Ok(_) => text.split_whitespace().next().unwrap_or_default().to_owned(),
        Err(_) => crate::chem::symmetry::formula(molecule),
    }
}
