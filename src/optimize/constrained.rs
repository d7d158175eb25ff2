//! Minimization with coordinates held exactly, in Cartesian coordinates.
//!
//! The points where all constraints hold make a curved surface. A step is a step of an ordinary stepper followed by a retraction to the
//! surface along the constraints' gradients B₀ at the step's start, x ↦ x + B₀ᵀλ, as SHAKE does (Ryckaert, Ciccotti, Berendsen, J. Comput. Phys.
//! 23, 327 (1977)). The stepper sees the energy as a function of the point before the retraction, with the exact gradient of that
//! function, g − Bᵀ(B₀Bᵀ)⁻¹B₀g, so that its line search works as on any other surface.

use super::{Criteria, Limits, Minimum, Observer, OptimizeError, Point, StepOutcome, Stepper, minimize};
use crate::coordinates::{Constraint, Primitive, Row};
use crate::linalg::dense;
use crate::potential::{AddCurvature, EvalError, Mask, Potential};

/// Constraints hold to this (Å or radian) after a retraction.
pub const TOLERANCE: f64 = 1e-10;

/// What counts as held where round-off keeps the corrections from getting further (Å or radian).
const ROUND_OFF: f64 = 1e-8;

/// Units in the last place of the coordinates that the value of a constrained coordinate may be off by.
const LAST_PLACES: f64 = 64.0;

/// Stiffness of what is held in the model Hessian of a preconditioner, kcal/mol/Å²: above any bond's, so that its steps stay along the
/// manifold but for curvature.
const STIFF: f64 = 1e5;

/// Newton's method doubles the digits with each of its steps: more than these only where it does not converge at all.
const MOST_CORRECTIONS: usize = 25;

/// Where a whole correction leads too far, half of it may not, or half of that.
const MOST_HALVINGS: usize = 8;

/// Constraints that depend on each other make the small system singular; this much of its largest element on the diagonal keeps it
/// solvable, and the corrections small.
const RIDGE: f64 = 1e-12;

/// Where frozen atoms are in place and constrained coordinates have their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifold {
    held: Vec<(Primitive, f64)>,
    mask: Mask,
}

impl Manifold {
    /// Holds coordinates at their targets, or where they have none at their values in `x` (Å), and frozen atoms at their places.
    #[must_use]
    pub fn new(constraints: &[Constraint], mask: Mask, x: &[f64]) -> Self {
        let held = constraints.iter().map(|constraint| {
            let target = constraint.target.unwrap_or_else(|| constraint.primitive.value(x));
            (constraint.primitive.clone(), target)
        });
        Self {
            held: held.collect(),
            mask,
        }
    }

