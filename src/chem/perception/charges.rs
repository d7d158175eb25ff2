//! Distributes the total charge over the components.

use super::search::{Drawing, Solutions, solve};
use super::states::ORDINARY;
use super::{PerceptionError, Skeleton, Solution};

/// Charges that partial sums may stray from the way to the best total.
const WINDOW: i32 = 12;
/// Price of each elementary charge of the whole where none was given: two neutral readings win over two charged ones.
const NET_CHARGE: f64 = 1.5;
/// Another total charge within this penalty makes an inferred charge ambiguous.
const AMBIGUOUS: f64 = 0.9;

/// Chooses a drawing for each component.
pub(super) fn solve_all(skeleton: &Skeleton, all_states: bool) -> Vec<Solutions> {
    skeleton
        .components
        .iter()
        .map(|component| {
            if all_states {
                return solve(component, f64::INFINITY);
            }
            let ordinary = solve(component, ORDINARY);
            let best = ordinary
                .drawings
                .iter()
                .map(|d| d.penalty)
                .fold(f64::INFINITY, f64::min);
            // A state that was left out costs more than this by itself, so that nothing better was missed.
            if best <= ORDINARY {
                ordinary
            } else {
                merge(ordinary, solve(component, f64::INFINITY))
            }
        })
        .collect()
}

/// The best drawing of either search for each charge.
fn merge(a: Solutions, b: Solutions) -> Solutions {
    let cut = a.cut && b.cut;
    let mut drawings = a.drawings;
    drawings.extend(b.drawings);
    drawings.sort_by(|x, y| x.charge.cmp(&y.charge).then(x.penalty.total_cmp(&y.penalty)));
    drawings.dedup_by_key(|d| d.charge);
    Solutions { drawings, cut }
}

/// Chooses the drawings for a total charge, or for the likeliest.
pub(super) fn solve_total(solutions: &[Solutions], charge: Option<i32>) -> Option<(Vec<usize>, Option<i32>)> {
    let best: Option<Vec<&Drawing>> = solutions.iter().map(|s| s.drawings.iter().min_by(by_penalty)).collect();
    let center: i32 = best?.iter().map(|d| d.charge).sum();
    let spread = WINDOW + charge.map_or(0, |q| (q - center).abs());
    let width = 2 * spread as usize + 1;
    // cost[d]: least penalty for components so far with a sum that strays by d - spread from their best charges' sum.
    let mut cost = vec![f64::INFINITY; width];
    cost[spread as usize] = 0.0;
    let mut choices: Vec<Vec<u16>> = Vec::with_capacity(solutions.len());
    for s in solutions {
        let own = s.drawings.iter().min_by(by_penalty)?.charge;
        let mut next = vec![f64::INFINITY; width];
        let mut choice = vec![0; width];
        for (number, drawing) in s.drawings.iter().enumerate() {
            let shift = drawing.charge - own;
            for (d, &c) in cost.iter().enumerate().filter(|c| c.1.is_finite()) {
                let to = d as i32 + shift;
                if (0..width as i32).contains(&to) && c + drawing.penalty < next[to as usize] {
                    next[to as usize] = c + drawing.penalty;
                    choice[to as usize] = number as u16;
                }
            }
        }
        cost = next;
        choices.push(choice);
    }
    let (end, ambiguous) = choose_total(&cost, center - spread, charge)?;
    let mut at = end as i32;
    let mut chosen = vec![0; solutions.len()];
    for (index, s) in solutions.iter().enumerate().rev() {
        chosen[index] = usize::from(choices[index][at as usize]);
        let own = s.drawings.iter().min_by(by_penalty)?.charge;
        at -= s.drawings[chosen[index]].charge - own;
    }
    Some((chosen, ambiguous))
}

fn by_penalty(a: &&Drawing, b: &&Drawing) -> std::cmp::Ordering {
    a.penalty
        .total_cmp(&b.penalty)
        .then(a.charge.abs().cmp(&b.charge.abs()))
}

/// The place of the total charge among the sums, and a second charge where the choice was close.
fn choose_total(cost: &[f64], first: i32, charge: Option<i32>) -> Option<(usize, Option<i32>)> {
    if let Some(charge) = charge {
        let place = usize::try_from(charge - first).ok()?;
        return cost.get(place)?.is_finite().then_some((place, None));
    }
    let mut ranked: Vec<(f64, i32, usize)> = cost
        .iter()
        .enumerate()
        .filter(|c| c.1.is_finite())
        .map(|(place, &c)| {
            let total = first + place as i32;
            (c + NET_CHARGE * f64::from(total.abs()), total, place)
        })
        .collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.abs().cmp(&b.1.abs())).then(a.1.cmp(&b.1)));
    let best = ranked.first()?;
    let second = ranked.get(1).filter(|r| r.0 < best.0 + AMBIGUOUS).map(|r| r.1);
    Some((best.2, second))
}

/// The best drawings of all components for a total charge.
pub(super) fn solve_skeleton(skeleton: &Skeleton, charge: Option<i32>, all_states: bool) -> Option<Solution> {
    let solutions = solve_all(skeleton, all_states);
    let (chosen, ambiguous) = solve_total(&solutions, charge)?;
    let cut = solutions.iter().any(|s| s.cut);
    let drawings: Vec<Drawing> = solutions
        .into_iter()
        .zip(chosen)
        .map(|(mut s, number)| s.drawings.swap_remove(number))
        .collect();
    let penalty = drawings.iter().map(|d| d.penalty).fold(0.0, |sum, p| sum + p);
    Some(Solution {
        drawings,
        penalty,
        cut,
        ambiguous,
    })
}

/// Solves the whole: ordinary states first, all states where these don't reach the charge.
pub(super) fn solve_molecule(skeleton: &Skeleton, charge: Option<i32>) -> Result<Solution, PerceptionError> {
    let ordinary = solve_skeleton(skeleton, charge, false);
    let solution = match ordinary {
        Some(solution) => Some(solution),
        None => solve_skeleton(skeleton, charge, true),
    };
    solution.ok_or_else(|| PerceptionError::Charge {
        charge: charge.unwrap_or(0),
        reason: "it would leave atoms with more charge than any drawing allows; check the charge and the units (Å)"
            .to_owned(),
    })
}
