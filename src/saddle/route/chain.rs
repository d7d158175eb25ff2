//! The chain between two structures, from which the search for a saddle begins.

use super::bonds::{guess, united};
use super::error::RouteError;
use super::landscape::Landscape;
use super::valley::Valley;
use crate::linalg::LinalgError;
use crate::saddle::path::chain::{Chain, ChainSettings, ChainStop};
use crate::saddle::path::crew::Crew;
use crate::saddle::path::growing::{GrowthSettings, grow};
use crate::saddle::path::{approach, interpolate};

/// How a chain is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// It grows from both ends.
    Grow,
    /// It is interpolated and then let down.
    Band,
}

/// A chain to be made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan<'a> {
    pub method: Method,
    /// Structures, both ends included.
    pub images: usize,
    /// Steps of the foremost images of a growing chain.
    pub steps: usize,
    /// Where it begins and ends, Å.
    pub places: [&'a [f64]; 2],
    /// Structures (Å) that it leads through at first.
    pub between: &'a [Vec<f64>],
}

/// A chain that was let down, and what it took.
#[derive(Debug)]
pub(super) struct LetDown {
    pub chain: Chain,
    pub stop: ChainStop,
    pub evaluations: usize,
    pub hessians: usize,
}

impl Plan<'_> {
    /// The chain between two ends, as far as settings say. An interrupt leaves it as it is.
    pub fn make(
        &self,
        landscape: &dyn Landscape,
        ends: [&Valley; 2],
        settings: &ChainSettings,
    ) -> Result<LetDown, RouteError> {
        let molecule = united(ends.map(|end| &end.molecule));
        let radii: Vec<f64> = molecule.atoms().iter().map(|a| a.element.covalent_radius()).collect();
        let mut crew = landscape.crew()?;
        let mut guess = guess(molecule);
        let mut observer = landscape.observer();
        let mut chain = match self.method {
            Method::Grow if self.between.is_empty() => {
                let growth = GrowthSettings {
                    images: self.images,
                    steps: self.steps,
                    ..GrowthSettings::default()
                };
                let how = (&growth, settings);
                grow(&mut crew, &mut guess, self.places, &radii, how, &mut observer)?
            }
            _ => {
                let mut frames = vec![self.places[0].to_vec()];
                frames.extend(self.between.iter().cloned());
                frames.push(self.places[1].to_vec());
                let path = interpolate(&radii, &frames, self.images)?;
                Chain::new(&mut crew, &mut guess, &path, settings)?
            }
        };
        let stop = chain.relax(&mut crew, settings, &mut observer)?;
        Ok(LetDown {
            stop: if landscape.is_interrupted() {
                ChainStop::Interrupted
            } else {
                stop
            },
            chain,
            evaluations: crew.evaluations(),
            hessians: crew.hessian_evaluations(),
        })
    }
}

/// Ends (Å) of several molecules with these turned towards each other as in the other end; `None` where there is nothing to turn.
pub(super) fn gathered(ends: [&Valley; 2]) -> Result<Option<[Vec<f64>; 2]>, LinalgError> {
    let turn = |end: &Valley, other: &[f64]| approach::approach(&end.molecule, &end.point.x, other);
    let [first, second] = ends;
    let parts = ends.map(|end| end.molecule.fragments().1);
    Ok(if parts[0] >= parts[1] {
        turn(first, &second.point.x)?.map(|x| [x, second.point.x.clone()])
    } else {
        turn(second, &first.point.x)?.map(|x| [first.point.x.clone(), x])
    })
}
