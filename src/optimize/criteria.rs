//! When a minimization has converged: the named sets of criteria that chemists know, in internal units.
//!
//! Two families are known. The `gau` sets are Gaussian's (as documented for its keywords `Opt=Loose`, none, `Tight`
//! and `VeryTight`): largest component and root mean square of the gradient, and of the displacement that comes
//! next; the displacement is not asked for where the gradient is a hundred times below its thresholds. The levels
//! `crude` to `extreme` are xtb's (table "geometry optimization levels" of its documentation): the norm of the
//! gradient over all coordinates, and the energy change of the last step.
//!
//! The gradient always decides: displacement and energy change only make a set stricter, and are left out where nothing
//! is known of them (at the starting point).

use super::vector;
use crate::units::{ANGSTROM_PER_BOHR, KCAL_MOL_ANGSTROM_PER_HARTREE_BOHR, KCAL_MOL_PER_HARTREE};

/// Gradients this much below their thresholds make the displacement criteria moot (Gaussian's rule for flat surfaces).
const NEGLIGIBLE: f64 = 0.01;

/// Name, then thresholds of gradient (largest, rms; hartree/bohr) and displacement (largest, rms; bohr).
const GAUSSIAN: [(&str, f64, f64, f64, f64); 4] = [
    ("gau_loose", 2.5e-3, 1.7e-3, 1.0e-2, 6.7e-3),
    ("gau", 4.5e-4, 3.0e-4, 1.8e-3, 1.2e-3),
    ("gau_tight", 1.5e-5, 1.0e-5, 6.0e-5, 4.0e-5),
    ("gau_verytight", 2.0e-6, 1.0e-6, 6.0e-6, 4.0e-6),
];

/// Name, then thresholds of energy change (hartree) and gradient norm (hartree/bohr).
const XTB: [(&str, f64, f64); 7] = [
    ("crude", 5.0e-4, 1.0e-2),
    ("sloppy", 1.0e-4, 6.0e-3),
    ("loose", 5.0e-5, 4.0e-3),
    ("normal", 5.0e-6, 1.0e-3),
    ("tight", 1.0e-6, 8.0e-4),
    ("verytight", 1.0e-7, 2.0e-4),
    ("extreme", 5.0e-8, 5.0e-5),
];

/// A set of criteria. Those that are `None` are not asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Criteria {
    /// Name of the set.
    pub name: &'static str,
    /// Largest gradient component, kcal/mol/Å.
    pub max_gradient: Option<f64>,
    /// Root mean square of the gradient components, kcal/mol/Å.
    pub rms_gradient: Option<f64>,
    /// Euclidean norm of the gradient over all coordinates, kcal/mol/Å.
    pub gradient_norm: Option<f64>,
    /// Largest component of the coming displacement, Å.
    pub max_displacement: Option<f64>,
    /// Root mean square of the components of the coming displacement, Å.
    pub rms_displacement: Option<f64>,
    /// Energy change of the last step, kcal/mol.
    pub energy_change: Option<f64>,
}

impl Default for Criteria {
    /// `gau_tight`: a force-field gradient is cheap and free of noise, and at this gradient (rms 0.012 kcal/mol/Å) the
    /// energy is settled to far below the force field's own error, also along soft torsions.
    fn default() -> Self {
        let (name, max_gradient, rms_gradient, max_displacement, rms_displacement) = GAUSSIAN[2];
        Self::gaussian(name, max_gradient, rms_gradient, max_displacement, rms_displacement)
    }
}

