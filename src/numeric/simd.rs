//! Vector implementations of [`Lanes`] for x86-64, and their choice at run time. The only file with unsafe code.
//!
//! Safety: each intrinsic needs its processor feature, and the types `Avx2` and `Avx512` are used only inside
//! the functions of [`dispatch`] that carry this feature, after it was detected. They are private to this file and
//! reach kernels only as the type parameter of [`Kernel::run`], so no other code can make one. Loads and stores go through
//! references to arrays of the full width.
#![allow(unsafe_code, reason = "processor intrinsics; see the safety argument above")]

use super::lanes::{Lanes, Portable};
#[cfg(target_arch = "x86_64")]
use super::{Real, lanes};

/// Which instructions a kernel is run with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Plain Rust.
    Portable,
    /// AVX2 on x86-64: two registers of four.
    Avx2,
    /// AVX-512F on x86-64: one register of eight.
    Avx512,
}

impl Level {
    /// The best that this processor has.
    #[must_use]
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                return Self::Avx512;
            }
            if is_x86_feature_detected!("avx2") {
                return Self::Avx2;
            }
        }
        Self::Portable
    }

    /// All levels that this processor has.
    #[must_use]
    pub fn available() -> Vec<Self> {
        [Self::Portable, Self::Avx2, Self::Avx512]
            .into_iter()
            .filter(|&l| l <= Self::detect())
            .collect()
    }
}

/// A computation written over lanes.
pub trait Kernel {
    /// What comes out.
    type Output;
    /// Runs with these lanes; must be `#[inline(always)]`, like all that it calls.
    fn run<L: Lanes>(self) -> Self::Output;
}

/// Runs a kernel with the instructions of a level; a level that the processor lacks falls back to the best it has.
#[inline]
pub fn dispatch<K: Kernel>(level: Level, kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx512f,avx2,fma")]
        fn avx512<K: Kernel>(kernel: K) -> K::Output {
            kernel.run::<Avx512>()
        }
        #[target_feature(enable = "avx2")]
        fn avx2<K: Kernel>(kernel: K) -> K::Output {
            kernel.run::<Avx2>()
        }
        // Detection is cached by the standard library: a load and a test.
        if level >= Level::Avx512 && is_x86_feature_detected!("avx512f") {
            return unsafe { avx512(kernel) };
        }
        if level >= Level::Avx2 && is_x86_feature_detected!("avx2") {
            return unsafe { avx2(kernel) };
        }
    }
    let _ = level;
    kernel.run::<Portable>()
}

