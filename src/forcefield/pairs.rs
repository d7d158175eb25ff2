//! Which non-bonded pairs interact: rows of atoms against blocks of eight, with masks.
//!
//! Atoms are laid out in slots, eight to a block, in the order of the molecule (all pairs) or sorted in space (with a cutoff).
//! Each atom has a row of entries: a block, the lanes of it that count, and those among them that are 1-4 pairs. A pair
//! occurs once, in the row of its lower slot.

use crate::chem::Molecule;
use crate::numeric::WIDTH;

/// A slot that holds no atom.
pub(super) const EMPTY: u32 = u32::MAX;

/// One block of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// Block number.
    pub block: u32,
    /// Lanes that interact with the row's atom.
    pub mask: u8,
    /// Lanes that are 1-4 pairs, whose electrostatics is scaled.
    pub scaled: u8,
}

/// Bonded relations of each atom: 1-2 and 1-3 partners are excluded, 1-4 partners scaled.
#[derive(Debug, Default)]
pub(super) struct Exclusions {
    starts: Vec<u32>,
    /// Partner, and whether the pair is 1-4 (else excluded). Sorted by partner.
    partners: Vec<(u32, bool)>,
}

impl Exclusions {
    /// From the bond graph, linear in the number of atoms. A pair that is both (in a small ring) counts as the closer relation.
    pub fn new(molecule: &Molecule) -> Self {
        let n = molecule.len();
        let mut starts = Vec::with_capacity(n + 1);
        starts.push(0);
        let mut partners = Vec::new();
        let mut nearest: Vec<(u32, u8)> = Vec::new();
        for atom in 0..n {
            nearest.clear();
            for first in molecule.neighbors(atom) {
                nearest.push((first.atom as u32, 1));
                for second in molecule.neighbors(first.atom).iter().filter(|s| s.atom != atom) {
                    nearest.push((second.atom as u32, 2));
                    let thirds = molecule.neighbors(second.atom).iter();
                    for third in thirds.filter(|t| t.atom != first.atom && t.atom != atom) {
                        nearest.push((third.atom as u32, 3));
                    }
                }
            }
            nearest.sort_unstable();
            nearest.dedup_by_key(|p| p.0);
            partners.extend(nearest.iter().map(|&(partner, bonds)| (partner, bonds == 3)));
            starts.push(partners.len() as u32);
        }
        Self { starts, partners }
    }

    /// An atom's partners: index, and whether the pair is 1-4 (else it is excluded).
    pub fn of(&self, atom: usize) -> &[(u32, bool)] {
        &self.partners[self.starts[atom] as usize..self.starts[atom + 1] as usize]
    }
}

/// The list of interacting pairs.
#[derive(Debug, Default)]
pub(super) struct PairList {
    /// Atom in each slot, or [`EMPTY`].
    pub atom_of: Vec<u32>,
    /// Slot of each atom.
    pub slot_of: Vec<u32>,
    /// `entries[starts[s]..starts[s + 1]]` is the row of slot s.
    pub starts: Vec<u32>,
    /// All rows.
    pub entries: Vec<Entry>,
    cells: Cells,
    row: Row,
}

/// Scratch for one row under construction.
#[derive(Debug, Default)]
struct Row {
    /// Position of each block's entry in the row, valid where its stamp is the row's.
    place: Vec<(u32, u32)>,
}

impl PairList {
    /// Number of blocks.
    pub fn blocks(&self) -> usize {
        self.atom_of.len() / WIDTH
    }

    /// Calls `visit` with each pair: two atoms, and whether they are 1-4.
    pub fn for_each_pair(&self, visit: &mut dyn FnMut(usize, usize, bool)) {
        for (slot, &i) in self.atom_of.iter().enumerate().filter(|(_, a)| **a != EMPTY) {
            let row = self.starts[slot] as usize..self.starts[slot + 1] as usize;
            for entry in &self.entries[row] {
                for lane in (0..WIDTH).filter(|lane| entry.mask >> lane & 1 == 1) {
                    let j = self.atom_of[entry.block as usize * WIDTH + lane];
                    visit(i as usize, j as usize, entry.scaled >> lane & 1 == 1);
                }
            }
        }
    }

    /// All pairs, in the order of the atoms.
    pub fn all(exclusions: &Exclusions, atoms: usize) -> Self {
        let mut list = Self::default();
        let slots = atoms.next_multiple_of(WIDTH);
        list.atom_of = (0..slots).map(|s| if s < atoms { s as u32 } else { EMPTY }).collect();
        list.slot_of = (0..atoms as u32).collect();
        let blocks = slots / WIDTH;
        list.entries.reserve(atoms * (blocks + 1) / 2 + atoms);
        list.build(exclusions, |_, own, row| row.extend(own as u32..blocks as u32));
        list
    }

