//! The best assignment of π bonds and charges to one conjugated component, for each total charge.
//!
//! Dynamic programming over a frontier: atoms are taken one by one, and of all partial drawings that leave the same
//! open π bonds on the atoms with neighbours still to come, and have the same charge so far, only the best goes on.
//! That is exact, and the time grows linearly with the component's length and exponentially with its width only.
//! Where the width makes too many partial drawings, the best [`BEAM`] are kept, so that the time is bounded for any
//! input; the count of steps decides, never a clock.

use super::states::State;

/// Partial drawings kept after each atom.
const BEAM: usize = 3000;
/// Steps remembered for one component; larger components get a narrower beam.
const STEPS: usize = 4_000_000;
/// Atoms that a frontier can hold (four bits each in a key of 128).
const SLOTS: usize = 32;
/// Penalty of two charges of one sign on neighbouring atoms.
const SAME_SIGN: f64 = 3.0;
/// Bonus for opposite charges on neighbouring atoms (never larger than what the charges cost).
const OPPOSITE_SIGN: f64 = 2.0;

/// A bond that can be a double or triple one.
#[derive(Clone, Copy, Debug)]
pub(super) struct PiBond {
    /// Its atoms, as numbers in the component.
    pub atoms: [usize; 2],
    /// Penalties as single, double, triple bond.
    pub penalties: [f64; 3],
    /// Penalty of a negative charge on one atom beside a neutral other.
    pub lone_negative: f64,
}

/// One conjugated component.
#[derive(Debug, Default)]
pub(super) struct Component {
    /// States of each atom.
    pub states: Vec<Vec<State>>,
    /// Bonds between them.
    pub bonds: Vec<PiBond>,
}

/// A whole drawing of the component.
#[derive(Clone, Debug)]
pub(super) struct Drawing {
    /// Total charge.
    pub charge: i32,
    /// Total penalty.
    pub penalty: f64,
    /// State of each atom.
    pub states: Vec<State>,
    /// π bonds of each bond (0 to 2).
    pub pi: Vec<u8>,
}

/// The best drawings found.
#[derive(Debug, Default)]
pub(super) struct Solutions {
    /// The best for each charge, by charge.
    pub drawings: Vec<Drawing>,
    /// Whether the beam cut anything off.
    pub cut: bool,
}

/// An atom's choice, with the way back.
#[derive(Clone, Copy)]
struct Step {
    before: u32,
    state: u8,
    /// Two bits for each bond to an earlier atom.
    pi: u32,
}

#[derive(Clone, Copy)]
struct Partial {
    key: u128,
    charge: i32,
    penalty: f64,
    step: u32,
}

/// What taking one atom means for the frontier.
struct Stage {
    atom: usize,
    /// Bonds to earlier atoms: (bond, slot of the atom).
    back: Vec<(usize, usize)>,
    /// Neighbours still to come.
    ahead: usize,
    /// Slots that stay on the frontier, in order.
    stay: Vec<usize>,
    /// Whether the atom joins the frontier.
    joins: bool,
}

fn adjacency(component: &Component) -> Vec<Vec<(usize, usize)>> {
    let mut neighbors = vec![Vec::new(); component.states.len()];
    for (index, bond) in component.bonds.iter().enumerate() {
        let [a, b] = bond.atoms;
        neighbors[a].push((b, index));
        neighbors[b].push((a, index));
    }
    neighbors
}

/// Takes the atoms in an order that keeps the frontier small: next is the neighbour that opens least and closes most.
fn stages(component: &Component) -> Vec<Stage> {
    let neighbors = adjacency(component);
    let count = neighbors.len();
    let mut left: Vec<usize> = neighbors.iter().map(Vec::len).collect();
    let mut taken = vec![false; count];
    let mut frontier: Vec<usize> = Vec::new();
    let mut stages = Vec::with_capacity(count);
    while stages.len() < count {
        let near = frontier.iter().flat_map(|&f| &neighbors[f]).map(|n| n.0);
        let next = near.filter(|&a| !taken[a]).min_by_key(|&a| {
            let closes = neighbors[a].iter().filter(|n| taken[n.0] && left[n.0] == 1).count();
            (left[a] + 2 * usize::from(left[a] > 0) + 1 - closes.min(left[a] + 1), a)
        });
        let start = || {
            (0..count)
                .filter(|&a| !taken[a])
                .min_by_key(|&a| (neighbors[a].len(), a))
        };
        let Some(atom) = next.or_else(start) else { break };
        taken[atom] = true;
        let slot = |a: usize| frontier.iter().position(|&f| f == a);
        let back: Vec<(usize, usize)> = neighbors[atom]
            .iter()
            .filter_map(|&(a, bond)| slot(a).map(|s| (bond, s)))
            .collect();
        for &(a, _) in &neighbors[atom] {
            left[a] -= 1;
        }
        let stay: Vec<usize> = (0..frontier.len()).filter(|&s| left[frontier[s]] > 0).collect();
        let joins = left[atom] > 0 && stay.len() < SLOTS;
        frontier = stay.iter().map(|&s| frontier[s]).collect();
        if joins {
            frontier.push(atom);
        }
        stages.push(Stage {
            atom,
            back,
            ahead: if joins { left[atom] } else { 0 },
            stay,
            joins,
        });
    }
    stages
}

fn sign_bits(charge: i8) -> u128 {
    match charge {
        0 => 0,
        1.. => 1,
        _ => 2,
    }
}

