//! Which bonds get the marks `/` and `\`, so that each double bond's sides can be told.

use super::emit::Walk;
use super::plan::{Parts, Plan};
use crate::chem::BondOrder;
use crate::chem::canonical::{ABSENT, Pair};

/// For each bond whether its second atom, as written, is above (1) or below (-1) the first; 0 for bonds without a mark.
pub(super) fn directions(parts: &Parts, plan: &Plan, walk: &Walk, notes: &mut Vec<String>) -> Vec<i8> {
    let mut up = vec![0; parts.molecule.bonds().len()];
    if plan.pairs.is_empty() {
        return up;
    }
    let mut solver = Solver {
        parts,
        walk,
        root: (0..up.len()).collect(),
        turned: vec![false; up.len()],
        marked: Vec::new(),
    };
    let mut sorted: Vec<&Pair> = plan.pairs.iter().collect();
    sorted.sort_by_key(|p| p.atoms.map(|a| walk.place[a]).into_iter().min());
    let carriers: Vec<[Option<Carrier>; 2]> = sorted
        .iter()
        .map(|p| [0, 1].map(|end| solver.carrier(p, end)))
        .collect();
    let mut sound = true;
    for (pair, carriers) in sorted.iter().zip(&carriers) {
        let [Some(a), Some(b)] = *carriers else {
            sound = false;
            continue;
        };
        // The two carriers' ligands are on one side if the reference ligands are, unless one carrier is not the reference's.
        let cis = pair.cis != (a.second != b.second);
        sound &= solver.relate(a, b, cis);
    }
    // Marks that other double bonds have put on both ligands of an end must fit each other.
    for pair in &sorted {
        for end in 0..2 {
            let [first, second] = [0, 1].map(|k| solver.on(pair, end, k));
            if let (Some(first), Some(second)) = (first, second)
                && solver.marked.contains(&first.bond)
                && solver.marked.contains(&second.bond)
            {
                sound &= solver.relate(first, second, false);
            }
        }
    }
    if !sound || solver.tells_too_much() {
        notes.push(
            "a configuration of double bonds that SMILES marks can't state alone is not written as it is".to_owned(),
        );
    }
    solver.assign(&mut up);
    up
}

/// A single bond at the end of a double bond, which can carry its mark.
#[derive(Clone, Copy)]
struct Carrier {
    bond: usize,
    /// Whether it leads to the second ligand of the end, not to the one that cis and trans refer to.
    second: bool,
    /// Whether the double bond's atom is written before the ligand.
    outward: bool,
}

/// Relations between the directions of bonds: sets of bonds, in each of which one direction gives all.
struct Solver<'a> {
    parts: &'a Parts,
    walk: &'a Walk,
    root: Vec<usize>,
    /// Whether a bond has the direction opposite to that of its root.
    turned: Vec<bool>,
    marked: Vec<usize>,
}

impl Solver<'_> {
    /// The bond to a ligand, where it can carry a mark.
    fn on(&self, pair: &Pair, end: usize, k: usize) -> Option<Carrier> {
        let (atom, ligand) = (pair.atoms[end], pair.ligands[end][k]);
        let bond = (ligand != ABSENT).then(|| self.parts.molecule.bond_between(atom, ligand))??;
        let single = self.parts.molecule.bond(bond).order == BondOrder::Single && !self.parts.aromatic.1[bond];
        single.then(|| Carrier {
            bond,
            second: k == 1,
            outward: self.walk.place[atom] < self.walk.place[ligand],
        })
    }

    /// The bond that carries an end's mark: one that has a mark already, or that no unspecified double bond would read as its own, within
    /// the chain and not a ring bond's number, the first that is written.
    fn carrier(&mut self, pair: &Pair, end: usize) -> Option<Carrier> {
        let key = |c: &Carrier| {
            let atoms = self.parts.molecule.bond(c.bond).atoms;
            let [a, b] = atoms;
            let in_chain = self.walk.parent[a] == b || self.walk.parent[b] == a;
            let places = atoms.map(|x| self.walk.place[x]);
            (
                self.beside_unspecified(c.bond),
                !self.marked.contains(&c.bond),
                !in_chain,
                places[0].max(places[1]),
            )
        };
        let options = [0, 1].into_iter().filter_map(|k| self.on(pair, end, k));
        let chosen = options.min_by_key(key)?;
        if !self.marked.contains(&chosen.bond) {
            self.marked.push(chosen.bond);
        }
        Some(chosen)
    }

    /// Whether a bond ends at a double bond whose configuration is not stated.
    fn beside_unspecified(&self, bond: usize) -> bool {
        let atoms = self.parts.molecule.bond(bond).atoms;
        self.unspecified().any(|ends| ends.iter().any(|e| atoms.contains(e)))
    }

    fn unspecified(&self) -> impl Iterator<Item = [usize; 2]> {
        let configuration = &self.parts.configuration;
        let all = configuration.stereo.bonds.iter().zip(&configuration.sides);
        all.filter(|(_, side)| side.is_none()).map(|(bond, _)| bond.atoms)
    }

    /// Whether an unspecified double bond has marks at both ends.
    fn tells_too_much(&self) -> bool {
        let marked_at = |atom: usize| {
            self.marked
                .iter()
                .any(|&b| self.parts.molecule.bond(b).atoms.contains(&atom))
        };
        self.unspecified().any(|[a, b]| marked_at(a) && marked_at(b))
    }

    fn find(&self, mut bond: usize) -> (usize, bool) {
        let mut turned = false;
        while self.root[bond] != bond {
            turned ^= self.turned[bond];
            bond = self.root[bond];
        }
        (bond, turned)
    }

    /// Puts two ligands on one side or on opposite ones; `false` where that is against what was said before.
    fn relate(&mut self, a: Carrier, b: Carrier, same_side: bool) -> bool {
        let opposite = same_side != (a.outward == b.outward);
        let ((root_a, turned_a), (root_b, turned_b)) = (self.find(a.bond), self.find(b.bond));
        if root_a == root_b {
            return (turned_a != turned_b) == opposite;
        }
        self.root[root_b] = root_a;
        self.turned[root_b] = turned_a ^ turned_b ^ opposite;
        true
    }

    /// The first mark written in each set is `/`.
    fn assign(&mut self, up: &mut [i8]) {
        let mut marked = self.marked.clone();
        marked.sort_by_key(|&b| {
            let mut places = self.parts.molecule.bond(b).atoms.map(|a| self.walk.place[a]);
            places.sort_unstable();
            // Ring bonds are marked where they open, others before their second atom.
            let [a, c] = self.parts.molecule.bond(b).atoms;
            let in_chain = self.walk.parent[a] == c || self.walk.parent[c] == a;
            (if in_chain { places[1] } else { places[0] }, in_chain, places)
        });
        let mut sign = vec![0i8; up.len()];
        for bond in marked {
            let (root, turned) = self.find(bond);
            let flip = if turned { -1 } else { 1 };
            if sign[root] == 0 {
                sign[root] = flip;
            }
            up[bond] = sign[root] * flip;
        }
    }
}