    /// Whether nothing is held.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.held.is_empty() && self.mask.is_empty()
    }

    /// What is held, coordinate by coordinate: frozen atoms by their Cartesian ones.
    #[must_use]
    pub fn primitives(&self) -> Vec<Primitive> {
        let frozen = self.mask.atoms().flat_map(Constraint::freeze);
        let held = self.held.iter().map(|(primitive, _)| primitive.clone());
        held.chain(frozen.map(|constraint| constraint.primitive)).collect()
    }

    /// The largest deviation of a constrained coordinate from its value, Å or radian.
    #[must_use]
    pub fn deviation(&self, x: &[f64]) -> f64 {
        self.residuals(x).iter().fold(0.0, |most: f64, r| most.max(r.abs()))
    }

    fn residuals(&self, x: &[f64]) -> Vec<f64> {
        let residual = |(primitive, target): &(Primitive, f64)| difference(primitive, *target, primitive.value(x));
        self.held.iter().map(residual).collect()
    }

    /// The gradients of the constrained coordinates, without the frozen atoms.
    fn rows(&self, x: &[f64]) -> Vec<Row> {
        let mut rows: Vec<Row> = self.held.iter().map(|(primitive, _)| primitive.gradient(x)).collect();
        for row in &mut rows {
            row.retain(|(atom, _)| !self.mask.holds(*atom));
        }
        rows
    }

    /// What is held, as stiff directions of a model Hessian.
    fn add_curvature(&self, x: &[f64], add: &mut AddCurvature<'_>) {
        for row in self.rows(x) {
            let (atoms, components): (Vec<usize>, Vec<[f64; 3]>) = row.into_iter().unzip();
            add(&atoms, &components, STIFF);
        }
        for atom in self.mask.atoms() {
            for axis in 0..3 {
                let mut unit = [0.0; 3];
                unit[axis] = 1.0;
                add(&[atom], &[unit], STIFF);
            }
        }
    }

    /// The deviation that round-off of the coordinates alone makes (Å or radian): large where a coordinate is nearly undefined, as a
    /// dihedral whose atoms are nearly in line is.
    fn round_off(&self, rows: &[Row], x: &[f64]) -> f64 {
        let steepest = rows
            .iter()
            .map(|row| row.iter().flat_map(|(_, g)| g).fold(0.0, |sum, g| sum + g.abs()))
            .fold(0.0, f64::max);
        ROUND_OFF.max(LAST_PLACES * f64::EPSILON * largest(x) * steepest)
    }

    /// Takes out of a gradient (at `x`) what would change a constrained coordinate or move a frozen atom.
    pub fn project(&self, x: &[f64], gradient: &mut [f64]) {
        self.mask.clear(gradient);
        let rows = self.rows(x);
        remove(&rows, &rows, gradient);
    }

    /// The constrained coordinates, each with the force that it bears: the factor (kcal/mol/Å or kcal/mol/radian) with which its gradient is
    /// part of the energy's gradient at `x` (Å). What frozen atoms bear has no curvature and is not told.
    #[must_use]
    pub fn forces(&self, x: &[f64], gradient: &[f64]) -> (Vec<Primitive>, Vec<f64>) {
        let mut free = gradient.to_vec();
        self.mask.clear(&mut free);
        let rows = self.rows(x);
        let taken_out = remove(&rows, &rows, &mut free);
        let primitives = self.held.iter().map(|(primitive, _)| primitive.clone());
        (primitives.collect(), taken_out.iter().map(|factor| -factor).collect())
    }

    /// Brings `x` (Å) to the surface along the constraints' own gradients.
    ///
    /// # Errors
    /// With the largest deviation that is left (Å or radian), where the surface is out of reach.
    pub fn retract(&self, x: &mut [f64]) -> Result<(), f64> {
        let mut left = f64::INFINITY;
        // Far off, the gradients turn on the way: they are taken anew a few times.
        for _ in 0..MOST_CORRECTIONS {
            let rows = self.rows(x);
            match self.retract_along(&rows, x) {
                Ok(()) => return Ok(()),
                Err(deviation) if deviation < 0.9 * left => left = deviation,
                Err(deviation) => return Err(deviation.min(left)),
            }
        }
        Err(left)
    }

    /// Brings `x` to the surface along fixed directions; `x` is the best point on failure.
    fn retract_along(&self, directions: &[Row], x: &mut [f64]) -> Result<(), f64> {
        self.mask.restore(x);
        let mut residuals = self.residuals(x);
        let mut deviation = largest(&residuals);
        for _ in 0..MOST_CORRECTIONS {
            if deviation <= TOLERANCE {
                return Ok(());
            }
            let before = x.to_vec();
            let mut multipliers = solve(products(&self.rows(x), directions), &residuals);
            let mut now = f64::NAN;
            for _ in 0..MOST_HALVINGS {
                add(directions, &multipliers, x);
                residuals = self.residuals(x);
                now = largest(&residuals);
                if now < deviation {
                    break;
                }
                x.copy_from_slice(&before);
                multipliers.iter_mut().for_each(|multiplier| *multiplier *= 0.5);
            }
            // Not a number is no progress either.
            if now >= deviation || now.is_nan() {
                let round_off = self.round_off(&self.rows(x), x);
                return if deviation <= round_off { Ok(()) } else { Err(deviation) };
            }
            deviation = now;
        }
        if deviation <= TOLERANCE { Ok(()) } else { Err(deviation) }
    }
}

/// How far a coordinate is from a target, by the shorter way around where it is periodic.
#[must_use]
pub fn difference(primitive: &Primitive, target: f64, value: f64) -> f64 {
    let difference = target - value;
    if primitive.is_periodic() {
        let turn = std::f64::consts::TAU;
        difference - turn * (difference / turn).round()
    } else {
        difference
    }
}

fn largest(values: &[f64]) -> f64 {
    // `max` would pass over what is not a number.
    let larger = |most: f64, r: f64| if most.is_nan() || r <= most { most } else { r };
    values.iter().map(|r| r.abs()).fold(0.0, larger)
}

fn dot(row: &Row, vector: &[f64]) -> f64 {
    let part = |(atom, g): &(usize, [f64; 3])| -> f64 { (0..3).map(|a| g[a] * vector[3 * atom + a]).sum() };
    row.iter().map(part).sum()
}

/// Adds the rows, times the factors.
fn add(rows: &[Row], factors: &[f64], x: &mut [f64]) {
    for (row, factor) in rows.iter().zip(factors) {
        for (atom, g) in row {
            for axis in 0..3 {
                x[3 * atom + axis] += factor * g[axis];
            }
        }
    }
}

/// Scalar products of each of the first rows with each of the second ones.
fn products(first: &[Row], second: &[Row]) -> Vec<Vec<f64>> {
    let product = |a: &Row, b: &Row| -> f64 {
        a.iter()
            .map(|(atom, g)| -> f64 {
                let same = b.iter().filter(|(other, _)| other == atom);
                same.map(|(_, h)| g[0] * h[0] + g[1] * h[1] + g[2] * h[2]).sum()
            })
            .sum()
    };
    first
        .iter()
        .map(|a| second.iter().map(|b| product(a, b)).collect())
        .collect()
}

