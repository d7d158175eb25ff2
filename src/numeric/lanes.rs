//! Eight numbers at a time: the trait that vector kernels are written over, and its portable implementation.
//!
//! All implementations perform the same IEEE operations in the same order, so that they agree to the last bit
//! whatever the processor: no fused multiply-add, no approximate reciprocals.

use super::Real;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// Number of lanes.
pub const WIDTH: usize = 8;

/// Eight lanes of `f64`.
pub trait Lanes: Real {
    /// Whether one register holds all eight, and there are 32 of them.
    const WIDE: bool = false;
    /// Reads eight numbers.
    fn load(values: &[f64; WIDTH]) -> Self;
    /// Writes eight numbers.
    fn store(self, values: &mut [f64; WIDTH]);
    /// Lane by lane: `self` where the mask's bit is set, else `other`.
    fn select(self, mask: u8, other: Self) -> Self;
    /// Mask of the lanes where `self < other`.
    fn less(self, other: Self) -> u8;
    /// Reads x, y and z of eight points (each point is x, y, z, and one unused number).
    fn gather(points: &[[f64; 4]], indices: &[u32; WIDTH]) -> [Self; 3];
    /// Adds to x, y and z of eight points, one after the other (an index may occur twice).
    fn scatter_add(points: &mut [[f64; 4]], indices: &[u32; WIDTH], values: [Self; 3]);

    /// Sum of the eight lanes, pairwise.
    #[inline(always)]
    fn sum(self) -> f64 {
        let mut v = [0.0; WIDTH];
        self.store(&mut v);
        ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]))
    }
}

/// atan(√z)/√z on 0 ≤ z ≤ tan²(π/8), by powers of z: Chebyshev fit made for this project, error below 3e-18.
const ATAN: [f64; 13] = [
    1.0,
    -0.333_333_333_333_333_26,
    0.199_999_999_999_970_12,
    -0.142_857_142_853_293_6,
    0.111_111_110_853_012_38,
    -0.090_909_080_582_984_1,
    0.076_922_810_836_789_01,
    -0.066_662_050_231_780_91,
    0.058_768_317_098_427_496,
    -0.052_172_979_196_550_59,
    0.044_994_415_067_496_046,
    -0.033_386_452_259_033_17,
    0.015_112_376_431_495_17,
];

/// [`Real::angle`] for lanes: 2 atan(a/(1 + b)) with a and b the smaller and the larger of sine and |cosine|,
/// reflected into the right octant.
#[inline(always)]
pub(super) fn angle<L: Lanes>(sine: L, cosine: L) -> L {
    let zero = L::constant(0.0);
    let obtuse = cosine.less(zero);
    let magnitude = (-cosine).select(obtuse, cosine);
    let steep = magnitude.less(sine);
    let smaller = magnitude.select(steep, sine);
    let larger = sine.select(steep, magnitude);
    let t = smaller / larger.offset(1.0);
    let z = t * t;
    // Estrin's scheme: short dependency chains.
    let z2 = z * z;
    let z4 = z2 * z2;
    let z8 = z4 * z4;
    let pair = |k: usize| z.scale(ATAN[k + 1]).offset(ATAN[k]);
    let low = pair(0) + pair(2) * z2 + (pair(4) + pair(6) * z2) * z4;
    let high = pair(8) + pair(10) * z2 + z4.scale(ATAN[12]);
    let acute = (t * (low + high * z8)).scale(2.0);
    let half_pi = std::f64::consts::FRAC_PI_2;
    let acute = (-acute).offset(half_pi).select(steep, acute);
    (-acute).offset(std::f64::consts::PI).select(obtuse, acute)
}

/// One division for the reciprocals of several numbers (Montgomery's trick).
#[inline(always)]
pub(super) fn recip_each<L: Lanes, const N: usize>(values: [L; N]) -> [L; N] {
    let mut out = values;
    for i in 1..N {
        out[i] = out[i - 1] * values[i];
    }
    let mut inverse = out[N - 1].recip();
    for i in (1..N).rev() {
        out[i] = inverse * out[i - 1];
        inverse = inverse * values[i];
    }
    out[0] = inverse;
    out
}

/// Eight lanes in plain Rust: the scalar twin of the vector implementations, and the code for processors without them.
#[derive(Clone, Copy, Debug)]
pub struct Portable([f64; WIDTH]);

impl Portable {
    #[inline(always)]
    fn map2(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut out = self.0;
        for (a, b) in out.iter_mut().zip(other.0) {
            *a = f(*a, b);
        }
        Self(out)
    }

    #[inline(always)]
    fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let mut out = self.0;
        for a in &mut out {
            *a = f(*a);
        }
        Self(out)
    }
}

impl Add for Portable {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.map2(other, |a, b| a + b)
    }
}
impl Sub for Portable {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.map2(other, |a, b| a - b)
    }
}
impl Mul for Portable {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.map2(other, |a, b| a * b)
    }
}
impl Div for Portable {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.map2(other, |a, b| a / b)
    }
}
impl Neg for Portable {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(|a| -a)
    }
}

impl Real for Portable {
    #[inline(always)]
    fn constant(value: f64) -> Self {
        Self([value; WIDTH])
    }
    #[inline(always)]
    fn scale(self, factor: f64) -> Self {
        self.map(|a| a * factor)
    }
    #[inline(always)]
    fn offset(self, term: f64) -> Self {
        self.map(|a| a + term)
    }
    #[inline(always)]
    fn recip(self) -> Self {
        self.map(|a| 1.0 / a)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        self.map(f64::sqrt)
    }
    #[inline(always)]
    fn angle(sine: Self, cosine: Self) -> Self {
        angle(sine, cosine)
    }
    #[inline(always)]
    fn recip_each<const N: usize>(values: [Self; N]) -> [Self; N] {
        recip_each(values)
    }
    #[inline(always)]
    fn max(self, floor: f64) -> Self {
        self.map(|a| if a > floor { a } else { floor })
    }
    #[inline(always)]
    fn min(self, ceiling: f64) -> Self {
        self.map(|a| if a < ceiling { a } else { ceiling })
    }
}

impl Lanes for Portable {
    #[inline(always)]
    fn load(values: &[f64; WIDTH]) -> Self {
        Self(*values)
    }
    #[inline(always)]
    fn store(self, values: &mut [f64; WIDTH]) {
        *values = self.0;
    }
    #[inline(always)]
    fn select(self, mask: u8, other: Self) -> Self {
        let mut out = other.0;
        for (i, o) in out.iter_mut().enumerate() {
            if mask >> i & 1 == 1 {
                *o = self.0[i];
            }
        }
        Self(out)
    }
    #[inline(always)]
    fn less(self, other: Self) -> u8 {
        let mut mask = 0;
        for i in 0..WIDTH {
            mask |= u8::from(self.0[i] < other.0[i]) << i;
        }
        mask
    }
    #[inline(always)]
    fn gather(points: &[[f64; 4]], indices: &[u32; WIDTH]) -> [Self; 3] {
        let mut out = [[0.0; WIDTH]; 3];
        for (lane, &index) in indices.iter().enumerate() {
            let point = &points[index as usize];
            for axis in 0..3 {
                out[axis][lane] = point[axis];
            }
        }
        [Self(out[0]), Self(out[1]), Self(out[2])]
    }
    #[inline(always)]
    fn scatter_add(points: &mut [[f64; 4]], indices: &[u32; WIDTH], values: [Self; 3]) {
        for (lane, &index) in indices.iter().enumerate() {
            let point = &mut points[index as usize];
            for axis in 0..3 {
                point[axis] += values[axis].0[lane];
            }
        }
    }
}
