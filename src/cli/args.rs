//! The raw command line, as clap reads it. Nothing but [`super::job`] looks at it.

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Molecular geometry optimization with MMFF94, MMFF94s and UFF.
#[derive(Debug, Parser)]
#[command(name = "thalweg", version, subcommand_required = true, arg_required_else_help = true)]
#[command(
    after_help = "Exit status: 0 all done and converged, 1 some molecule failed or did not converge, 2 wrong usage or no readable input."
)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Energy and gradient of each molecule as it is.
    #[command(visible_alias = "sp")]
    Energy(EnergyArgs),
    /// Moves each molecule down to a minimum of its energy.
    #[command(visible_alias = "opt")]
    Minimize(MinimizeArgs),
    /// Normal modes, wavenumbers and thermochemistry of each molecule.
    #[command(visible_alias = "freq")]
    Vibrations(VibrationsArgs),
    /// Relaxes each molecule at a series of values of one or two coordinates.
    Scan(ScanArgs),
    /// Finds transition states, and proves them.
    Ts(TsArgs),
    /// Follows a path: down both sides of a saddle, or between two structures and over the pass between them.
    Path(PathArgs),
    /// Finds the low-energy conformers of each molecule, each once.
    #[command(visible_alias = "conf")]
    Conformers(ConformersArgs),
    /// Finds the lowest structures of a Lennard-Jones or Morse cluster, in reduced units.
    Cluster(ClusterArgs),
    /// Superposes structures of one molecule and tells how far apart they are, equivalent atoms being named at will.
    #[command(visible_alias = "rmsd", alias = "superpose")]
    Compare(CompareArgs),
    /// Writes molecules in another format.
    Convert(ConvertArgs),
    /// Lends a molecule's surface to another program, as an i-PI client.
    Serve(ServeArgs),
}

/// What every command takes.
#[derive(Debug, ClapArgs)]
pub struct CommonArgs {
    /// Files with molecules (.gz too), `-` for standard input.
    #[arg(required_unless_present = "smiles", value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// A molecule as SMILES, a title after a space; may be given several times, beside files or instead of them.
    #[arg(long, value_name = "SMILES")]
    pub smiles: Vec<String>,
    /// Format of the input, where name and content don't tell.
    #[arg(long, value_name = "FORMAT")]
    pub from: Option<FormatName>,
    /// Format of the structures that are written.
    #[arg(long, value_name = "FORMAT")]
    pub to: Option<FormatName>,
    /// Write to this file (format by extension, compressed if it ends in .gz): whole, or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write the text of the records that failed to this file.
    #[arg(long, value_name = "FILE")]
    pub failed: Option<PathBuf>,
    /// Net charge: for force fields only where the input has no bonds (inferred where not given); for engines always.
    #[arg(long, value_name = "E", allow_negative_numbers = true)]
    pub charge: Option<i32>,
    /// Molecules worked on at the same time [default: one a core].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Say more on standard error.
    #[arg(short, long)]
    pub verbose: bool,
    /// Say nothing but errors on standard error.
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
}