#[cfg(target_arch = "x86_64")]
use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::lanes::WIDTH;
    use super::{Lanes, Real, lanes};
    use std::arch::x86_64::*;
    use std::ops::{Add, Div, Mul, Neg, Sub};

    /// Eight lanes in one AVX-512 register.
    #[derive(Clone, Copy, Debug)]
    pub struct Avx512(__m512d);

    /// Eight lanes in two AVX registers, low lanes first.
    #[derive(Clone, Copy, Debug)]
    pub struct Avx2(__m256d, __m256d);

    macro_rules! operator {
        ($trait:ident, $method:ident, $wide:ident, $half:ident) => {
            impl $trait for Avx512 {
                type Output = Self;
                #[inline(always)]
                fn $method(self, other: Self) -> Self {
                    Self(unsafe { $wide(self.0, other.0) })
                }
            }
            impl $trait for Avx2 {
                type Output = Self;
                #[inline(always)]
                fn $method(self, other: Self) -> Self {
                    unsafe { Self($half(self.0, other.0), $half(self.1, other.1)) }
                }
            }
        };
    }
    operator!(Add, add, _mm512_add_pd, _mm256_add_pd);
    operator!(Sub, sub, _mm512_sub_pd, _mm256_sub_pd);
    operator!(Mul, mul, _mm512_mul_pd, _mm256_mul_pd);
    operator!(Div, div, _mm512_div_pd, _mm256_div_pd);

    impl Neg for Avx512 {
        type Output = Self;
        #[inline(always)]
        fn neg(self) -> Self {
            unsafe {
                let sign = _mm512_set1_epi64(i64::MIN);
                Self(_mm512_castsi512_pd(_mm512_xor_si512(_mm512_castpd_si512(self.0), sign)))
            }
        }
    }
    impl Neg for Avx2 {
        type Output = Self;
        #[inline(always)]
        fn neg(self) -> Self {
            unsafe {
                let sign = _mm256_set1_pd(-0.0);
                Self(_mm256_xor_pd(self.0, sign), _mm256_xor_pd(self.1, sign))
            }
        }
    }

    impl Real for Avx512 {
        #[inline(always)]
        fn constant(value: f64) -> Self {
            Self(unsafe { _mm512_set1_pd(value) })
        }
        #[inline(always)]
        fn scale(self, factor: f64) -> Self {
            self * Self::constant(factor)
        }
        #[inline(always)]
        fn offset(self, term: f64) -> Self {
            self + Self::constant(term)
        }
        #[inline(always)]
        fn recip(self) -> Self {
            Self::constant(1.0) / self
        }
        #[inline(always)]
        fn sqrt(self) -> Self {
            Self(unsafe { _mm512_sqrt_pd(self.0) })
        }
        #[inline(always)]
        fn angle(sine: Self, cosine: Self) -> Self {
            lanes::angle(sine, cosine)
        }
        #[inline(always)]
        fn recip_each<const N: usize>(values: [Self; N]) -> [Self; N] {
            lanes::recip_each(values)
        }
        #[inline(always)]
        fn max(self, floor: f64) -> Self {
            Self(unsafe { _mm512_max_pd(self.0, _mm512_set1_pd(floor)) })
        }
        #[inline(always)]
        fn min(self, ceiling: f64) -> Self {
            Self(unsafe { _mm512_min_pd(self.0, _mm512_set1_pd(ceiling)) })
        }
    }

    impl Real for Avx2 {
        #[inline(always)]
        fn constant(value: f64) -> Self {
            unsafe { Self(_mm256_set1_pd(value), _mm256_set1_pd(value)) }
        }
        #[inline(always)]
        fn scale(self, factor: f64) -> Self {
            self * Self::constant(factor)
        }
        #[inline(always)]
        fn offset(self, term: f64) -> Self {
            self + Self::constant(term)
        }
        #[inline(always)]
        fn recip(self) -> Self {
            Self::constant(1.0) / self
        }
        #[inline(always)]
        fn sqrt(self) -> Self {
            unsafe { Self(_mm256_sqrt_pd(self.0), _mm256_sqrt_pd(self.1)) }
        }
        #[inline(always)]
        fn angle(sine: Self, cosine: Self) -> Self {
            lanes::angle(sine, cosine)
        }
        #[inline(always)]
        fn recip_each<const N: usize>(values: [Self; N]) -> [Self; N] {
            lanes::recip_each(values)
        }
        #[inline(always)]
        fn max(self, floor: f64) -> Self {
            unsafe {
                let f = _mm256_set1_pd(floor);
                Self(_mm256_max_pd(self.0, f), _mm256_max_pd(self.1, f))
            }
        }
        #[inline(always)]
        fn min(self, ceiling: f64) -> Self {
            unsafe {
                let c = _mm256_set1_pd(ceiling);
                Self(_mm256_min_pd(self.0, c), _mm256_min_pd(self.1, c))
            }
        }
    }

    /// Four points (x, y, z, unused) turned into x, y and z of four lanes.
    #[inline(always)]
    fn transpose(points: &[[f64; 4]], indices: &[u32]) -> [__m256d; 3] {
        let row = |lane: usize| unsafe { _mm256_loadu_pd(points[indices[lane] as usize].as_ptr()) };
        let (a, b, c, d) = (row(0), row(1), row(2), row(3));
        unsafe {
            let ab_xz = _mm256_unpacklo_pd(a, b);
            let ab_y = _mm256_unpackhi_pd(a, b);
            let cd_xz = _mm256_unpacklo_pd(c, d);
            let cd_y = _mm256_unpackhi_pd(c, d);
            [
                _mm256_permute2f128_pd(ab_xz, cd_xz, 0x20),
                _mm256_permute2f128_pd(ab_y, cd_y, 0x20),
                _mm256_permute2f128_pd(ab_xz, cd_xz, 0x31),
            ]
        }
    }

    /// Adds x, y and z of four lanes to four points, one after the other.
    #[inline(always)]
    fn transpose_add(points: &mut [[f64; 4]], indices: &[u32], values: [__m256d; 3]) {
        let [x, y, z] = values;
        let rows = unsafe {
            let zero = _mm256_setzero_pd();
            let xy_ac = _mm256_unpacklo_pd(x, y);
            let xy_bd = _mm256_unpackhi_pd(x, y);
            let z_ac = _mm256_unpacklo_pd(z, zero);
            let z_bd = _mm256_unpackhi_pd(z, zero);
            [
                _mm256_permute2f128_pd(xy_ac, z_ac, 0x20),
                _mm256_permute2f128_pd(xy_bd, z_bd, 0x20),
                _mm256_permute2f128_pd(xy_ac, z_ac, 0x31),
                _mm256_permute2f128_pd(xy_bd, z_bd, 0x31),
            ]
        };
        for (lane, row) in rows.into_iter().enumerate() {
            let point = points[indices[lane] as usize].as_mut_ptr();
            unsafe { _mm256_storeu_pd(point, _mm256_add_pd(_mm256_loadu_pd(point), row)) };
        }
    }

    impl Lanes for Avx512 {
        const WIDE: bool = true;
        #[inline(always)]
        fn load(values: &[f64; WIDTH]) -> Self {
            Self(unsafe { _mm512_loadu_pd(values.as_ptr()) })
        }
        #[inline(always)]
        fn store(self, values: &mut [f64; WIDTH]) {
            unsafe { _mm512_storeu_pd(values.as_mut_ptr(), self.0) }
        }
        #[inline(always)]
        fn select(self, mask: u8, other: Self) -> Self {
            Self(unsafe { _mm512_mask_blend_pd(mask, other.0, self.0) })
        }
        #[inline(always)]
        fn less(self, other: Self) -> u8 {
            unsafe { _mm512_cmp_pd_mask(self.0, other.0, _CMP_LT_OQ) }
        }
        #[inline(always)]
        fn gather(points: &[[f64; 4]], indices: &[u32; WIDTH]) -> [Self; 3] {
            let low = transpose(points, &indices[..4]);
            let high = transpose(points, &indices[4..]);
            let join = |l, h| Self(unsafe { _mm512_insertf64x4(_mm512_castpd256_pd512(l), h, 1) });
            [join(low[0], high[0]), join(low[1], high[1]), join(low[2], high[2])]
        }
        #[inline(always)]
        fn scatter_add(points: &mut [[f64; 4]], indices: &[u32; WIDTH], values: [Self; 3]) {
            let low = |v: Self| unsafe { _mm512_castpd512_pd256(v.0) };
            let high = |v: Self| unsafe { _mm512_extractf64x4_pd(v.0, 1) };
            transpose_add(points, &indices[..4], [low(values[0]), low(values[1]), low(values[2])]);
            transpose_add(
                points,
                &indices[4..],
                [high(values[0]), high(values[1]), high(values[2])],
            );
        }
    }

    /// A mask's four low bits as a vector mask for blending.
    #[inline(always)]
    fn expand(mask: u8) -> __m256d {
        unsafe {
            let bits = _mm256_set_epi64x(8, 4, 2, 1);
            let set = _mm256_and_si256(_mm256_set1_epi64x(i64::from(mask)), bits);
            _mm256_castsi256_pd(_mm256_cmpeq_epi64(set, bits))
        }
    }

    impl Lanes for Avx2 {
        #[inline(always)]
        fn load(values: &[f64; WIDTH]) -> Self {
            unsafe {
                Self(
                    _mm256_loadu_pd(values[..4].as_ptr()),
                    _mm256_loadu_pd(values[4..].as_ptr()),
                )
            }
        }
        #[inline(always)]
        fn store(self, values: &mut [f64; WIDTH]) {
            unsafe {
                _mm256_storeu_pd(values[..4].as_mut_ptr(), self.0);
                _mm256_storeu_pd(values[4..].as_mut_ptr(), self.1);
            }
        }
        #[inline(always)]
        fn select(self, mask: u8, other: Self) -> Self {
            unsafe {
                Self(
                    _mm256_blendv_pd(other.0, self.0, expand(mask)),
                    _mm256_blendv_pd(other.1, self.1, expand(mask >> 4)),
                )
            }
        }
        #[inline(always)]
        fn less(self, other: Self) -> u8 {
            unsafe {
                let low = _mm256_movemask_pd(_mm256_cmp_pd(self.0, other.0, _CMP_LT_OQ));
                let high = _mm256_movemask_pd(_mm256_cmp_pd(self.1, other.1, _CMP_LT_OQ));
                (low | high << 4) as u8
            }
        }
        #[inline(always)]
        fn gather(points: &[[f64; 4]], indices: &[u32; WIDTH]) -> [Self; 3] {
            let low = transpose(points, &indices[..4]);
            let high = transpose(points, &indices[4..]);
            [Self(low[0], high[0]), Self(low[1], high[1]), Self(low[2], high[2])]
        }
        #[inline(always)]
        fn scatter_add(points: &mut [[f64; 4]], indices: &[u32; WIDTH], values: [Self; 3]) {
            transpose_add(points, &indices[..4], [values[0].0, values[1].0, values[2].0]);
            transpose_add(points, &indices[4..], [values[0].1, values[1].1, values[2].1]);
        }
    }
}
