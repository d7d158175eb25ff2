//! What is held while a molecule relaxes: from the flags to the minimization.

use super::args::HoldArgs;
use super::job::UsageError;
use super::optimizer::Walker;
use super::surface::{Assigned, Evaluated};
use crate::chem::Molecule;
use crate::coordinates::Constraint;
use crate::directives::{Directives, Plan, files, flags};
use crate::optimize::constrained::{Manifold, minimize_on};
use crate::optimize::{Criteria, Limits, Minimum, Observer, OptimizeError, Point, drive, minimize};
use crate::potential::{EvalError, Potential, Restrained};

/// Everything that flags and files want.
pub fn directives(args: &HoldArgs, scans: &[String]) -> Result<Directives, UsageError> {
    let mut all = Directives::default();
    for path in &args.constraints {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| UsageError(format!("{name}: {error}")))?;
        let found = files::read(&name, &text).map_err(|error| UsageError(error.to_string()))?;
        all.list.extend(found.list);
    }
    type Read = fn(&str) -> Result<crate::directives::Directive, crate::directives::DirectiveError>;
    let kinds: [(&[String], Read); 6] = [
        (&args.freeze, flags::freeze),
        (&args.fix, flags::fix),
        (&args.set, flags::set),
        (&args.restrain, flags::restrain),
        (&args.wall, flags::wall),
        (scans, flags::scan),
    ];
    for (texts, read) in kinds {
        for text in texts {
            all.list
                .push(read(text).map_err(|error| UsageError(error.to_string()))?);
        }
    }
    Ok(all)
}

/// What is held of one molecule, with every value known.
pub struct Hold {
    pub plan: Plan,
}

impl Hold {
    /// Applies directives to a molecule at `x` (Å).
    pub fn new(directives: &Directives, molecule: &Molecule, x: &[f64]) -> Result<Self, String> {
        let mut plan = directives.plan(molecule, x).map_err(|error| error.to_string())?;
        for constraint in &mut plan.constraints {
            constraint.target.get_or_insert_with(|| constraint.primitive.value(x));
        }
        Ok(Self { plan })
    }

    pub fn is_empty(&self) -> bool {
        self.plan.is_empty()
    }

    /// The constraints, and scanned coordinates at these values.
    pub fn constraints(&self, values: &[f64]) -> Vec<Constraint> {
        let scanned = self.plan.axes.iter().zip(values);
        let scanned = scanned.map(|(axis, &value)| Constraint::at(axis.primitive.clone(), value));
        self.plan.constraints.iter().cloned().chain(scanned).collect()
    }

    /// A structure where everything is held as it should be: the given one where nothing is.
    pub fn start(
        &self,
        surface: &mut dyn Potential,
        molecule: &Molecule,
        constraints: &[Constraint],
        x0: &[f64],
    ) -> Result<Vec<f64>, String> {
        let mut x = x0.to_vec();
        if self.is_empty() {
            return Ok(x);
        }
        let mut restrained = Restrained::new(surface, self.plan.bias.clone());
        drive::approach(&mut restrained, molecule, constraints, &self.plan.mask, &mut x)
            .map_err(|error| error.to_string())?;
        Ok(x)
    }

    /// Whether restraints change the surface.
    pub fn is_restrained(&self) -> bool {
        !self.plan.bias.is_empty()
    }

    /// Frozen atoms as constraints.
    pub fn frozen(&self) -> impl Iterator<Item = Constraint> {
        self.plan.mask.atoms().flat_map(Constraint::freeze)
    }

    fn manifold(&self, constraints: &[Constraint], x: &[f64]) -> Manifold {
        Manifold::new(constraints, self.plan.mask.clone(), x)
    }

    /// Minimizes from such a structure. Energies are those of the surface with restraints. What the walker does not hold by itself is
    /// held by steps on the constraints' manifold.
    pub fn minimize(
        &self,
        surface: &mut dyn Potential,
        constraints: &[Constraint],
        start: &[f64],
        (walker, criteria, limits): (&mut Walker, &Criteria, &Limits),
        observer: &mut dyn Observer,
    ) -> Result<Minimum, OptimizeError> {
        let stepper = &mut *walker.stepper;
        if self.is_empty() {
            return minimize(surface, start, stepper, criteria, limits, observer);
        }
        let mut restrained = Restrained::new(surface, self.plan.bias.clone());
        if walker.holds {
            return minimize(&mut restrained, start, stepper, criteria, limits, observer);
        }
        let manifold = self.manifold(constraints, start);
        minimize_on(&manifold, &mut restrained, start, stepper, criteria, limits, observer)
    }

    /// The end of such a minimization: the energy is that of the surface alone, the gradient that of the restrained and constrained problem.
    pub fn judge(&self, assigned: &Assigned, constraints: &[Constraint], end: &Point) -> Result<Evaluated, EvalError> {
        let mut evaluated = assigned.judge(end)?;
        if self.is_empty() {
            return Ok(evaluated);
        }
        let Point { x, energy, gradient } = &mut evaluated.point;
        match assigned {
            Assigned::ForceField(_) => {
                self.plan.bias.add_energy_gradient(x, gradient);
            }
            // Not asked again: what it said at the end has the restraints in it already.
            Assigned::Engine { .. } | Assigned::Mix(_) => *energy -= self.restraint_energy(x).unwrap_or(0.0),
        }
        self.manifold(constraints, x).project(x, gradient);
        Ok(evaluated)
    }

    /// What is wrong with held coordinates at `x` (Å). On the way to a line of atoms a dihedral stops to mean anything, and where the
    /// energy is lower there no held minimum exists.
    pub fn trouble(constraints: &[Constraint], x: &[f64]) -> Option<String> {
        let lost = constraints
            .iter()
            .find(|constraint| constraint.primitive.is_degenerate(x))?;
        Some(format!(
            "{} has lost its meaning: its atoms came into line",
            lost.primitive
        ))
    }

    /// The energy of the restraints at `x`, if there are any.
    pub fn restraint_energy(&self, x: &[f64]) -> Option<f64> {
        let bias = &self.plan.bias;
        (!bias.is_empty()).then(|| bias.add_energy_gradient(x, &mut vec![0.0; x.len()]))
    }
}
