//! The build-up itself: stems are extended rotor by rotor, and joined.

use super::tables::{Pair, PairTable};
use super::{Builder, Built, Candidate, NEAR_STATE, SAME_STATE, Stem};
use crate::conformers::search::End;
use rayon::prelude::*;

impl Builder<'_, '_> {
    /// The build-up itself.
    pub(super) fn grow(&mut self) -> Result<Built, End> {
        let mut stems = vec![self.reference.clone()];
        for place in 0..self.order.len() {
            let extended = self.extended(&stems, place);
            stems = self.grown(stems, extended, place)?;
            let joined = self.joined(&stems, place);
            stems = self.grown(stems, joined, place)?;
        }
        let rotors = self.singles.iter().filter(|s| s.len() > 1).count();
        Ok(Built {
            rotors,
            stems: stems.len(),
        })
    }

    /// Stems and those that candidates lead to which are expected to be low enough.
    fn grown(&mut self, mut stems: Vec<Stem>, mut candidates: Vec<Candidate>, place: usize) -> Result<Vec<Stem>, End> {
        let limit = self.limit();
        candidates.retain(|c| c.expected <= limit);
        if candidates.len() > self.settings.most_stems {
            return Err(End::Budget);
        }
        let found = self.relax(candidates.into_iter().map(|c| c.x).collect())?;
        let so_far = &self.order[..=place];
        stems.extend(found.into_iter().flatten().filter(|stem| self.rests(stem, so_far)));
        Ok(self.each_once(stems))
    }

    /// Every extension of every stem by the rotor at a place in the order.
    fn extended(&self, stems: &[Stem], place: usize) -> Vec<Candidate> {
        let limit = self.limit();
        let of_stem = |stem: &Stem| {
            let mut candidates = Vec::new();
            self.extend(stem, place, &mut candidates);
            candidates
        };
        let low: Vec<&Stem> = stems.iter().filter(|stem| stem.energy <= limit).collect();
        let candidates: Vec<Vec<Candidate>> = low.into_par_iter().map(of_stem).collect();
        candidates.into_iter().flatten().collect()
    }

    /// Every extension of a stem by the rotor at a place in the order.
    fn extend(&self, stem: &Stem, place: usize, out: &mut Vec<Candidate>) {
        let rotor = self.order[place];
        let earlier = &self.order[..place];
        let tables: Vec<&PairTable> = self
            .tables
            .iter()
            .filter(|t| t.second == rotor && earlier.contains(&t.first))
            .collect();
        let Some((main, others)) = tables.split_first() else {
            let lowest = self.reference.energy;
            for &(angle, energy) in self.singles[rotor].iter().skip(1) {
                out.push(self.candidate(stem, &[(rotor, angle)], energy - lowest));
            }
            return;
        };
        for pair in self.applicable(main, stem) {
            let shifted = stem.angles[main.first] + self.search.rotors[main.first].wrap(pair.values[0] - pair.parent);
            let is_stem = self.search.rotors[rotor].distance(pair.values[1], stem.angles[rotor]) < SAME_STATE
                && self.search.rotors[main.first].distance(pair.values[0], pair.parent) < SAME_STATE;
            if is_stem {
                continue;
            }
            let cost = pair.cost
                + others
                    .iter()
                    .map(|t| self.cost_beside(t, stem, pair.values[1]))
                    .sum::<f64>();
            out.push(self.candidate(stem, &[(main.first, shifted), (rotor, pair.values[1])], cost));
        }
        for value in self.beside_skewed(main, stem) {
            let cost = others.iter().map(|t| self.cost_beside(t, stem, value)).sum::<f64>();
            out.push(self.candidate(stem, &[(rotor, value)], cost));
        }
    }

    /// What the second rotor may do where the first is in a state that it doesn't have alone: all that it does anywhere. Such a state is
    /// held by the rotor before, so that pairs of which it is the first are no minima by themselves and are in no table.
    fn beside_skewed(&self, table: &PairTable, stem: &Stem) -> Vec<f64> {
        let [first, second] = [table.first, table.second].map(|r| &self.search.rotors[r]);
        let at_home = |&(state, _): &(f64, f64)| first.distance(state, stem.angles[table.first]) < SAME_STATE;
        let mut values: Vec<f64> = Vec::new();
        if self.singles[table.first].iter().any(at_home) {
            return values;
        }
        for value in table.pairs.iter().map(|p| p.values[1]) {
            let is_stem = second.distance(value, stem.angles[table.second]) < SAME_STATE;
            if !is_stem && !values.iter().any(|&v| second.distance(v, value) < SAME_STATE) {
                values.push(value);
            }
        }
        values
    }

    fn applicable<'t>(&self, table: &'t PairTable, stem: &Stem) -> impl Iterator<Item = &'t Pair> {
        let (first, value) = (self.search.rotors[table.first].clone(), stem.angles[table.first]);
        table
            .pairs
            .iter()
            .filter(move |p| first.distance(p.parent, value) < NEAR_STATE)
    }

    /// What a state costs beside another neighbour; nothing is charged for what that table doesn't know.
    fn cost_beside(&self, table: &PairTable, stem: &Stem, value: f64) -> f64 {
        let rotor = &self.search.rotors[table.second];
        let near = self
            .applicable(table, stem)
            .filter(|p| rotor.distance(p.values[1], value) < NEAR_STATE);
        let alone = self.singles[table.second]
            .iter()
            .filter(|s| rotor.distance(s.0, value) < NEAR_STATE);
        let alone = alone.map(|s| s.1 - self.reference.energy).fold(0.0, f64::max);
        near.map(|p| p.cost - alone).reduce(f64::min).unwrap_or(0.0)
    }

    fn candidate(&self, stem: &Stem, values: &[(usize, f64)], cost: f64) -> Candidate {
        let mut x = stem.x.clone();
        for &(rotor, value) in values {
            self.search.rotors[rotor].set(&mut x, value);
        }
        Candidate {
            x,
            expected: stem.energy + cost,
        }
    }
}