/// What the commands with an energy take.
#[derive(Clone, Debug, ClapArgs)]
pub struct SurfaceArgs {
    /// Force field; auto: MMFF94 where it has parameters for the whole molecule, else UFF.
    #[arg(long, value_name = "NAME", default_value = "auto")]
    pub forcefield: ForceFieldName,
    /// Another program's surface in a force field's place: xtb (GFN2), xtb-gfn1 or xtb-gfnff, each also with :PROGRAM; exec:COMMAND, which
    /// speaks JSON lines; ipi:unix:NAME or ipi:localhost:PORT, where an i-PI client is waited for.
    #[arg(long, value_name = "ENGINE", conflicts_with_all = ["forcefield", "parameters", "cutoff"])]
    pub engine: Option<String>,
    /// mix: the force fields of two bonding patterns, joined so that the bonds that differ can break and form. A guess.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["engine", "cutoff"])]
    pub surface: Option<SurfaceName>,
    /// Structure with the one bonding pattern of --surface mix [default for path and ts: the first input].
    #[arg(long, value_name = "FILE", requires = "surface")]
    pub reactant: Option<PathBuf>,
    /// Structure with the other one, its atoms in the same order, or such that the bonds tell which is which [default for path and ts: the last input].
    #[arg(long, value_name = "FILE", requires = "surface")]
    pub product: Option<PathBuf>,
    /// Coupling of the two, kcal/mol: the crossing is lowered by as much. Where it lies hardly changes from 60 to 100.
    #[arg(long, value_name = "KCAL", default_value_t = 60.0)]
    pub coupling: f64,
    /// Energy of the product above the reactant, which two force fields don't tell, kcal/mol.
    #[arg(long, value_name = "KCAL", default_value_t = 0.0, allow_negative_numbers = true)]
    pub reaction_energy: f64,
    /// Longest time for one evaluation of an engine [default: 3600].
    #[arg(long, value_name = "SECONDS")]
    pub engine_timeout: Option<f64>,
    /// Longest time to wait for another program to connect [default: 300].
    #[arg(long, value_name = "SECONDS")]
    pub connect_timeout: Option<f64>,
    /// Parameters that extend or replace the published ones.
    #[arg(long, value_name = "FILE")]
    pub parameters: Option<PathBuf>,
    /// Leave out non-bonded pairs beyond this distance, smoothly.
    #[arg(long, value_name = "ANGSTROM")]
    pub cutoff: Option<f64>,
    /// Spin multiplicity, for engines. The force fields don't depend on it.
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u16).range(1..))]
    pub multiplicity: Option<u16>,
    /// One JSON object a molecule on standard output.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub struct EnergyArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    #[command(flatten)]
    pub surface: SurfaceArgs,
    /// List the energy by term.
    #[arg(long)]
    pub terms: bool,
    /// List type, charge and gradient of each atom.
    #[arg(long)]
    pub atoms: bool,
    /// List the gradient.
    #[arg(long)]
    pub gradient: bool,
    /// List the parameters that a rule supplied because the tables have none.
    #[arg(long)]
    pub explain: bool,
    /// Evaluate energy and gradient N times and tell the time of one.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub repeat: Option<u64>,
}

/// What is held while a molecule relaxes.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Frozen, held and restrained")]
pub struct HoldArgs {
    /// Atoms that stay where they are: numbers from 1, ranges, element symbols, all (1-5,9,Pt).
    #[arg(long, value_name = "ATOMS")]
    pub freeze: Vec<String>,
    /// Hold a distance, angle or dihedral where it is: 'distance 1 2'.
    #[arg(long, value_name = "'KIND ATOMS'")]
    pub fix: Vec<String>,
    /// Bring a distance (Å), angle or dihedral (degrees) to a value and hold it there: 'dihedral 1 2 3 4 = 180'.
    #[arg(long, value_name = "'KIND ATOMS = VALUE'")]
    pub set: Vec<String>,
    /// Draw to a value by the energy ½ K d², beyond WIDTH on either side where one is given (K in kcal/mol/Å² or kcal/mol/radian²):
    /// 'distance 1 2 = 1.5 +- 0.1, 100', 'xyz 1-5, 50'.
    #[arg(long, value_name = "'KIND ATOMS [= VALUE [+- WIDTH]] [, K]'")]
    pub restrain: Vec<String>,
    /// Keep the atoms inside a sphere or a box (Å): 'sphere 8', 'sphere auto', 'box 10 10 20, 50'.
    #[arg(long, value_name = "'sphere RADIUS [, K]'")]
    pub wall: Vec<String>,
    /// File with any of this, in geomeTRIC's format ($freeze, $set, $scan) or in xtb's ($fix, $constrain, $scan, $wall).
    #[arg(long, value_name = "FILE")]
    pub constraints: Vec<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct ScanArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    #[command(flatten)]
    pub surface: SurfaceArgs,
    #[command(flatten)]
    pub hold: HoldArgs,
    /// Coordinate and its values (Å, degrees), as FROM..TO step STEP or FROM, TO, COUNT: 'dihedral 1 2 3 4 = 0..360 step 15'. A second one
    /// makes a grid.
    #[arg(long, value_name = "'KIND ATOMS = VALUES'")]
    pub scan: Vec<String>,
    /// Relax each point from all its neighbours, forth and back, and keep the lowest structure.
    #[arg(long)]
    pub both_ways: bool,
    /// Write the energies to this file as comma-separated values.
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// When a point has converged, as for minimize.
    #[arg(long, value_name = "NAME", default_value = "gau_tight")]
    pub convergence: String,
    /// Most steps for one point.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub max_steps: usize,
}

