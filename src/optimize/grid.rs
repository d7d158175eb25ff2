//! Walking over a grid of problems where the solution of one is a good start for its neighbours. What a point starts from depends on the
//! grid alone, never on which thread was first, so that the result is the same for any number of threads.

use rayon::prelude::*;

/// Row and column.
pub type Index = [usize; 2];

/// Solves all points of a grid (rows, columns), outward from a seed: first along the seed's column, then each row outward from that
/// column. `solve` gets a point and the solution that it starts from (the seed has none). Row by row.
pub fn fill<T, F>(shape: Index, seed: Index, solve: &F) -> Vec<T>
where
    T: Send + Sync,
    F: Fn(Index, Option<&T>) -> T + Sync,
{
    let first = solve(seed, None);
    let column = outward(shape[0], seed[0], first, &|row, from| solve([row, seed[1]], from));
    let rows = column.into_par_iter().enumerate();
    let rows: Vec<Vec<T>> = rows
        .map(|(row, start)| outward(shape[1], seed[1], start, &|column, from| solve([row, column], from)))
        .collect();
    rows.into_iter().flatten().collect()
}

/// Solves the points of a line on both sides of a solved one.
fn outward<T, F>(length: usize, seed: usize, first: T, solve: &F) -> Vec<T>
where
    T: Send + Sync,
    F: Fn(usize, Option<&T>) -> T + Sync,
{
    let arm = |indices: &mut dyn Iterator<Item = usize>| {
        let mut arm: Vec<T> = Vec::new();
        for index in indices {
            let next = solve(index, Some(arm.last().unwrap_or(&first)));
            arm.push(next);
        }
        arm
    };
    let (mut before, after) = rayon::join(|| arm(&mut (0..seed).rev()), || arm(&mut (seed + 1..length)));
    before.reverse();
    before.push(first);
    before.extend(after);
    before
}

/// Goes along each row and then along each column, forth and back, and replaces a solution where the one that starts from its neighbour is
/// better.
pub fn sweep<T, S, B>(shape: Index, solutions: Vec<T>, solve: &S, better: &B) -> Vec<T>
where
    T: Send + Sync,
    S: Fn(Index, Option<&T>) -> T + Sync,
    B: Fn(&T, &T) -> bool + Sync,
{
    let mut by_rows = solutions;
    let lines = by_rows.par_chunks_mut(shape[1].max(1)).enumerate();
    lines.for_each(|(row, line)| forth_and_back(line, &|column, from| solve([row, column], from), better));
    let mut by_columns = transposed(by_rows, shape[1]);
    let lines = by_columns.par_chunks_mut(shape[0].max(1)).enumerate();
    lines.for_each(|(column, line)| forth_and_back(line, &|row, from| solve([row, column], from), better));
    transposed(by_columns, shape[0])
}

fn forth_and_back<T>(line: &mut [T], solve: &impl Fn(usize, Option<&T>) -> T, better: &impl Fn(&T, &T) -> bool) {
    let forth = (1..line.len()).map(|to| (to - 1, to));
    let back = (1..line.len()).rev().map(|from| (from, from - 1));
    for (from, to) in forth.chain(back).collect::<Vec<_>>() {
        let candidate = solve(to, Some(&line[from]));
        if better(&candidate, &line[to]) {
            line[to] = candidate;
        }
    }
}

/// Rows of this length become columns.
fn transposed<T>(items: Vec<T>, length: usize) -> Vec<T> {
    let mut lines: Vec<Vec<T>> = (0..length).map(|_| Vec::new()).collect();
    for (index, item) in items.into_iter().enumerate() {
        lines[index % length].push(item);
    }
    lines.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_starts_from_its_neighbour_nearer_to_the_seed() {
        let steps = fill([4, 5], [1, 3], &|index: Index, from: Option<&(Index, usize)>| {
            (index, from.map_or(0, |f| f.1 + 1))
        });
        let expected: Vec<_> = (0..4usize)
            .flat_map(|i| (0..5usize).map(move |j| ([i, j], i.abs_diff(1) + j.abs_diff(3))))
            .collect();
        assert_eq!(steps, expected);
    }

    #[test]
    fn a_sweep_carries_a_better_solution_along() {
        let solve = |_: Index, from: Option<&i32>| *from.unwrap();
        let swept = sweep([2, 3], vec![3, 1, 3, 3, 3, 3], &solve, &|a, b| a < b);
        assert_eq!(swept, [1; 6]);
    }
}
