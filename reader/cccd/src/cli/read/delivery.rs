//! What a read leaves on the disk: the portrait, the dump, the trace. Whether they can be written is found out before the
//! card is touched; where writing fails all the same, the result of the read is not lost for it.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use icao9303::lds::file::ElementaryFile;

use super::Arguments;
use crate::assessment::Assessment;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::messages::Words;
use crate::read::Reading;
use crate::report;

/// Whether everything that is asked for can be written. Nothing is left behind: the read may yet fail.
pub(super) fn check(arguments: &Arguments) -> Result<(), Failure> {
    if let (Some(photo), Some(trace)) = (&arguments.photo, &arguments.trace) {
        if photo == trace {
            let failure = Failure::new("usage", "--photo and --trace name the same file");
            return Err(failure.saying("--photo và --trace chỉ cùng một tệp"));
        }
    }
    let failed = |option: &str, path: &Path, error: &io::Error| {
        Failure::file(path, error).about(format!("--{option} {}", path.display()))
    };
    for (option, path) in [("photo", &arguments.photo), ("trace", &arguments.trace)] {
        if let Some(path) = path {
            probe_file(path).map_err(|error| failed(option, path, &error))?;
        }
    }
    if let Some(folder) = &arguments.dump {
        probe_folder(folder).map_err(|error| failed("dump", folder, &error))?;
    }
    Ok(())
}

/// Writes the portrait and the files where they were asked for, and says what could not be written.
pub(super) fn deliver(arguments: &Arguments, reading: &Reading, assessment: &Assessment) -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut write = |path: &Path, bytes: &[u8]| {
        if let Err(error) = write_private(path, bytes) {
            failures.push(Failure::file(path, &error).as_code("not_written"));
        }
    };
    match (&arguments.photo, &assessment.portrait) {
        (Some(path), Some(portrait)) => write(path, &portrait.bytes),
        (Some(_), None) => output::note(&Words::new("--photo: thẻ không có ảnh", "--photo: the card gave no portrait")),
        (None, _) => {}
    }
    if let Some(folder) = &arguments.dump {
        if let Err(error) = make_private_folder(folder) {
            failures.push(Failure::file(folder, &error).as_code("not_written"));
            return failures;
        }
        for (file, bytes) in report::files(reading) {
            let path = folder.join(dump_name(file));
            if let Err(error) = write_private(&path, bytes) {
                failures.push(Failure::file(&path, &error).as_code("not_written"));
                // One cause is as good as twenty.
                break;
            }
        }
    }
    failures
}

/// The name of a file in a dump.
pub(in crate::cli) fn dump_name(file: ElementaryFile) -> String {
    format!("{}.bin", file.to_string().replace('/', "-"))
}

/// Opens the file for writing without changing it, or makes one and takes it away again.
fn probe_file(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => Err(ErrorKind::IsADirectory.into()),
        Ok(there) if there.is_file() => OpenOptions::new().write(true).open(path).map(drop),
        // Whoever is at the other end of a pipe or a device would notice.
        Ok(_) => Ok(()),
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        // A link to a file that is not there yet.
        Err(_) if path.symlink_metadata().is_ok() => Ok(()),
        Err(_) => {
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            fs::remove_file(path)
        }
    }
}

/// The same for a folder and for the files that it is to hold.
fn probe_folder(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = folder
        .ancestors()
        .take_while(|ancestor| !ancestor.as_os_str().is_empty() && ancestor.symlink_metadata().is_err())
        .collect();
    make_private_folder(folder)?;
    let probed = probe_file(&folder.join(".cccd-probe")).and_then(|()| {
        let there = ElementaryFile::all().map(|file| folder.join(dump_name(file))).filter(|path| path.exists());
        there.into_iter().try_for_each(|path: PathBuf| probe_file(&path))
    });
    // From the inside out. What cannot be taken away again is empty and does no harm.
    missing.into_iter().for_each(|made| drop(fs::remove_dir(made)));
    probed
}

fn make_private_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Writes a file that only its owner may read: it is personal data. A part of one is not left behind.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let is_new = path.symlink_metadata().is_err();
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    let is_file = file.metadata()?.is_file();
    let written = if is_file {
        // One that was there before keeps its permissions when opened. Those of a device are nobody's business here.
        file.set_permissions(fs::Permissions::from_mode(0o600)).and_then(|()| file.write_all(bytes))
    } else {
        file.write_all(bytes)
    };
    if written.is_err() && is_file && is_new {
        // The error of writing is the one that matters.
        let _ = fs::remove_file(path);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probing_leaves_nothing_behind_and_changes_nothing() {
        let inside = tempfile::tempdir().unwrap();
        let at = |name: &str| inside.path().join(name);
        fs::write(at("old.jpg"), b"old").unwrap();
        fs::write(at("DG1.bin"), b"old").unwrap();
        probe_file(&at("new.jpg")).unwrap();
        probe_file(&at("old.jpg")).unwrap();
        probe_folder(&at("a/b/c")).unwrap();
        probe_folder(inside.path()).unwrap();
        let mut names: Vec<_> = fs::read_dir(inside.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["DG1.bin", "old.jpg"]);
        assert_eq!(fs::read(at("old.jpg")).unwrap(), b"old");
    }

    #[test]
    fn what_cannot_be_written_is_found_by_probing() {
        let inside = tempfile::tempdir().unwrap();
        let at = |name: &str| inside.path().join(name);
        fs::write(at("file"), b"").unwrap();
        assert_eq!(probe_file(inside.path()).unwrap_err().kind(), ErrorKind::IsADirectory);
        assert_eq!(probe_file(&at("missing/new.jpg")).unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(probe_file(&at("file/new.jpg")).unwrap_err().kind(), ErrorKind::NotADirectory);
        assert_eq!(probe_folder(&at("file/dump")).unwrap_err().kind(), ErrorKind::NotADirectory);
        assert!(probe_folder(&at("file")).is_err());
        fs::create_dir_all(at("dump/DG1.bin")).unwrap();
        assert_eq!(probe_folder(&at("dump")).unwrap_err().kind(), ErrorKind::IsADirectory);
    }
}