    /// Pairs within `reach` (Å) at `x`, with atoms sorted in space; linear in the number of atoms. Reuses its memory.
    pub fn near(&mut self, exclusions: &Exclusions, x: &[f64], reach: f64) {
        let mut cells = std::mem::take(&mut self.cells);
        cells.sort(x, &mut self.atom_of, &mut self.slot_of);
        let atom_of = std::mem::take(&mut self.atom_of);
        let cells_ref = &mut cells;
        let mut cluster = usize::MAX;
        let mut candidates = std::mem::take(&mut cells_ref.candidates);
        let mut finder = |slot: usize, own: usize, row: &mut Vec<u32>| {
            if cluster != own {
                cells_ref.neighbors(own, reach, &mut candidates);
                cluster = own;
            }
            let p = position(x, atom_of[slot] as usize);
            for &block in &candidates {
                let lanes = &atom_of[block as usize * WIDTH..][..WIDTH];
                let close =
                    |&other: &u32| other != EMPTY && distance_square(p, position(x, other as usize)) < reach * reach;
                if block as usize == own || lanes.iter().any(close) {
                    row.push(block);
                }
            }
        };
        self.build_with(&atom_of, exclusions, &mut finder);
        cells.candidates = candidates;
        self.atom_of = atom_of;
        self.cells = cells;
    }

    fn build(&mut self, exclusions: &Exclusions, mut blocks_of: impl FnMut(usize, usize, &mut Vec<u32>)) {
        let atom_of = std::mem::take(&mut self.atom_of);
        self.build_with(&atom_of, exclusions, &mut blocks_of);
        self.atom_of = atom_of;
    }

    /// Fills the rows. `blocks_of(slot, own block, out)` names the blocks of a row, ascending from the own one.
    fn build_with(
        &mut self,
        atom_of: &[u32],
        exclusions: &Exclusions,
        blocks_of: &mut dyn FnMut(usize, usize, &mut Vec<u32>),
    ) {
        let full: Vec<u8> = atom_of
            .chunks_exact(WIDTH)
            .map(|lanes| {
                lanes
                    .iter()
                    .enumerate()
                    .fold(0, |m, (i, &a)| m | u8::from(a != EMPTY) << i)
            })
            .collect();
        self.row.place.clear();
        self.row.place.resize(full.len(), (u32::MAX, 0));
        self.entries.clear();
        self.starts.clear();
        self.starts.push(0);
        let mut blocks = Vec::new();
        for (slot, &atom) in atom_of.iter().enumerate() {
            if atom != EMPTY {
                let own = slot / WIDTH;
                blocks.clear();
                blocks_of(slot, own, &mut blocks);
                let first = self.entries.len();
                for &block in &blocks {
                    let later = if block as usize == own {
                        0xfe_u8 << (slot % WIDTH)
                    } else {
                        0xff
                    };
                    self.row.place[block as usize] = (slot as u32, self.entries.len() as u32);
                    self.entries.push(Entry {
                        block,
                        mask: full[block as usize] & later,
                        scaled: 0,
                    });
                }
                self.exclude(slot, exclusions.of(atom as usize));
                let mut kept = first;
                for e in first..self.entries.len() {
                    if self.entries[e].mask != 0 {
                        self.entries[kept] = self.entries[e];
                        kept += 1;
                    }
                }
                self.entries.truncate(kept);
            }
            self.starts.push(self.entries.len() as u32);
        }
    }

    fn exclude(&mut self, slot: usize, partners: &[(u32, bool)]) {
        for &(partner, scaled) in partners {
            let other = self.slot_of[partner as usize] as usize;
            let (stamp, entry) = self.row.place[other / WIDTH];
            if other < slot || stamp != slot as u32 {
                continue;
            }
            let bit = 1 << (other % WIDTH);
            let entry = &mut self.entries[entry as usize];
            if scaled {
                entry.scaled |= bit & entry.mask;
            } else {
                entry.mask &= !bit;
            }
        }
    }
}

fn position(x: &[f64], atom: usize) -> [f64; 3] {
    [x[3 * atom], x[3 * atom + 1], x[3 * atom + 2]]
}

fn distance_square(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|k| (a[k] - b[k]).powi(2)).sum()
}

