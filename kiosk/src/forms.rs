//! `cccd-kiosk forms`: whether a form pack can be used, shown with the longest and the emptiest person, and a first document
//! for a word processor.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use cccd_forms::check;
use cccd_forms::finding::Severity;
use cccd_forms::packs::Pack;

use crate::desk::documents::{self, Printer};

/// Options of `cccd-kiosk forms`.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Check a form pack, and print it with the longest and the emptiest person
    Check {
        /// The folder of the pack, with `pack.toml` and `form.typ`
        folder: PathBuf,
        /// Keep the pages as PDFs in this folder
        #[arg(long, value_name = "DIR")]
        pdf: Option<PathBuf>,
    },
    /// Make a first `form.docx` for a form pack, with a placeholder for each field, to be edited in a word processor
    Word {
        /// The folder of the pack; a `form.docx` that is there already is left alone
        folder: PathBuf,
    },
}

/// Does what was asked, and says how that went on standard output.
pub fn run(command: &Command) -> ExitCode {
    let well = match command {
        Command::Check { folder, pdf } => check(folder, pdf.as_deref()),
        Command::Word { folder } => match word(folder) {
            Ok(path) => {
                println!("{}", path.display());
                true
            }
            Err(why) => {
                println!("{why}");
                false
            }
        },
    };
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Checks, and prints. Whether the pack can be used.
fn check(folder: &Path, pdf: Option<&Path>) -> bool {
    let findings = check::check(folder);
    findings.iter().for_each(|finding| println!("{finding}"));
    let mut usable = findings.iter().all(|finding| finding.severity < Severity::Error);
    if usable {
        usable = match Pack::read(folder) {
            Ok(pack) => print(&pack, pdf),
            Err(finding) => {
                println!("{finding}");
                false
            }
        };
    }
    println!("{}", if usable { "Dùng được. / It can be used." } else { "Chưa dùng được. / It cannot be used." });
    usable
}

/// Writes a first document for Word.
fn word(folder: &Path) -> Result<PathBuf, String> {
    let pack = Pack::read(folder).map_err(|finding| finding.to_string())?;
    let outline = pack.outline().map_err(|error| error.to_string())?;
    let path = folder.join("form.docx");
    let mut file = File::create_new(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    file.write_all(&outline).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}

/// Prints every specimen, and says how that went.
fn print(pack: &Pack, keep: Option<&Path>) -> bool {
    let printer = match Printer::new() {
        Ok(printer) => printer,
        Err(error) => {
            println!("{error}");
            return false;
        }
    };
    let mut well = true;
    for (name, data) in check::specimens(pack) {
        // Unlike an officer, who checks a form can wait.
        let made = printer.print_within(&documents::of_data(pack, data), printer.now(), Duration::from_secs(60));
        let kept = match made {
            Ok(page) => keep_page(&page, keep, &format!("{}-{name}.pdf", pack.id)),
            Err(notice) => Err(format!("{} {}\n{} {}", notice.what.vi, notice.todo.vi, notice.what.en, notice.todo.en)),
        };
        match kept {
            Ok(said) => println!("{name}: {said}"),
            Err(why) => {
                println!("{name}: {why}");
                well = false;
            }
        }
    }
    well
}

fn keep_page(page: &[u8], folder: Option<&Path>, name: &str) -> Result<String, String> {
    let Some(folder) = folder else { return Ok(format!("PDF, {} byte", page.len())) };
    let path = folder.join(name);
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, page));
    written.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path.display().to_string())
}
