//! The dihedral i–j–k–l about the bond j–k, by its cosine (cis is +1).

use super::Vector;
use super::distance::TINY;
use crate::numeric::Real;

/// The cosine of a dihedral with its gradient.
#[derive(Clone, Copy, Debug)]
pub struct DihedralCosine<S> {
    /// The cosine.
    pub value: S,
    bonds: [Vector<S>; 3],
    /// Derivatives with respect to the two plane normals, as vectors.
    slopes: [Vector<S>; 2],
}

impl<S: Real> DihedralCosine<S> {
    /// Of four positions (Å). Where three atoms in a row are in line the value is without meaning but finite.
    #[inline(always)]
    pub fn new(i: Vector<S>, j: Vector<S>, k: Vector<S>, l: Vector<S>) -> Self {
        let bonds = [j - i, k - j, l - k];
        let m = bonds[0].cross(bonds[1]);
        let n = bonds[1].cross(bonds[2]);
        let m_square = m.square().max(TINY);
        let n_square = n.square().max(TINY);
        let product = (m_square * n_square).sqrt();
        let [inverse, m_inverse, n_inverse] = S::recip_each([product, m_square, n_square]);
        let value = m.dot(n) * inverse;
        let slopes = [
            n.times(inverse) - m.times(value * m_inverse),
            m.times(inverse) - n.times(value * n_inverse),
        ];
        Self { value, bonds, slopes }
    }

    /// `slope` times the gradient of the cosine with respect to i, j, k and l.
    #[inline(always)]
    pub fn gradient(&self, slope: S) -> [Vector<S>; 4] {
        let [b1, b2, b3] = self.bonds;
        let f_m = self.slopes[0].times(slope);
        let f_n = self.slopes[1].times(slope);
        // f·(δa×b) = δa·(b×f) and f·(a×δb) = δb·(f×a), for the normals b1×b2 and b2×b3.
        let g1 = b2.cross(f_m);
        let g2 = f_m.cross(b1) + b3.cross(f_n);
        let g3 = f_n.cross(b2);
        [-g1, g1 - g2, g2 - g3, g3]
    }
}

/// The signed dihedral (cis is 0, clockwise from i to l positive, looking from j to k) with its gradient (Blondel and Karplus,
/// J. Comput. Chem. 17, 1132 (1996)), which has no pole at 0 and π. Its value is for plain and dual numbers only: the sine has either sign.
#[derive(Clone, Copy, Debug)]
pub struct Dihedral<S> {
    sine: S,
    cosine: S,
    bonds: [Vector<S>; 3],
    normals: [Vector<S>; 2],
    /// Squared lengths of the normals, inverted.
    inverses: [S; 2],
    length: S,
}

impl<S: Real> Dihedral<S> {
    /// Of four positions (Å).
    #[inline(always)]
    pub fn new(i: Vector<S>, j: Vector<S>, k: Vector<S>, l: Vector<S>) -> Self {
        let bonds = [j - i, k - j, l - k];
        let m = bonds[0].cross(bonds[1]);
        let n = bonds[1].cross(bonds[2]);
        let m_square = m.square().max(TINY);
        let n_square = n.square().max(TINY);
        let length = bonds[1].square().max(TINY).sqrt();
        let [inverse, m_inverse, n_inverse] = S::recip_each([(m_square * n_square).sqrt(), m_square, n_square]);
        Self {
            sine: bonds[0].dot(n) * length * inverse,
            cosine: m.dot(n) * inverse,
            bonds,
            normals: [m, n],
            inverses: [m_inverse, n_inverse],
            length,
        }
    }

    /// The dihedral, from −π to π.
    pub fn value(&self) -> S {
        S::angle(self.sine, self.cosine)
    }

    /// Its cosine.
    #[inline(always)]
    pub fn cosine(&self) -> S {
        self.cosine
    }

    /// Its gradient with respect to i, j, k and l.
    #[inline(always)]
    pub fn gradient(&self) -> [Vector<S>; 4] {
        let [b1, b2, b3] = self.bonds;
        let i = self.normals[0].times(-(self.length * self.inverses[0]));
        let l = self.normals[1].times(self.length * self.inverses[1]);
        let per_square = (self.length * self.length).recip();
        // How far the ends' motions turn the middle: their projections on the axis.
        let p = b1.dot(b2) * per_square;
        let q = b3.dot(b2) * per_square;
        let j = -i - i.times(p) + l.times(q);
        let k = -l - l.times(q) + i.times(p);
        [i, j, k, l]
    }
}
