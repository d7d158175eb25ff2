//! What is known of a surface about the present point: a guess of the curvature, and what the gradients along the way have told of
//! it, as a quadratic model in the metric of the internal coordinates.

use super::held::idle_motions;
use super::loose::{Softened, tied};
use crate::chem::Molecule;
use crate::coordinates::{Coordinates, InternalCoordinates, Metric, Primitive};
use crate::hessian::update::multisecant;
use crate::hessian::{Model, ModelHessian, rigid};
use crate::linalg::sparse_cholesky::BlockMatrix;
use crate::linalg::vector::{dot, farthest_atom, longest_atom};
use crate::linalg::{Eigen, SymmetricMatrix};
use crate::optimize::Point;
use crate::optimize::rfo::curvature;
use crate::optimize::rfo::matrix::{Base, Hessian};
use crate::potential::{EvalError, Potential};

/// Where second derivatives come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curvature {
    /// The surface's own, at each point.
    Own,
    /// A guess, and what gradients tell.
    Learnt(Model),
}

/// Coordinates up to which the model is kept as one dense matrix.
const MOST_DENSE: usize = 120;

/// Displacements (of the atom that moves farthest, Å) too short to tell of the curvature: what they tell is noise.
const SHORT: f64 = 2e-3;

/// Coordinates up to which a Hessian is diagonalized.
const MOST_DIAGONALIZED: usize = 600;

/// Curvature where no molecule is known to make a model for, kcal/mol/Å².
const UNKNOWN: f64 = 100.0;

/// A point with what it is in internal coordinates.
#[derive(Clone, Debug)]
struct Visited {
    point: Point,
    q: Vec<f64>,
    gradient: Vec<f64>,
}

/// A point, and the gradients at points reached from it: by a step, or by displacements that were made to learn the curvature.
#[derive(Clone, Debug)]
struct Fan {
    from: Visited,
    ends: Vec<Visited>,
    /// Whether the ends tell all second derivatives, so that another one depends on them.
    complete: bool,
}

/// A displacement over the Cartesian coordinates, and the change of the gradient along it, both at the present point and without the
/// curvature of the internal coordinates.
#[derive(Clone, Debug)]
pub struct Secant {
    /// Å.
    pub step: Vec<f64>,
    /// kcal/mol/Å.
    pub change: Vec<f64>,
}

/// The quadratic model about a point.
#[derive(Debug)]
pub struct Quadric {
    /// The point, Å.
    pub x: Vec<f64>,
    /// B and BᵀB there.
    pub metric: Metric,
    /// Over Cartesian displacements, without the curvature of the internal coordinates, kcal/mol/Å².
    pub hessian: Hessian,
    /// Over Cartesian displacements, without what noise adds along rigid motions, kcal/mol/Å.
    pub gradient: Vec<f64>,
}

impl Quadric {
    /// Length of a Cartesian displacement in the metric, Å and radian.
    #[must_use]
    pub fn length(&self, v: &[f64]) -> f64 {
        dot(v, &self.metric.gram.times(v)).max(0.0).sqrt()
    }
}

/// The Cartesian displacements (Å) at `x` that change one driven coordinate each and the others as little as may be. Those that are not
/// among the coordinates are added.
#[must_use]
pub fn driven(coordinates: &mut InternalCoordinates, primitives: &[Primitive], x: &[f64]) -> Vec<Vec<f64>> {
    coordinates.extend(primitives.iter().cloned());
    let metric = coordinates.metric(x, &[]);
    let all = coordinates.primitives();
    let unit = |wanted: &Primitive| {
        all.iter()
            .map(|p| f64::from(u8::from(p == wanted)))
            .collect::<Vec<f64>>()
    };
    primitives.iter().map(|p| metric.displacement(&unit(p))).collect()
}

/// The memory of a search.
#[derive(Debug)]
pub struct Chart {
    coordinates: InternalCoordinates,
    curvature: Curvature,
    model: Option<Softened>,
    fans: Vec<Fan>,
    memory: usize,
    /// What no step changes.
    held: Vec<Primitive>,
}

/// Stiffness of what is held in the quadratic model, kcal/mol/Å² or kcal/mol/radian²: far above any bond's.
const STIFF: f64 = 1e5;