impl Criteria {
    /// The set of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let gaussian = GAUSSIAN
            .iter()
            .find(|set| set.0 == name)
            .map(|&(n, a, b, c, d)| Self::gaussian(n, a, b, c, d));
        gaussian.or_else(|| {
            XTB.iter()
                .find(|set| set.0 == name)
                .map(|&(n, energy, gradient)| Self::xtb(n, energy, gradient))
        })
    }

    /// Names of all sets, loose ones first in each family.
    pub fn names() -> impl Iterator<Item = &'static str> {
        GAUSSIAN.iter().map(|set| set.0).chain(XTB.iter().map(|set| set.0))
    }

    /// The root mean square of the gradient components (kcal/mol/Å) alone.
    #[must_use]
    pub fn rms_gradient(threshold: f64) -> Self {
        Self {
            name: "rms_gradient",
            max_gradient: None,
            rms_gradient: Some(threshold),
            gradient_norm: None,
            max_displacement: None,
            rms_displacement: None,
            energy_change: None,
        }
    }

    fn gaussian(
        name: &'static str,
        max_gradient: f64,
        rms_gradient: f64,
        max_displacement: f64,
        rms_displacement: f64,
    ) -> Self {
        Self {
            name,
            max_gradient: Some(max_gradient * KCAL_MOL_ANGSTROM_PER_HARTREE_BOHR),
            rms_gradient: Some(rms_gradient * KCAL_MOL_ANGSTROM_PER_HARTREE_BOHR),
            gradient_norm: None,
            max_displacement: Some(max_displacement * ANGSTROM_PER_BOHR),
            rms_displacement: Some(rms_displacement * ANGSTROM_PER_BOHR),
            energy_change: None,
        }
    }

    fn xtb(name: &'static str, energy_change: f64, gradient_norm: f64) -> Self {
        Self {
            name,
            max_gradient: None,
            rms_gradient: None,
            gradient_norm: Some(gradient_norm * KCAL_MOL_ANGSTROM_PER_HARTREE_BOHR),
            max_displacement: None,
            rms_displacement: None,
            energy_change: Some(energy_change * KCAL_MOL_PER_HARTREE),
        }
    }

    /// Whether the gradient (kcal/mol/Å) meets the set's thresholds.
    #[must_use]
    pub fn gradient_holds(&self, gradient: &[f64]) -> bool {
        self.scaled_gradient_holds(gradient, 1.0)
    }

    fn scaled_gradient_holds(&self, gradient: &[f64], scale: f64) -> bool {
        below(vector::rms(gradient), self.rms_gradient, scale)
            && below(vector::norm(gradient), self.gradient_norm, scale)
            && below(vector::max_abs(gradient), self.max_gradient, scale)
    }

    /// Whether all holds: the gradient, and what is known of the coming displacement (Å) and of the energy change
    /// (kcal/mol) of the last step.
    #[must_use]
    pub fn hold(&self, gradient: &[f64], displacement: Option<&[f64]>, energy_change: Option<f64>) -> bool {
        if !self.gradient_holds(gradient) {
            return false;
        }
        let energy_settled = energy_change.is_none_or(|change| below(change.abs(), self.energy_change, 1.0));
        let still = displacement.is_none_or(|step| {
            below(vector::max_abs(step), self.max_displacement, 1.0)
                && below(vector::rms(step), self.rms_displacement, 1.0)
        });
        energy_settled && (still || self.scaled_gradient_holds(gradient, NEGLIGIBLE))
    }

    /// Whether a displacement is asked for at all, so that it need not be computed otherwise.
    #[must_use]
    pub fn asks_displacement(&self) -> bool {
        self.max_displacement.is_some() || self.rms_displacement.is_some()
    }
}

/// A value that is not a number is never below.
fn below(value: f64, threshold: Option<f64>, scale: f64) -> bool {
    threshold.is_none_or(|limit| value <= limit * scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_its_set_and_asks_for_a_gradient() {
        for name in Criteria::names() {
            let set = Criteria::named(name).unwrap();
            assert_eq!(set.name, name);
            assert!(!set.gradient_holds(&[1e3; 6]), "{name}");
            assert!(!set.gradient_holds(&[f64::NAN; 6]), "{name}");
            assert!(set.gradient_holds(&[0.0; 6]), "{name}");
        }
        assert_eq!(Criteria::named("no such set"), None);
        assert_eq!(Criteria::named("gau_tight"), Some(Criteria::default()));
    }

    #[test]
    fn thresholds_are_in_internal_units() {
        let gau = Criteria::named("gau").unwrap();
        // 4.5e-4 hartree/bohr is 0.5336 kcal/mol/Å, 1.8e-3 bohr is 9.53e-4 Å.
        assert!((gau.max_gradient.unwrap() - 0.53362).abs() < 1e-5);
        assert!((gau.max_displacement.unwrap() - 9.5252e-4).abs() < 1e-8);
    }

    #[test]
    fn displacement_counts_unless_the_gradient_is_negligible() {
        let gau = Criteria::named("gau").unwrap();
        let (far, near) = ([0.1; 6], [1e-5; 6]);
        assert!(!gau.hold(&[0.1; 6], Some(&far), None));
        assert!(gau.hold(&[0.1; 6], Some(&near), None));
        assert!(gau.hold(&[0.001; 6], Some(&far), None));
        assert!(gau.hold(&[0.1; 6], None, None));
        assert!(!gau.hold(&[1.0; 6], Some(&near), None));
    }

    #[test]
    fn the_levels_of_xtb_ask_for_a_settled_energy_too() {
        let tight = Criteria::named("tight").unwrap();
        assert!(!tight.hold(&[0.0; 6], None, Some(-0.01)));
        assert!(tight.hold(&[0.0; 6], None, Some(-0.0001)));
    }
}