/// One structure: it has to be a saddle, and the way of steepest descent is followed from it both ways. Two or more: the first and the
/// last are the ends of a path (all atoms in the same order, or with bonds that tell which is which), and what is between them is a
/// first guess of it.
#[derive(Debug, ClapArgs)]
#[command(mut_arg("inputs", |arg| arg.required_unless_present_any(["smiles", "reactant"])))]
pub struct PathArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    #[command(flatten)]
    pub surface: SurfaceArgs,
    /// Look for the saddle between the two structures, prove it, and follow the path down from it.
    #[arg(long)]
    pub saddle: bool,
    /// Take the bonds' word for which atom of the last structure is which, whatever the numbers say: as few bonds as possible break and form.
    #[arg(long)]
    pub renumber: bool,
    /// Look for the saddle on this surface too, from the one that is found on the first: an engine as for --engine, or a force field's name. Proven
    /// and reported is this one, with the first one beside it.
    #[arg(long, value_name = "SURFACE", requires = "saddle")]
    pub refine: Option<String>,
    /// Chain between the structures: grow (from both ends), or band (interpolated and let down).
    #[arg(long, value_name = "NAME", default_value = "grow")]
    pub chain: ChainName,
    /// Structures of the chain, ends included.
    #[arg(long, value_name = "N", default_value_t = 11, value_parser = clap::value_parser!(u8).range(3..=101))]
    pub images: u8,
    /// Take the ends as they are.
    #[arg(long)]
    pub no_minimize: bool,
    /// When the ends and the saddle have converged, as for minimize [default: gau_tight; gau for saddles on engines].
    #[arg(long, value_name = "NAME")]
    pub convergence: Option<String>,
    /// Rate constants by transition-state theory with tunnelling (Wigner, Eckart), at --temperature.
    #[arg(long)]
    pub rates: bool,
    /// Write the profile to this file as comma-separated values.
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    #[command(flatten)]
    pub gas: GasArgs,
}

