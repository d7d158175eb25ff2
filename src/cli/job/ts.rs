//! `ts`: transition states from one structure, and barriers of rotation.

use super::super::args::{HessianName, SaddleMethodName, TsArgs};
use super::super::barriers::BarriersTask;
use super::super::hold;
use super::super::path::PathTask;
use super::super::ts::{Known, Route, TsTask, Uphill};
use super::surface::{name_ends, other_surfaces, surfaces, take_ends, usual_saddle};
use super::{Common, Task, UsageError, criteria, unknown_extension};
use crate::coordinates::Primitive;
use crate::formats::Format;
use crate::optimize::Limits;
use crate::saddle;
use crate::saddle::route::search::Method;

/// Structures of a chain between two ends, these included.
const IMAGES: usize = 11;

pub(super) fn task(mut args: TsArgs) -> Result<(Common, Task), UsageError> {
    args.from_ends |= take_ends(&args.surface, &mut args.common);
    if args.from_ends {
        name_ends(&mut args.surface, &args.common.inputs);
    } else if args.refine.is_some() {
        return Err(UsageError(
            "--refine goes with two structures: --from-ends, or --surface mix with --reactant and --product alone"
                .to_owned(),
        ));
    }
    let directives = hold::directives(&args.hold, &[])?;
    if directives.scans() > 0 {
        return Err(UsageError(
            "a $scan among the constraints: use the command scan".to_owned(),
        ));
    }
    if (args.rotors || args.from_ends) && !directives.is_empty() {
        return Err(UsageError(
            "what is held (--freeze, --fix, --set) is held in the search from one structure only, without --rotors and --from-ends"
                .to_owned(),
        ));
    }
    let mut common = Common::new(args.common)?;
    let refine = args.refine.as_deref();
    let refine = refine.map(|text| other_surfaces(text, &mut args.surface, &common));
    let refine = refine.transpose()?;
    let mut surfaces = surfaces(&args.surface, &mut common)?;
    surfaces.renumber(args.renumber);
    if common.output.is_some() && common.to.is_none() {
        return Err(UsageError(unknown_extension(common.output.as_deref())));
    }
    // Force fields are cheap and free of noise; what an engine's noise makes of tighter criteria costs many gradients.
    let usual = if surfaces.need_bonds() || args.rotors {
        "gau_tight"
    } else {
        usual_saddle(&surfaces, refine.as_ref())
    };
    let criteria = criteria(args.convergence.as_deref().unwrap_or(usual))?;
    if args.method == SaddleMethodName::MinMode && args.mode.is_some_and(|mode| mode > 1) {
        return Err(UsageError(
            "--mode beside --method min-mode: it knows the lowest mode only; --along says which one to look for"
                .to_owned(),
        ));
    }
    if args.from_ends {
        let task = PathTask {
            surfaces,
            json: args.surface.json,
            criteria: super::criteria(args.convergence.as_deref().unwrap_or("gau_tight"))?,
            saddle_criteria: criteria,
            method: Method::Grow,
            images: IMAGES,
            renumber: args.renumber,
            minimize: true,
            saddle: true,
            only_saddle: true,
            csv: None,
            gas: None,
            refine,
            workers: std::mem::replace(&mut common.threads, 1),
        };
        return Ok((common, Task::Path(Box::new(task))));
    }
    if args.rotors {
        let task = BarriersTask {
            surfaces,
            json: args.surface.json,
            criteria,
            workers: common.threads,
        };
        return Ok((common, Task::Barriers(Box::new(task))));
    }
    if args.method == SaddleMethodName::MinMode && args.hessian != HessianName::Auto {
        return Err(UsageError(
            "--hessian beside --method min-mode: that method knows no second derivatives".to_owned(),
        ));
    }
    let by_differences = args.hessian == HessianName::Full && !surfaces.need_bonds();
    let task = TsTask {
        workers: if by_differences {
            std::mem::replace(&mut common.threads, 1)
        } else {
            1
        },
        known: match args.hessian {
            HessianName::Auto => Known::Auto,
            HessianName::Full => Known::Full,
            HessianName::Start => Known::Start,
            HessianName::Learnt => Known::Learnt,
        },
        directives,
        surfaces,
        json: args.surface.json,
        criteria,
        limits: Limits {
            steps: Some(args.max_steps),
            ..Limits::default()
        },
        method: match args.method {
            SaddleMethodName::Auto => Route::Auto,
            SaddleMethodName::Image => Route::Follow(saddle::Method::Image),
            SaddleMethodName::PRfo => Route::Follow(saddle::Method::PartitionedRfo),
            SaddleMethodName::MinMode => Route::MinMode,
        },
        uphill: match (args.mode, &args.along) {
            (_, Some(text)) => Uphill::Along(driven(text)?),
            (mode, None) => Uphill::Mode(mode.map_or(0, |number| usize::from(number) - 1)),
        },
        trajectory: args.trajectory.map(|path| {
            let format = Format::from_path(&path).unwrap_or(Format::Xyz);
            (path, format)
        }),
    };
    Ok((common, Task::Ts(Box::new(task))))
}

/// Coordinates by their atoms: `1-2,2-3-4`.
fn driven(text: &str) -> Result<Vec<Primitive>, UsageError> {
    let one = |item: &str| {
        let atoms: Option<Vec<usize>> = item
            .split('-')
            .map(|number| number.trim().parse::<usize>().ok()?.checked_sub(1))
            .collect();
        match atoms.as_deref() {
            Some(&[i, j]) if i != j => Some(Primitive::Stretch([i, j])),
            Some(&[i, j, k]) if i != j && j != k && i != k => Some(Primitive::Bend([i, j, k])),
            Some(&[i, j, k, l]) if i != j && j != k && k != l && i != k && j != l && i != l => {
                Some(Primitive::Dihedral([i, j, k, l]))
            }
            _ => None,
        }
        .ok_or_else(|| {
            UsageError(format!(
                "--along {text}: '{item}' is not two, three or four different atoms; numbers from 1 with dashes are expected, such as 1-2,2-3"
            ))
        })
    };
    text.split(',').map(one).collect()
}