impl Chart {
    /// Over these coordinates, remembering at most so many steps.
    #[must_use]
    pub fn new(coordinates: InternalCoordinates, curvature: Curvature, memory: usize) -> Self {
        let mut chart = Self {
            coordinates,
            curvature,
            model: None,
            fans: Vec::new(),
            memory,
            held: Vec::new(),
        };
        chart.prepare_model();
        chart
    }

    /// The internal coordinates of a molecule at `x` (Å), with those of bonds that are forming or breaking.
    #[must_use]
    pub fn coordinates_of(molecule: &Molecule, x: &[f64]) -> InternalCoordinates {
        InternalCoordinates::new(&tied(molecule, x), x)
    }

    /// Holds coordinates: they are added where they are missing, and no step changes them. The gradient is taken to have no part along
    /// them.
    pub fn hold(&mut self, primitives: Vec<Primitive>) {
        self.coordinates.extend(primitives.iter().cloned());
        self.held = primitives;
    }

    fn metric(&self, x: &[f64]) -> Metric {
        self.coordinates.metric(x, &self.held_rows())
    }

    fn held_rows(&self) -> Vec<usize> {
        let all = self.coordinates.primitives();
        let row = |held: &Primitive| all.iter().position(|p| p == held);
        self.held.iter().filter_map(row).collect()
    }

    fn prepare_model(&mut self) {
        self.model = match self.curvature {
            Curvature::Learnt(model) => self.coordinates.molecule().map(|m| Softened(model.prepare(m))),
            Curvature::Own => None,
        };
    }

    /// The coordinates as they are now.
    #[must_use]
    pub fn coordinates(&self) -> &InternalCoordinates {
        &self.coordinates
    }

    /// Where second derivatives come from.
    #[must_use]
    pub fn curvature(&self) -> Curvature {
        self.curvature
    }

    /// Forgets the way.
    pub fn clear(&mut self) {
        self.fans.clear();
    }

    /// New coordinates where the old ones have become unsound at `x` (Å). What is known of the way is carried over.
    pub fn renew(&mut self, x: &[f64]) {
        let unsound = self.coordinates.rebuilt(x).is_some();
        let Some(molecule) = self.coordinates.molecule().filter(|_| unsound) else {
            return;
        };
        let mut coordinates = Self::coordinates_of(molecule, x);
        coordinates.extend(self.held.iter().cloned());
        if coordinates.primitives() == self.coordinates.primitives() {
            return;
        }
        self.coordinates = coordinates;
        self.prepare_model();
        let fans = std::mem::take(&mut self.fans);
        let carried = fans.iter().map(|fan| Fan {
            from: self.visit(&fan.from.point),
            ends: fan.ends.iter().map(|end| self.visit(&end.point)).collect(),
            complete: fan.complete,
        });
        self.fans = carried.collect();
    }

    fn visit(&self, point: &Point) -> Visited {
        Visited {
            q: self.coordinates.values(&point.x),
            gradient: self.coordinates.project_gradient(&point.x, &point.gradient),
            point: point.clone(),
        }
    }

    /// Takes in the gradient at a point reached from another.
    pub fn learn(&mut self, from: &Point, to: &Point) {
        if self.curvature == Curvature::Own || farthest_atom(&to.x, &from.x) < SHORT {
            return;
        }
        let end = self.visit(to);
        match self.fans.last_mut() {
            Some(fan) if fan.from.point.x == from.x && !fan.complete => fan.ends.push(end),
            _ => {
                let fan = Fan {
                    from: self.visit(from),
                    ends: vec![end],
                    complete: false,
                };
                self.fans.push(fan);
            }
        }
        if self.fans.len() > self.memory {
            // All second derivatives of a point are worth more than any step.
            self.fans.remove(usize::from(self.fans[0].complete));
        }
    }

    /// What was learnt last at one point is all that there is to learn there.
    pub fn complete(&mut self) {
        if let Some(fan) = self.fans.last_mut() {
            fan.complete = true;
        }
    }

    /// What is known of the second derivatives at `x` (Å) in Cartesian space, with all curvatures made positive, for preconditioning;
    /// kcal/mol/Å². `None` where the surface has its own, or where it would be too large.
    #[must_use]
    pub fn positive_hessian(&self, x: &[f64]) -> Option<SymmetricMatrix> {
        if self.curvature == Curvature::Own || x.len() > MOST_DIAGONALIZED {
            return None;
        }
        let Hessian { base, learnt } = self.learnt(&self.metric(x), x);
        let mut sum = match base {
            Base::Dense(matrix) => matrix,
            Base::Sparse(matrix) => {
                let mut dense = SymmetricMatrix::zeros(x.len());
                matrix.add_to_dense(1.0, &mut dense);
                dense
            }
        };
        learnt.add_to_dense(&mut sum);
        Eigen::new(&sum).ok().map(|eigen| eigen.map(f64::abs))
    }