#[derive(Debug, ClapArgs)]
#[command(mut_arg("inputs", |arg| arg.required_unless_present_any(["smiles", "reactant"])))]
pub struct TsArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    #[command(flatten)]
    pub surface: SurfaceArgs,
    /// All barriers of turning bonds: each bond is turned, each summit becomes a proven saddle between two minima.
    #[arg(long)]
    pub rotors: bool,
    /// The first structure is the reactant, the last one the product, those between them a guess of the way: the saddle that connects both is
    /// looked for.
    #[arg(long, conflicts_with_all = ["rotors", "mode", "along", "trajectory"])]
    pub from_ends: bool,
    /// Take the bonds' word for which atom of the last structure is which, whatever the numbers say: as few bonds as possible break and form.
    #[arg(long)]
    pub renumber: bool,
    /// Look for the saddle on this surface too, from the one that is found on the first: an engine as for --engine, or a force field's name. Proven
    /// and reported is this one, with the first one beside it.
    #[arg(long, value_name = "SURFACE", conflicts_with = "rotors")]
    pub refine: Option<String>,
    /// When a saddle has converged, as for minimize [default: gau_tight; gau on engines, but for --rotors].
    #[arg(long, value_name = "NAME")]
    pub convergence: Option<String>,
    /// Most steps.
    #[arg(long, value_name = "N", default_value_t = 300, conflicts_with = "rotors")]
    pub max_steps: usize,
    /// How steps are chosen: image (restricted steps on the image function), p-rfo (partitioned rational functions), min-mode (without
    /// any Hessian: for large molecules). auto: image, beyond 300 atoms min-mode.
    #[arg(long, value_name = "NAME", default_value = "auto", conflicts_with = "rotors")]
    pub method: SaddleMethodName,
    /// Where second derivatives come from: full (the surface's own at each point; on engines two gradients a coordinate, --threads of them at
    /// once), start (learnt by one gradient a coordinate at the start, then from the steps), learnt (a guess, a few gradients along the
    /// mode, and the steps). auto: full on force fields, learnt on engines.
    #[arg(long, value_name = "NAME", default_value = "auto", conflicts_with_all = ["rotors", "from_ends"])]
    pub hessian: HessianName,
    #[command(flatten)]
    pub hold: HoldArgs,
    /// Follow this mode of the start uphill, numbers from 1 for the lowest.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), conflicts_with_all = ["along", "rotors"])]
    pub mode: Option<u16>,
    /// Follow the mode that changes these distances, angles or dihedrals most: 1-2,2-3 or 1-2-3-4.
    #[arg(long, value_name = "ATOMS", conflicts_with = "rotors")]
    pub along: Option<String>,
    /// Write every step's structure to this file (format by extension).
    #[arg(long, value_name = "FILE", conflicts_with = "rotors")]
    pub trajectory: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct MinimizeArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    #[command(flatten)]
    pub surface: SurfaceArgs,
    #[command(flatten)]
    pub hold: HoldArgs,
    /// When it has converged: gau_loose, gau, gau_tight, gau_verytight; crude, sloppy, loose, normal, tight, verytight, extreme (xtb's); or a
    /// number, the root mean square of the gradient in kcal/mol/Å.
    #[arg(long, value_name = "NAME", default_value = "gau_tight")]
    pub convergence: String,
    /// Most steps.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub max_steps: usize,
    /// Prove by the lowest vibration that it is a minimum, and leave saddles: done without asking on force fields, up to 1,500 atoms.
    #[arg(long, conflicts_with = "no_prove")]
    pub prove: bool,
    /// Do not prove that it is a minimum.
    #[arg(long)]
    pub no_prove: bool,
    /// Write every step's structure to this file (format by extension).
    #[arg(long, value_name = "FILE")]
    pub trajectory: Option<PathBuf>,
    /// Method: lbfgs, cg (conjugate gradients), fire, sd (steepest descent); pattern (Hooke and Jeeves: by energies alone, for surfaces
    /// without usable gradients); adam (for noisy gradients). auto: lbfgs, and with --noise its noise-tolerant form.
    #[arg(long, value_name = "NAME", default_value = "auto")]
    pub optimizer: OptimizerName,
    /// The surface's gradients are noisy, with this standard deviation of each component (kcal/mol/Å): lbfgs tolerates it, and the
    /// minimization ends (as noise_floor, not converged) where the gradient can't be told from noise.
    #[arg(long, value_name = "SIGMA", allow_negative_numbers = true)]
    pub noise: Option<f64>,
    /// Coordinates to walk in; auto: internal ones for engines, Cartesian ones for force fields.
    #[arg(long, value_name = "KIND", default_value = "auto")]
    pub coordinates: CoordinatesName,
}