/// Adds to `vector` the combination of `rows` that leaves nothing along `directions`, and gives its factors.
fn remove(rows: &[Row], directions: &[Row], vector: &mut [f64]) -> Vec<f64> {
    let mut all = vec![0.0; rows.len()];
    if rows.is_empty() {
        return all;
    }
    // Twice is enough: the second pass takes away the round-off of the first.
    for _ in 0..2 {
        let along: Vec<f64> = directions.iter().map(|d| -dot(d, vector)).collect();
        let factors = solve(products(directions, rows), &along);
        add(rows, &factors, vector);
        all.iter_mut().zip(factors).for_each(|(sum, factor)| *sum += factor);
    }
    all
}

/// The factors of the constraints' gradients; none where no gradient is left, as where all atoms of a constraint are frozen.
fn solve(mut matrix: Vec<Vec<f64>>, right: &[f64]) -> Vec<f64> {
    let size = matrix.iter().map(|row| largest(row)).fold(0.0, f64::max);
    for (i, row) in matrix.iter_mut().enumerate() {
        row[i] += RIDGE * size;
    }
    dense::solve(&matrix, right).unwrap_or_else(|_| vec![0.0; right.len()])
}

/// A surface with the gradient along the manifold only, for points on it.
struct Tangential<'a> {
    inner: &'a mut dyn Potential,
    manifold: &'a Manifold,
}

impl Potential for Tangential<'_> {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        let energy = self.inner.energy_gradient(x, gradient)?;
        self.manifold.project(x, gradient);
        Ok(energy)
    }

    fn curvature(&mut self, x: &[f64], add: &mut AddCurvature<'_>) -> bool {
        let known = self.inner.curvature(x, add);
        if known {
            self.manifold.add_curvature(x, add);
        }
        known
    }

    fn has_gradient(&self) -> bool {
        self.inner.has_gradient()
    }
}

/// The energy after the retraction as a function of the point before it.
struct Unrolled<'a> {
    inner: &'a mut dyn Potential,
    manifold: &'a Manifold,
    directions: Vec<Row>,
    /// The last evaluation, after the retraction.
    last: Point,
}

impl Potential for Unrolled<'_> {
    fn len(&self) -> usize {
        self.inner.len()
    }

    fn energy_gradient(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, EvalError> {
        let mut on = x.to_vec();
        let infinite = |_| EvalError::NotFinite { energy: f64::INFINITY };
        self.manifold
            .retract_along(&self.directions, &mut on)
            .map_err(infinite)?;
        let energy = self.inner.energy_gradient(&on, gradient)?;
        self.last = Point {
            x: on,
            energy,
            gradient: gradient.to_vec(),
        };
        remove(&self.manifold.rows(&self.last.x), &self.directions, gradient);
        Ok(energy)
    }

    fn curvature(&mut self, x: &[f64], add: &mut AddCurvature<'_>) -> bool {
        self.inner.curvature(x, add)
    }

    fn has_gradient(&self) -> bool {
        self.inner.has_gradient()
    }
}

/// Makes any stepper walk on a manifold, on which the potential must give the gradient along it.
struct Retracted<'a> {
    inner: &'a mut dyn Stepper,
    manifold: &'a Manifold,
}

impl Stepper for Retracted<'_> {
    fn start(&mut self, point: &Point) {
        self.inner.start(point);
    }

    fn coming_displacement(&mut self, point: &Point) -> Option<&[f64]> {
        self.inner.coming_displacement(point)
    }

    fn step(
        &mut self,
        potential: &mut dyn Potential,
        point: &mut Point,
        budget: usize,
    ) -> Result<StepOutcome, EvalError> {
        let mut unrolled = Unrolled {
            inner: potential,
            manifold: self.manifold,
            directions: self.manifold.rows(&point.x),
            last: Point::default(),
        };
        let outcome = self.inner.step(&mut unrolled, point, budget)?;
        if matches!(outcome, StepOutcome::Moved(_)) {
            let infinite = |_| EvalError::NotFinite { energy: f64::INFINITY };
            self.manifold
                .retract_along(&unrolled.directions, &mut point.x)
                .map_err(infinite)?;
            if unrolled.last.x == point.x {
                *point = unrolled.last;
            } else {
                self.manifold.project(&point.x, &mut point.gradient);
            }
        }
        Ok(outcome)
    }
}

/// Walks down on a manifold from `x0` (Å), which is brought to it first. The one place that decides how constraints are held.
///
/// # Errors
/// As [`minimize`]; also where the manifold is out of reach from `x0`.
pub fn minimize_on(
    manifold: &Manifold,
    potential: &mut dyn Potential,
    x0: &[f64],
    stepper: &mut dyn Stepper,
    criteria: &Criteria,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<Minimum, OptimizeError> {
    if manifold.is_everything() {
        return minimize(potential, x0, stepper, criteria, limits, observer);
    }
    let mut x = x0.to_vec();
    let infinite = |_| OptimizeError::Start(EvalError::NotFinite { energy: f64::INFINITY });
    manifold.retract(&mut x).map_err(infinite)?;
    let mut tangential = Tangential {
        inner: potential,
        manifold,
    };
    let mut stepper = Retracted {
        inner: stepper,
        manifold,
    };
    minimize(&mut tangential, &x, &mut stepper, criteria, limits, observer)
}
