//! The way from one minimum to another, as the library alone finds it.

use crate::alkane;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use thalweg::chem::Molecule;
use thalweg::forcefield::{ForceField, Options, mmff94};
use thalweg::optimize::Criteria;
use thalweg::potential::{EvalError, Potential};
use thalweg::saddle::path::irc::IrcSettings;
use thalweg::saddle::route::search::Method;
use thalweg::saddle::route::{Bonding, Hints, Kind, Landscape, Log, Note, RouteError, RouteStop, Search, Valley};

/// Butane on MMFF94.
struct Butane {
    molecule: Molecule,
    field: Arc<ForceField>,
    interrupt: AtomicBool,
}

impl Butane {
    fn new(is_interrupted: bool) -> Self {
        let molecule = alkane::molecule(4);
        let parameters = mmff94::Parameters::published().unwrap();
        let terms = mmff94::parametrize(&molecule, mmff94::Variant::Mmff94, &parameters).unwrap();
        Self {
            field: ForceField::new(&molecule, terms, Options::default()),
            molecule,
            interrupt: AtomicBool::new(is_interrupted),
        }
    }

    fn search(&self) -> Search<'_> {
        let tight = Criteria::named("gau_tight").unwrap();
        Search {
            landscape: self,
            criteria: tight,
            saddle_criteria: tight,
            irc: IrcSettings::default(),
            method: Method::Grow,
            images: 11,
        }
    }

    /// The minimum below a structure of this dihedral (degrees).
    fn valley(&self, dihedral: f64) -> Valley {
        let x = alkane::coordinates(&[dihedral.to_radians()]);
        Valley::below(self, &x, &self.search().criteria).unwrap()
    }
}

impl Landscape for Butane {
    fn molecule(&self) -> &Molecule {
        &self.molecule
    }

    fn bonding(&self) -> Bonding {
        Bonding::Drawn
    }

    fn is_costly(&self) -> bool {
        false
    }

    fn open(&self) -> Result<Box<dyn Potential>, EvalError> {
        Ok(Box::new(self.field.evaluator()))
    }

    fn stand_in(&self, _molecule: &Molecule) -> Option<Box<dyn Potential>> {
        None
    }

    fn interrupt(&self) -> &AtomicBool {
        &self.interrupt
    }

    fn workers(&self) -> usize {
        1
    }
}

/// MMFF94 as another program has it, refined by Newton's method: gauche lies 0.7822 kcal/mol above anti, the saddle near 120° 3.9605.
#[test]
fn butane_goes_over_its_known_pass() {
    let butane = Butane::new(false);
    let ends = [butane.valley(180.0), butane.valley(65.0)];
    let mut log = Log::default();
    let journey = butane.search().over(ends, &Hints::default(), None, &mut log).unwrap();
    assert!(
        journey.converged && journey.kind == Kind::Pass,
        "{:?}",
        journey.connects
    );
    let [forward, reverse] = journey.barriers();
    assert!((forward - 3.9605).abs() < 0.001, "{forward}");
    assert!((forward - reverse - 0.7822).abs() < 0.001, "{forward} {reverse}");
    assert_eq!(journey.proven.unwrap().negative_modes(), 1);
    assert!(
        matches!(log.notes.last(), Some(Note::Found { what, .. }) if what.contains("connects reactant and product")),
        "{:?}",
        log.notes
    );
    assert!(log.spent.chain > 0 && log.spent.saddle > 0 && log.spent.irc > 0);
}

#[test]
fn a_chain_alone_rises_as_high_as_the_pass() {
    let butane = Butane::new(false);
    let ends = [butane.valley(65.0), butane.valley(180.0)];
    let alone = butane.search().chain(ends, &[]).unwrap();
    assert_eq!(alone.kind, Kind::Chain);
    let [forward, _] = alone.barriers();
    assert!((forward - (3.9605 - 0.7822)).abs() < 0.1, "{forward}");
}

#[test]
fn an_interrupt_before_the_first_chain_finds_nothing() {
    let (quiet, stopped) = (Butane::new(false), Butane::new(true));
    let ends = [quiet.valley(180.0), quiet.valley(65.0)];
    let mut log = Log::default();
    let search = stopped.search();
    let found = search.over(ends.clone(), &Hints::default(), None, &mut log);
    assert!(matches!(found, Err(RouteError::Interrupted)), "{found:?}");
    assert_eq!(log.notes, []);
    let chain = search.chain(ends, &[]).unwrap();
    assert_eq!((chain.converged, chain.stop.name()), (false, "interrupted"));
    assert!(matches!(chain.stop, RouteStop::Chain(_)));
}