/// The first record of the first file is the reference. All records of the other files are compared with it, or, where there is one
/// file only, all of this one. Which atoms belong together is found from the bonds, whatever their order.
#[derive(Debug, ClapArgs)]
pub struct CompareArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    /// Compare all atoms but hydrogen (so it is done without asking).
    #[arg(long, conflicts_with = "all_atoms")]
    pub heavy: bool,
    /// Compare all atoms.
    #[arg(long)]
    pub all_atoms: bool,
    /// Take the mirror image where it is closer.
    #[arg(long)]
    pub mirror: bool,
    /// One JSON object a structure on standard output.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub struct VibrationsArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    #[command(flatten)]
    pub surface: SurfaceArgs,
    /// Minimize first: harmonic vibrations are those of a stationary point.
    #[arg(long)]
    pub minimize: bool,
    /// When that minimization has converged, as for minimize [default: 1e-5 kcal/mol/Å on force fields, gau_tight on engines].
    #[arg(long, value_name = "NAME", requires = "minimize")]
    pub convergence: Option<String>,
    /// Second derivatives by central differences of gradients even where there are analytic ones.
    #[arg(long)]
    pub numerical: bool,
    /// Displacement in central differences [default: 0.0001 on force fields, 0.01 on engines].
    #[arg(long, value_name = "ANGSTROM")]
    pub step: Option<f64>,
    /// Keep the gradients of displaced points in this file, and go on from it where it is there.
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// Mass of an atom (number from 1) or of all atoms of an element, amu: 3=2.014, H=2.014.
    #[arg(long, value_name = "ATOM=MASS")]
    pub mass: Vec<String>,
    #[command(flatten)]
    pub gas: GasArgs,
    /// List the displacements of each mode.
    #[arg(long)]
    pub modes: bool,
    /// Write wavenumbers and modes to this file in Molden's format.
    #[arg(long, value_name = "FILE")]
    pub molden: Option<PathBuf>,
    /// Write the modes to this file in VMD's format for its Normal Mode Wizard.
    #[arg(long, value_name = "FILE")]
    pub nmd: Option<PathBuf>,
    /// Write the modes to this XYZ file as vectors beside the coordinates, which Jmol shows.
    #[arg(long, value_name = "FILE")]
    pub jmol: Option<PathBuf>,
    /// Write the motion of this mode (numbers from 1) as structures, to -o FILE or to standard output in the table's place.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub animate: Option<u32>,
}

/// The gas whose thermochemistry is told.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Thermochemistry")]
pub struct GasArgs {
    /// Temperatures, K.
    #[arg(long, value_name = "K", value_delimiter = ',', default_value = "298.15")]
    pub temperature: Vec<f64>,
    /// Pressure with its unit: Pa, kPa, bar or atm.
    #[arg(long, value_name = "PRESSURE", default_value = "1atm")]
    pub pressure: String,
    /// Low frequencies: harmonic; quasi-harmonic, raised to --low-frequency (Truhlar); quasi-rrho, entropies going over into those of free
    /// rotors there (Grimme).
    #[arg(long, value_name = "NAME", default_value = "harmonic")]
    pub treatment: TreatmentName,
    /// Where low frequencies begin, cm⁻¹.
    #[arg(long, value_name = "CM-1", default_value_t = 100.0)]
    pub low_frequency: f64,
    /// Symmetry number of rotation [default: found from the structure].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub symmetry_number: Option<u16>,
}

#[derive(Debug, ClapArgs)]
pub struct ConformersArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    #[command(flatten)]
    pub surface: SurfaceArgs,
    /// How to search; auto: systematic where few bonds turn and no ring is flexible, else basin hopping from random starts.
    #[arg(long, value_name = "NAME", default_value = "auto")]
    pub method: MethodName,
    /// Conformers up to this much above the lowest are wanted, kcal/mol [default: 10; for a diverse set 25, its shapes lie wherever they do].
    #[arg(long, value_name = "ENERGY")]
    pub window: Option<f64>,
    /// Keep so many at most.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_conformers: Option<u32>,
    /// Which to keep: energy, the lowest; diverse, the lowest and those that cover the molecule's shapes, mirror images apart. On a force field,
    /// shapes are taken up to 8 kcal/mol above the lowest without electrostatics, whatever they are with them.
    #[arg(long, value_name = "NAME", default_value = "energy")]
    pub select: SelectName,
    /// Minima this close after superposition, and within 0.01 kcal/mol, are the same conformer, Å.
    #[arg(long, value_name = "ANGSTROM", default_value_t = 0.1)]
    pub rmsd: f64,
    /// Count mirror images as conformers of their own.
    #[arg(long)]
    pub keep_mirror_images: bool,
    /// Temperature of the populations, K.
    #[arg(long, value_name = "KELVIN", default_value_t = 298.15)]
    pub temperature: f64,
    /// Stop when a further random sample is a known conformer with this probability. What was built up systematically is tested by ten times
    /// as many samples as that takes, and by as many as there are conformers.
    #[arg(long, value_name = "FRACTION", default_value_t = 0.99)]
    pub coverage: f64,
    /// Most minimizations [default: 20000 for random searches where no time is given either; 16 for each of a diverse set].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_minimizations: Option<u64>,
    /// Longest time for a molecule's search (the output may then differ from run to run).
    #[arg(long, value_name = "SECONDS")]
    pub max_time: Option<f64>,
    /// Populations of the conformers kept by free energies, with vibrations (low ones damped as by quasi-rrho), at 1 atm.
    #[arg(long)]
    pub free_energy: bool,
    /// Search every stereoisomer where the input (SMILES) leaves a configuration open, each as a record of its own, instead of one by chance.
    #[arg(long)]
    pub enumerate_stereo: bool,
    /// Most stereoisomers of a molecule.
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..))]
    pub max_isomers: u16,
    /// Minimize the conformers found again on another surface: a force field's name, or an engine as for --engine. Each is kept once,
    /// populations are that surface's. Not in the time of --max-time.
    #[arg(long, value_name = "SURFACE")]
    pub refine: Option<String>,
    /// Keep the state of the search in this file. The same command goes on from it after an interrupt, to the same end.
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
    /// Seed of the random numbers.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
}

