//! The format's names, and how it is told from a file's name or its first lines.

use super::scan::{Line, Lines, fields, float};
use super::{Format, smiles};
use std::path::Path;

/// Record names that a PDB file can begin with.
const PDB_OPENINGS: [&str; 14] = [
    "HEADER", "OBSLTE", "TITLE ", "SPLIT ", "CAVEAT", "COMPND", "SOURCE", "AUTHOR", "REMARK", "CRYST1", "SEQRES",
    "MODEL ", "ATOM  ", "HETATM",
];

impl Format {
    /// All formats, in the order in which messages list them.
    pub const ALL: [Self; 6] = [Self::Xyz, Self::Mol, Self::Sdf, Self::Mol2, Self::Pdb, Self::Smiles];

    /// The format's name, which is also its usual extension.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Xyz => "xyz",
            Self::Mol => "mol",
            Self::Sdf => "sdf",
            Self::Mol2 => "mol2",
            Self::Pdb => "pdb",
            Self::Smiles => "smi",
        }
    }

    /// The usual extension, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        self.name()
    }

    /// The format of a name or extension, whatever its case (`sdf`, `sd`, `extxyz`, `ent`, …).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "xyz" | "extxyz" => Self::Xyz,
            "mol" | "mdl" => Self::Mol,
            "sdf" | "sd" => Self::Sdf,
            "mol2" | "ml2" => Self::Mol2,
            "pdb" | "ent" => Self::Pdb,
            "smi" | "smiles" | "ism" => Self::Smiles,
            _ => return None,
        })
    }

    /// The format of a file's extension, with `.gz` after it or not.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?;
        if extension.eq_ignore_ascii_case("gz") {
            let stem = Path::new(path.file_stem()?);
            return Self::from_name(stem.extension()?.to_str()?);
        }
        Self::from_name(extension)
    }

    /// The format of a text's first lines (some kilobytes are enough). A molfile is told from an SDF by ending at its
    /// `M  END`.
    #[must_use]
    pub fn detect(text: &str) -> Option<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines: Vec<Line<'_>> = Lines::new(text).take(200).collect();
        if lines.iter().any(|l| l.text.starts_with("@<TRIPOS>")) {
            return Some(Self::Mol2);
        }
        if is_molfile(&lines) {
            let tail = text.rfind("M  END").map(|at| text[at + "M  END".len()..].trim());
            return Some(if tail == Some("") { Self::Mol } else { Self::Sdf });
        }
        let mut filled = lines.iter().skip_while(|l| l.text.trim().is_empty());
        let first = filled.next()?;
        if PDB_OPENINGS.iter().any(|o| format!("{:<6}", first.text).starts_with(o)) {
            return Some(Self::Pdb);
        }
        let _comment = filled.next();
        let after = &lines[first.number..];
        if is_count_line(first.text) && after.get(1).is_some_and(|l| is_atom_like(l.text)) {
            return Some(Self::Xyz);
        }
        is_smiles(&lines).then_some(Self::Smiles)
    }
}

/// Lines looked at for SMILES; a molfile's or an XYZ file's title may look like one.
pub(super) const SMILES_LINES: usize = 5;

/// Whether the first lines are SMILES each, blank lines, comments and a heading aside.
fn is_smiles(lines: &[Line<'_>]) -> bool {
    let first = lines.iter().take(SMILES_LINES).enumerate();
    let mut told = first
        .filter(|(k, l)| !smiles::is_no_molecule(l.text.as_bytes(), *k == 0))
        .peekable();
    told.peek().is_some() && told.all(|(_, l)| smiles::is_smiles(l.text))
}

/// Whether the fourth line is a counts line: it names its version, or an atom line follows.
fn is_molfile(lines: &[Line<'_>]) -> bool {
    let Some(counts) = lines.get(3) else { return false };
    if counts.text.contains("V2000") || counts.text.contains("V3000") {
        return true;
    }
    let counted = counts.columns(0, 3).parse::<u16>().is_ok() && counts.columns(3, 6).parse::<u16>().is_ok();
    counted
        && lines.get(4).is_some_and(|l| {
            let first: Vec<&str> = fields(l.text).take(4).collect();
            first.len() == 4 && first[..3].iter().all(|f| float(f).is_some()) && float(first[3]).is_none()
        })
}

/// Whether a line is one whole number alone, as before an XYZ frame.
pub(super) fn is_count_line(line: &str) -> bool {
    let text = line.trim();
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a line has the shape of an XYZ atom line, right or wrong: four fields or more.
pub(super) fn is_atom_like(line: &str) -> bool {
    fields(line).nth(3).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions() {
        for (name, format) in [
            ("a.xyz", Some(Format::Xyz)),
            ("a.b.EXTXYZ", Some(Format::Xyz)),
            ("dir.sdf/a.mdl", Some(Format::Mol)),
            ("a.sd.gz", Some(Format::Sdf)),
            ("a.ml2.GZ", Some(Format::Mol2)),
            ("a.ent", Some(Format::Pdb)),
            ("a.gz", None),
            ("a", None),
            (".xyz", None),
        ] {
            assert_eq!(Format::from_path(Path::new(name)), format, "{name}");
        }
    }

    #[test]
    fn contents() {
        let mol = "m\n\n\n  1  0  0  0  0  0            999 V2000\n    0.0000    0.0000    0.0000 O   0\nM  END\n";
        for (text, format) in [
            ("\n3\nwater\nO 0 0 0\n", Some(Format::Xyz)),
            ("3\n\n8 0 0 0\n", Some(Format::Xyz)),
            (mol, Some(Format::Mol)),
            (&format!("{mol}$$$$\n"), Some(Format::Sdf)),
            ("# x\n@<TRIPOS>MOLECULE\n", Some(Format::Mol2)),
            ("HEADER    X\n", Some(Format::Pdb)),
            ("MODEL        1\n", Some(Format::Pdb)),
            ("this is not a molecule\n", None),
            ("", None),
        ] {
            assert_eq!(Format::detect(text), format, "{text}");
        }
    }
}
