//! Lower and upper bounds of all distances, and their smoothing by the triangle inequality (G. M. Crippen and T. F. Havel, Distance
//! Geometry and Molecular Conformation, 1988, chapter 5).

/// Bounds of the distances between n atoms, Å.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    pub n: usize,
    /// Row by row, symmetric.
    lower: Vec<f64>,
    upper: Vec<f64>,
}

impl Bounds {
    /// Nothing known: from 0 to infinity.
    pub fn new(n: usize) -> Self {
        let mut upper = vec![f64::INFINITY; n * n];
        for i in 0..n {
            upper[i * n + i] = 0.0;
        }
        Self {
            n,
            lower: vec![0.0; n * n],
            upper,
        }
    }

    pub fn lower(&self, i: usize, j: usize) -> f64 {
        self.lower[i * self.n + j]
    }

    pub fn upper(&self, i: usize, j: usize) -> f64 {
        self.upper[i * self.n + j]
    }

    /// The row of an atom's lower and upper bounds.
    pub fn row(&self, i: usize) -> (&[f64], &[f64]) {
        let row = i * self.n..(i + 1) * self.n;
        (&self.lower[row.clone()], &self.upper[row])
    }

    pub fn set_lower(&mut self, i: usize, j: usize, value: f64) {
        self.lower[i * self.n + j] = value;
        self.lower[j * self.n + i] = value;
    }

    pub fn set_upper(&mut self, i: usize, j: usize, value: f64) {
        self.upper[i * self.n + j] = value;
        self.upper[j * self.n + i] = value;
    }

    /// Middle of the range, Å; of the upper bound alone where there is none below.
    pub fn middle(&self, i: usize, j: usize) -> f64 {
        (self.lower(i, j) + self.upper(i, j)) / 2.0
    }

    /// No upper bound is longer than a way round (Floyd's algorithm, row by row).
    pub fn smooth_upper(&mut self) {
        let n = self.n;
        let mut through = vec![0.0; n];
        for k in 0..n {
            through.copy_from_slice(&self.upper[k * n..(k + 1) * n]);
            for row in self.upper.chunks_exact_mut(n) {
                let first = row[k];
                if first.is_finite() {
                    for (u, &second) in row.iter_mut().zip(&through) {
                        *u = u.min(first + second);
                    }
                }
            }
        }
    }

    /// No lower bound is shorter than what a long lower bound less a short upper bound leaves; none exceeds its upper bound.
    /// The upper bounds must be smooth.
    pub fn smooth_lower(&mut self) {
        let n = self.n;
        let mut near = vec![0.0; n];
        let mut far = vec![0.0; n];
        for k in 0..n {
            near.copy_from_slice(&self.upper[k * n..(k + 1) * n]);
            far.copy_from_slice(&self.lower[k * n..(k + 1) * n]);
            for (i, row) in self.lower.chunks_exact_mut(n).enumerate() {
                let (near_i, far_i) = (near[i], far[i]);
                for ((l, &near_j), &far_j) in row.iter_mut().zip(&near).zip(&far) {
                    *l = l.max(far_i - near_j).max(far_j - near_i);
                }
                row[i] = 0.0;
            }
        }
        for (l, &u) in self.lower.iter_mut().zip(&self.upper) {
            *l = l.min(u);
        }
    }
}