    /// What was learnt last.
    #[must_use]
    pub fn latest(&self, metric: &Metric) -> Option<Secant> {
        let fan = self.fans.last()?;
        Some(self.secant(&fan.from, fan.ends.last()?, metric))
    }

    fn secant(&self, from: &Visited, to: &Visited, metric: &Metric) -> Secant {
        let difference: Vec<f64> = to.gradient.iter().zip(&from.gradient).map(|(a, b)| a - b).collect();
        Secant {
            step: metric.displacement(&self.coordinates.difference(&to.q, &from.q)),
            change: metric.b.apply_transpose(&difference),
        }
    }

    /// The quadratic model about a point.
    ///
    /// # Errors
    /// Those of the surface's second derivatives, where they are asked for.
    pub fn quadric(&self, potential: &mut dyn Potential, point: &Point) -> Result<Quadric, EvalError> {
        let x = &point.x;
        let metric = self.metric(x);
        let internal = metric.project_gradient(&point.gradient);
        let mut hessian = match self.curvature {
            Curvature::Own => {
                let mut own = potential.hessian(x).ok_or(EvalError::NoHessian)??;
                curvature::subtract_coordinates(self.coordinates.primitives(), x, &internal, &mut own);
                let mut matrix = SymmetricMatrix::from_rows(x.len(), own);
                self.stiffen_rigid_motions(x, &mut matrix);
                Hessian::from(Base::Dense(matrix))
            }
            Curvature::Learnt(_) => self.learnt(&metric, x),
        };
        for row in self.held_rows() {
            hessian.base.add_row(STIFF, row, &metric);
        }
        Ok(Quadric {
            x: x.clone(),
            gradient: metric.b.apply_transpose(&internal),
            metric,
            hessian,
        })
    }

    /// Differences of gradients leave noise along rigid motions, which may look like a way down and of which the metric knows nothing.
    fn stiffen_rigid_motions(&self, x: &[f64], hessian: &mut SymmetricMatrix) {
        if self.coordinates.molecule().is_none() {
            return;
        }
        let n = x.len();
        let mean = (0..n).map(|i| hessian.get(i, i).abs()).sum::<f64>() / n as f64;
        rigid::project(hessian, &idle_motions(&self.held, x), mean);
    }

    fn guess(&self, metric: &Metric, x: &[f64]) -> BlockMatrix {
        let mut guess = metric.analysis.matrix();
        match &self.model {
            Some(model) => {
                let primitives = self.coordinates.primitives().iter();
                metric
                    .b
                    .add_gram(primitives.map(|p| model.force_constant(p, x)), &mut guess);
            }
            None => guess.add_matrix(UNKNOWN, &metric.gram),
        }
        guess
    }

    /// The guess with all that the way has told, oldest first.
    fn learnt(&self, metric: &Metric, x: &[f64]) -> Hessian {
        let guess = self.guess(metric, x);
        let mut hessian = Hessian::from(if x.len() <= MOST_DENSE {
            let mut dense = SymmetricMatrix::zeros(x.len());
            guess.add_to_dense(1.0, &mut dense);
            Base::Dense(dense)
        } else {
            Base::Sparse(guess.clone())
        });
        for fan in &self.fans {
            let (mut steps, mut changes) = (Vec::new(), Vec::new());
            for end in &fan.ends {
                let Secant { mut step, mut change } = self.secant(&fan.from, end, metric);
                // Of like length, so that their Gram matrix is well conditioned.
                let length = longest_atom(&step).max(f64::MIN_POSITIVE);
                step.iter_mut().chain(&mut change).for_each(|c| *c /= length);
                steps.push(step);
                changes.push(change);
            }
            let weighted: Vec<Vec<f64>> = steps.iter().map(|s| guess.times(s)).collect();
            if !multisecant::update(&mut hessian, &steps, &changes, &weighted) {
                // They depend on each other: the last one, the step itself, tells most.
                let last = steps.len() - 1;
                let _learnt = multisecant::update(&mut hessian, &steps[last..], &changes[last..], &weighted[last..]);
            }
        }
        hessian
    }
}
