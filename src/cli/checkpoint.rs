//! The file that keeps the gradients of displaced points.

use crate::hessian::Displacements;
use crate::hessian::checkpoint::{self, Origin};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// What an earlier run kept for this origin and, where one is asked for, step (Å); `None` where there is no file.
pub fn resume(path: &Path, origin: &Origin, step: Option<f64>) -> Result<Option<Displacements>, String> {
    match fs::read_to_string(path) {
        Ok(text) => checkpoint::read(&text, origin, step)
            .map(Some)
            .map_err(|why| format!("{}: {why}; remove it, or name another file", path.display())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

/// A file that grows by each gradient.
pub struct Keeper<'a> {
    path: &'a Path,
    file: File,
    /// Why nothing more can be kept.
    pub trouble: Option<String>,
}

impl<'a> Keeper<'a> {
    /// Begins the file with all that is known, whole or not at all.
    pub fn begin(path: &'a Path, origin: &Origin, displacements: &Displacements) -> Result<Self, String> {
        let mut text = checkpoint::head(origin, displacements);
        for (index, gradient) in displacements.gradients() {
            text += &checkpoint::line(index, gradient);
        }
        let describe = |error: io::Error| format!("{}: {error}", path.display());
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let temporary = path.with_file_name(format!(".{name}.thalweg-{}", std::process::id()));
        let written = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, path));
        if written.is_err() {
            // Nothing can be done about a leftover that can't be removed.
            drop(fs::remove_file(&temporary));
        }
        written.map_err(describe)?;
        Ok(Self {
            path,
            file: File::options().append(true).open(path).map_err(describe)?,
            trouble: None,
        })
    }

    /// Keeps one more.
    pub fn keep(&mut self, index: usize, gradient: &[f64]) {
        let written = self.file.write_all(checkpoint::line(index, gradient).as_bytes());
        if let Err(error) = written {
            self.trouble = Some(format!("{}: {error}", self.path.display()));
        }
    }
}