/// Atoms in columns along z, cut into clusters of eight with bounding boxes (Páll and Hess 2013).
#[derive(Debug, Default)]
struct Cells {
    origin: [f64; 2],
    side: f64,
    shape: [usize; 2],
    order: Vec<(u32, f64, u32)>,
    /// First cluster of each column.
    columns: Vec<u32>,
    /// Bounding box of each cluster: lower corner, upper corner.
    boxes: Vec<[[f64; 3]; 2]>,
    candidates: Vec<u32>,
}

impl Cells {
    /// Sorts atoms into columns and clusters; fills the slots.
    fn sort(&mut self, x: &[f64], atom_of: &mut Vec<u32>, slot_of: &mut Vec<u32>) {
        let n = x.len() / 3;
        let (mut low, mut high) = ([f64::INFINITY; 3], [f64::NEG_INFINITY; 3]);
        for atom in 0..n {
            let p = position(x, atom);
            for k in 0..3 {
                low[k] = low[k].min(p[k]);
                high[k] = high[k].max(p[k]);
            }
        }
        let extent: Vec<f64> = (0..3).map(|k| (high[k] - low[k]).max(1.0)).collect();
        // Columns such that a cluster of eight is about a cube, and never more columns than atoms.
        let cube = (extent[0] * extent[1] * extent[2] * WIDTH as f64 / n.max(1) as f64).cbrt();
        self.side = cube.max((extent[0] * extent[1] / n.max(1) as f64).sqrt()).max(1.0);
        self.origin = [low[0], low[1]];
        self.shape = [
            (extent[0] / self.side) as usize + 1,
            (extent[1] / self.side) as usize + 1,
        ];
        self.order.clear();
        for atom in 0..n {
            let [px, py, pz] = position(x, atom);
            let column = self.column(0, px) * self.shape[1] + self.column(1, py);
            self.order.push((column as u32, pz, atom as u32));
        }
        self.order
            .sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
        self.fill(x, atom_of, slot_of);
    }

    fn column(&self, axis: usize, value: f64) -> usize {
        (((value - self.origin[axis]) / self.side).max(0.0) as usize).min(self.shape[axis] - 1)
    }

    fn fill(&mut self, x: &[f64], atom_of: &mut Vec<u32>, slot_of: &mut Vec<u32>) {
        atom_of.clear();
        slot_of.clear();
        slot_of.resize(self.order.len(), 0);
        self.columns.clear();
        self.boxes.clear();
        let mut next = 0;
        for column in 0..(self.shape[0] * self.shape[1]) as u32 {
            self.columns.push((atom_of.len() / WIDTH) as u32);
            let end = next + self.order[next..].partition_point(|o| o.0 == column);
            for cluster in self.order[next..end].chunks(WIDTH) {
                let mut bounds = [[f64::INFINITY; 3], [f64::NEG_INFINITY; 3]];
                for &(_, _, atom) in cluster {
                    let p = position(x, atom as usize);
                    for k in 0..3 {
                        bounds[0][k] = bounds[0][k].min(p[k]);
                        bounds[1][k] = bounds[1][k].max(p[k]);
                    }
                    slot_of[atom as usize] = atom_of.len() as u32;
                    atom_of.push(atom);
                }
                atom_of.resize(atom_of.len().next_multiple_of(WIDTH), EMPTY);
                self.boxes.push(bounds);
            }
            next = end;
        }
        self.columns.push((atom_of.len() / WIDTH) as u32);
    }

    /// Clusters from `own` on whose boxes come within `reach` of its box, ascending.
    fn neighbors(&self, own: usize, reach: f64, out: &mut Vec<u32>) {
        out.clear();
        let bounds = self.boxes[own];
        let range =
            |axis: usize| self.column(axis, bounds[0][axis] - reach)..=self.column(axis, bounds[1][axis] + reach);
        for cx in range(0) {
            for cy in range(1) {
                let column = cx * self.shape[1] + cy;
                let start = (self.columns[column] as usize).max(own);
                let end = self.columns[column + 1] as usize;
                if start >= end {
                    continue;
                }
                // Within a column clusters ascend in z.
                let first = self.boxes[start..end].partition_point(|b| b[1][2] < bounds[0][2] - reach);
                for cluster in start + first..end {
                    let other = self.boxes[cluster];
                    if other[0][2] > bounds[1][2] + reach {
                        break;
                    }
                    let gap: f64 = (0..3)
                        .map(|k| {
                            (other[0][k] - bounds[1][k])
                                .max(bounds[0][k] - other[1][k])
                                .max(0.0)
                                .powi(2)
                        })
                        .sum();
                    if gap < reach * reach {
                        out.push(cluster as u32);
                    }
                }
            }
        }
        debug_assert!(out.first() == Some(&(own as u32)));
    }
}
