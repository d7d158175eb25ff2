//! What searches say of the unseen, against what is truly unseen, over seeds. `benches/coverage.rs` prints the whole table.

use crate::trial::{ALKANES, Alkane, Known, Look, error, looks};
use thalweg::conformers::run::Method;

const SEEDS: u64 = 6;

/// Heptane within 5 kcal/mol.
const HEPTANE: Alkane = ALKANES[1];

fn all_looks(method: Method, budget: u64) -> Vec<Look> {
    let heptane = Known::from(HEPTANE);
    (0..SEEDS)
        .flat_map(|seed| looks(&heptane, method, budget, seed))
        .collect()
}

#[test]
fn random_searches_know_about_how_much_they_have_not_seen() {
    for method in [Method::BasinHopping, Method::MultiStart] {
        let looks = all_looks(method, 700);
        let [early, late]: [Vec<Look>; 2] = looks.into_iter().partition(|look| look.unseen >= 4.0).into();
        let early = error(&early);
        assert!(early.unseen > 4.0 && early.count >= 6, "{method:?}: {early:?}");
        // Early the unseen are underestimated, since the rare ones have left no trace yet.
        assert!(
            early.bias > -0.7 * early.unseen && early.bias < 2.0,
            "{method:?}: {early:?}"
        );
        let late = error(&late);
        assert!(late.count > 20 && late.unseen < 2.0, "{method:?}: {late:?}");
        assert!(
            late.bias > -0.5 && late.bias < 2.5 && late.rms < 4.0,
            "{method:?}: {late:?}"
        );
    }
}

/// The build-up misses nothing, and after the first samples nothing is thought to be missing.
#[test]
fn a_complete_build_up_is_not_thought_to_miss_anything() {
    let looks = all_looks(Method::Systematic, 900);
    assert!(
        looks.len() > 6 && looks.iter().all(|look| look.unseen.abs() < 0.5),
        "{looks:?}"
    );
    assert!(
        looks.iter().all(|look| look.samples > 0 && look.estimated < 0.5),
        "{looks:?}"
    );
}
