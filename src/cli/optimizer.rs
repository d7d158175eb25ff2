//! Which stepper walks.

use super::args::OptimizerName;
use crate::optimize::{
    Adam, ConjugateGradient, Fire, Lbfgs, NoiseTolerant, NoiseTolerantSettings, PatternSearch, SteepestDescent, Stepper,
};
use std::fmt;

/// The method of a job, and the noise it has to expect.
#[derive(Clone, Copy)]
pub struct Optimizer {
    name: OptimizerName,
    /// Standard deviation of the noise of a gradient component, kcal/mol/Å.
    pub noise: Option<f64>,
}

impl Optimizer {
    /// The error says what is wrong with the noise.
    pub fn new(name: OptimizerName, noise: Option<f64>) -> Result<Self, String> {
        match noise {
            Some(sigma) if !(sigma > 0.0 && sigma.is_finite()) => Err(format!(
                "--noise {sigma}: a positive standard deviation in kcal/mol/Å is expected"
            )),
            _ => Ok(Self { name, noise }),
        }
    }

    /// A stepper for one molecule.
    pub fn stepper(self) -> Box<dyn Stepper> {
        match (self.name, self.noise) {
            (OptimizerName::Auto | OptimizerName::Lbfgs, None) => Box::new(Lbfgs::default()),
            (OptimizerName::Auto | OptimizerName::Lbfgs, Some(sigma)) => {
                Box::new(NoiseTolerant::new(NoiseTolerantSettings::for_noise(sigma)))
            }
            (OptimizerName::Cg, _) => Box::new(ConjugateGradient::default()),
            (OptimizerName::Fire, _) => Box::new(Fire::default()),
            (OptimizerName::Sd, _) => Box::new(SteepestDescent::default()),
            (OptimizerName::Pattern, _) => Box::new(PatternSearch::default()),
            (OptimizerName::Adam, _) => Box::new(Adam::default()),
        }
    }
}

impl fmt::Display for Optimizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.name, self.noise) {
            (OptimizerName::Auto | OptimizerName::Lbfgs, None) => "L-BFGS",
            (OptimizerName::Auto | OptimizerName::Lbfgs, Some(_)) => "noise-tolerant L-BFGS",
            (OptimizerName::Cg, _) => "conjugate gradients",
            (OptimizerName::Fire, _) => "FIRE",
            (OptimizerName::Sd, _) => "steepest descent",
            (OptimizerName::Pattern, _) => "pattern search",
            (OptimizerName::Adam, _) => "Adam",
        })?;
        match self.noise {
            Some(sigma) => write!(f, ", gradient noise {sigma} kcal/mol/Å"),
            None => Ok(()),
        }
    }
}
