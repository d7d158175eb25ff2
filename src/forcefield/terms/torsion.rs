//! Torsion, over the cosine of the dihedral φ. Only cosines of multiples of φ occur, so that no angle is ever needed.

use super::{Interaction, slope};
use crate::geometry::{DihedralCosine, Vector};
use crate::numeric::{Over, Real};

/// MMFF94 torsion: E = ½ [V1 (1 + cos φ) + V2 (1 − cos 2φ) + V3 (1 + cos 3φ)] (Halgren 1996, part I, eq 7).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThreefoldTorsion<S = f64> {
    /// V1, V2 and V3, kcal/mol.
    pub barriers: [S; 3],
}

impl<C: Real> ThreefoldTorsion<C> {
    /// The same parameters as numbers of another kind.
    pub fn lift<S>(self, lift: impl Fn(C) -> S + Copy) -> ThreefoldTorsion<S> {
        ThreefoldTorsion {
            barriers: self.barriers.map(lift),
        }
    }

    /// Energy (kcal/mol) at the cosine of the dihedral.
    #[inline(always)]
    pub fn energy<S: Over<C>>(&self, cosine: S) -> S {
        let [v1, v2, v3] = self.barriers;
        let square = cosine.square();
        // 1 − cos 2φ = 2 − 2 cos²φ; 1 + cos 3φ = 1 − 3 cos φ + 4 cos³φ.
        let sum = cosine.offset(1.0).times(v1)
            + square.scale(-2.0).offset(2.0).times(v2)
            + (square.scale(4.0).offset(-3.0) * cosine).offset(1.0).times(v3);
        sum.scale(0.5)
    }
}

/// UFF torsion: E = V/2 (1 − cos nφ0 cos nφ) with n from 1 to 6 (Rappé 1992, eq 15), as a polynomial in cos φ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineTorsion<S = f64> {
    /// V, kcal/mol, already divided by the number of torsions about the bond.
    pub barrier: S,
    /// cos nφ0 cos nφ as coefficients of cos φ to the powers 0 … 6.
    pub polynomial: [S; 7],
}

impl CosineTorsion {
    /// The form for periodicity `n` from 1 to 6 and cos nφ0 (1 or −1).
    #[must_use]
    pub fn new(barrier: f64, n: u8, cos_n_phi0: f64) -> Self {
        // Chebyshev polynomials of the first kind: cos nφ = T_n(cos φ).
        let chebyshev: [f64; 7] = match n {
            1 => [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            2 => [-1.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0],
            3 => [0.0, -3.0, 0.0, 4.0, 0.0, 0.0, 0.0],
            4 => [1.0, 0.0, -8.0, 0.0, 8.0, 0.0, 0.0],
            5 => [0.0, 5.0, 0.0, -20.0, 0.0, 16.0, 0.0],
            _ => [-1.0, 0.0, 18.0, 0.0, -48.0, 0.0, 32.0],
        };
        Self {
            barrier,
            polynomial: chebyshev.map(|c| c * cos_n_phi0),
        }
    }
}

impl<C: Real> CosineTorsion<C> {
    /// The same parameters as numbers of another kind.
    pub fn lift<S>(self, lift: impl Fn(C) -> S + Copy) -> CosineTorsion<S> {
        CosineTorsion {
            barrier: lift(self.barrier),
            polynomial: self.polynomial.map(lift),
        }
    }

    /// Energy (kcal/mol) at the cosine of the dihedral.
    #[inline(always)]
    pub fn energy<S: Over<C>>(&self, cosine: S) -> S {
        let [a0, a1, a2, a3, a4, a5, a6] = self.polynomial;
        let high = ((cosine.times(a6).plus(a5)) * cosine).plus(a4) * cosine;
        let sum = (((high.plus(a3) * cosine).plus(a2) * cosine).plus(a1)) * cosine;
        (-sum).plus(-a0).offset(1.0).times(self.barrier.scale(0.5))
    }
}

impl Interaction<4, 3> for ThreefoldTorsion {
    fn parameters(&self) -> [f64; 3] {
        self.barriers
    }

    #[inline(always)]
    fn energy_gradient<S: Real>([i, j, k, l]: [Vector<S>; 4], parameters: [S; 3]) -> ([S; 2], [Vector<S>; 4]) {
        let barriers = parameters;
        let torsion = ThreefoldTorsion { barriers };
        let dihedral = DihedralCosine::new(i, j, k, l);
        let (energy, slope) = slope(dihedral.value, |cosine| torsion.energy(cosine));
        ([energy, S::constant(0.0)], dihedral.gradient(slope))
    }
}

impl Interaction<4, 8> for CosineTorsion {
    fn parameters(&self) -> [f64; 8] {
        let [a0, a1, a2, a3, a4, a5, a6] = self.polynomial;
        [self.barrier, a0, a1, a2, a3, a4, a5, a6]
    }

    #[inline(always)]
    fn energy_gradient<S: Real>([i, j, k, l]: [Vector<S>; 4], parameters: [S; 8]) -> ([S; 2], [Vector<S>; 4]) {
        let [barrier, a0, a1, a2, a3, a4, a5, a6] = parameters;
        let torsion = CosineTorsion {
            barrier,
            polynomial: [a0, a1, a2, a3, a4, a5, a6],
        };
        let dihedral = DihedralCosine::new(i, j, k, l);
        let (energy, slope) = slope(dihedral.value, |cosine| torsion.energy(cosine));
        ([energy, S::constant(0.0)], dihedral.gradient(slope))
    }
}