fn open_pi(key: u128, slot: usize) -> u8 {
    (key >> (4 * slot) & 3) as u8
}

fn sign_at(key: u128, slot: usize) -> u128 {
    key >> (4 * slot + 2) & 3
}

/// Extends partial drawings by one atom.
struct Extension<'a> {
    component: &'a Component,
    stage: &'a Stage,
    state: State,
    /// Index of the state.
    number: u8,
    out: &'a mut Vec<(Partial, Step)>,
}

impl Extension<'_> {
    /// Chooses the order of the bonds to earlier atoms from number `next` on, `left` π bonds being left to place.
    fn place(&mut self, partial: Partial, next: usize, left: u8, pi: u32) {
        let Some(&(bond, slot)) = self.stage.back.get(next) else {
            if usize::from(left) <= 2 * self.stage.ahead {
                self.finish(partial, left, pi);
            }
            return;
        };
        let contact = match (sign_at(partial.key, slot), sign_bits(self.state.charge)) {
            (1, 1) | (2, 2) => SAME_SIGN,
            (1, 2) | (2, 1) => -OPPOSITE_SIGN,
            (0, 2) | (2, 0) => self.component.bonds[bond].lone_negative,
            _ => 0.0,
        };
        let penalties = self.component.bonds[bond].penalties;
        for order in 0..=left.min(2).min(open_pi(partial.key, slot)) {
            let mut longer = partial;
            longer.key -= u128::from(order) << (4 * slot);
            longer.penalty += penalties[usize::from(order)] + contact;
            self.place(longer, next + 1, left - order, pi | u32::from(order) << (2 * next));
        }
    }

    /// Drops the closed atoms from the key, which must have no open π bonds, and adds the new one.
    fn finish(&mut self, partial: Partial, left: u8, pi: u32) {
        let mut key = 0;
        let mut open = 0;
        for (slot, &old) in self.stage.stay.iter().enumerate() {
            key |= (partial.key >> (4 * old) & 15) << (4 * slot);
            open += open_pi(partial.key, old);
        }
        let mut all = 0;
        let mut rest = partial.key;
        while rest != 0 {
            all += (rest & 3) as u8;
            rest >>= 4;
        }
        if all != open {
            return;
        }
        if self.stage.joins {
            key |= (u128::from(left) | sign_bits(self.state.charge) << 2) << (4 * self.stage.stay.len());
        }
        let step = Step {
            before: partial.step,
            state: self.number,
            pi,
        };
        self.out.push((Partial { key, ..partial }, step));
    }
}

/// Solves a component: the best drawing for each charge that can be had from states up to `most` in penalty.
pub(super) fn solve(component: &Component, most: f64) -> Solutions {
    let stages = stages(component);
    let beam = BEAM.min(STEPS / stages.len().max(1)).max(16);
    let mut steps: Vec<Step> = Vec::new();
    let mut partials = vec![Partial {
        key: 0,
        charge: 0,
        penalty: 0.0,
        step: u32::MAX,
    }];
    let mut cut = false;
    for stage in &stages {
        let mut next = Vec::new();
        for &partial in &partials {
            for (number, &state) in component.states[stage.atom].iter().enumerate() {
                if state.penalty > most && number > 0 {
                    continue;
                }
                let mut extension = Extension {
                    component,
                    stage,
                    state,
                    number: number as u8,
                    out: &mut next,
                };
                let with_state = Partial {
                    charge: partial.charge + i32::from(state.charge),
                    penalty: partial.penalty + state.penalty,
                    ..partial
                };
                extension.place(with_state, 0, state.pi, 0);
            }
        }
        cut |= keep_best(&mut next, beam);
        partials = next
            .into_iter()
            .map(|(partial, step)| {
                steps.push(step);
                Partial {
                    step: (steps.len() - 1) as u32,
                    ..partial
                }
            })
            .collect();
    }
    partials.sort_by_key(|p| p.charge);
    let drawings = partials.iter().map(|p| trace(component, &stages, &steps, p));
    Solutions {
        drawings: drawings.collect(),
        cut,
    }
}

/// Keeps the best of each kind, and of these the best `beam`; says whether the beam cut.
fn keep_best(partials: &mut Vec<(Partial, Step)>, beam: usize) -> bool {
    partials.sort_by(|(a, _), (b, _)| {
        let kind = (a.key, a.charge).cmp(&(b.key, b.charge));
        kind.then(a.penalty.total_cmp(&b.penalty))
    });
    partials.dedup_by_key(|(p, _)| (p.key, p.charge));
    if partials.len() <= beam {
        return false;
    }
    // Stable: among equals, the order of the keys decides.
    partials.sort_by(|(a, _), (b, _)| a.penalty.total_cmp(&b.penalty));
    partials.truncate(beam);
    true
}

/// Follows a drawing back through its steps.
fn trace(component: &Component, stages: &[Stage], steps: &[Step], partial: &Partial) -> Drawing {
    let mut states = vec![component.states[0][0]; component.states.len()];
    let mut pi = vec![0; component.bonds.len()];
    let mut at = partial.step;
    for stage in stages.iter().rev() {
        let step = steps[at as usize];
        states[stage.atom] = component.states[stage.atom][usize::from(step.state)];
        for (number, &(bond, _)) in stage.back.iter().enumerate() {
            pi[bond] = (step.pi >> (2 * number) & 3) as u8;
        }
        at = step.before;
    }
    Drawing {
        charge: partial.charge,
        penalty: partial.penalty,
        states,
        pi,
    }
}