#[derive(Debug, ClapArgs)]
pub struct ConvertArgs {
    #[command(flatten)]
    pub common: CommonArgs,
}

#[derive(Debug, ClapArgs)]
pub struct ClusterArgs {
    /// The law that holds it together, and the number of atoms: lj:38 or morse:38.
    #[arg(value_name = "CLUSTER")]
    pub name: String,
    /// Range parameter of Morse's law, in inverse bond lengths; the larger, the shorter the range [default: 6].
    #[arg(long, value_name = "RHO", allow_negative_numbers = true)]
    pub range: Option<f64>,
    /// Most minimizations.
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_minimizations: u32,
    /// Longest time (the output may then differ from run to run).
    #[arg(long, value_name = "SECONDS")]
    pub max_time: Option<f64>,
    /// Stop when an energy at or below this is met, in well depths.
    #[arg(long, value_name = "ENERGY", allow_negative_numbers = true)]
    pub target: Option<f64>,
    /// Keep so many structures at most.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_structures: u32,
    /// Seed of the random numbers.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Threads [default: one a core]; the output does not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Write the structures to this file (XYZ): whole, or not at all.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// One JSON object on standard output.
    #[arg(long)]
    pub json: bool,
    /// Say nothing but errors on standard error.
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Debug, ClapArgs)]
pub struct ServeArgs {
    /// File with one molecule, `-` for standard input.
    #[arg(value_name = "INPUT")]
    pub input: PathBuf,
    /// Where the server listens: unix:NAME or localhost:PORT.
    #[arg(long, value_name = "ADDRESS")]
    pub address: String,
    /// Format of the input, where name and content don't tell.
    #[arg(long, value_name = "FORMAT")]
    pub from: Option<FormatName>,
    /// Net charge: for force fields only where the input has no bonds (inferred where not given); for engines always.
    #[arg(long, value_name = "E", allow_negative_numbers = true)]
    pub charge: Option<i32>,
    #[command(flatten)]
    pub surface: SurfaceArgs,
    /// Tell of each evaluation on standard error.
    #[arg(short, long)]
    pub verbose: bool,
    /// Say nothing but errors on standard error.
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatName {
    #[value(alias = "extxyz")]
    Xyz,
    Mol,
    #[value(alias = "sd")]
    Sdf,
    Mol2,
    #[value(alias = "ent")]
    Pdb,
    #[value(alias = "smiles")]
    Smi,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ForceFieldName {
    Auto,
    Mmff94,
    Mmff94s,
    Uff,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SurfaceName {
    Mix,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MethodName {
    Auto,
    Systematic,
    BasinHopping,
    MultiStart,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ChainName {
    Grow,
    #[value(alias = "neb")]
    Band,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SelectName {
    Energy,
    Diverse,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OptimizerName {
    Auto,
    Lbfgs,
    Rfo,
    Cg,
    Fire,
    Sd,
    Pattern,
    Adam,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SaddleMethodName {
    Auto,
    Image,
    PRfo,
    MinMode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HessianName {
    Auto,
    Full,
    Start,
    Learnt,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CoordinatesName {
    Auto,
    Cartesian,
    Internal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TreatmentName {
    Harmonic,
    QuasiHarmonic,
    QuasiRrho,
}
