//! `qr-pictures`: makes pictures of printed codes and scores decoders on them.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use qr_pictures::category::{CATEGORIES, Category};
use qr_pictures::scene::{HD, Size, VGA};

mod files;
mod peers;
mod table;

/// Makes pictures of printed QR codes and scores decoders on them
#[derive(Debug, Parser)]
struct Command {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write pictures into a folder, and what they hold into its truth.jsonl
    Make {
        /// The folder
        folder: PathBuf,
        #[command(flatten)]
        which: Which,
    },
    /// Score decoders
    Score(Scoring),
}

/// Which pictures.
#[derive(Debug, Args)]
struct Which {
    /// Of these categories only; repeatable
    #[arg(long, value_parser = category)]
    category: Vec<Category>,
    /// The same seed gives the same pictures
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Pictures of each category
    #[arg(long, default_value_t = 60)]
    count: usize,
    /// This one of each category only
    #[arg(long)]
    only: Option<usize>,
    /// Frames without a code
    #[arg(long, default_value_t = 80)]
    codeless: usize,
    /// vga, hd, or both in turn
    #[arg(long, value_enum, default_value = "both")]
    size: Sizes,
}

/// What to score, and on what.
#[derive(Debug, Args)]
struct Scoring {
    #[command(flatten)]
    which: Which,
    /// Score on the pictures that `make` wrote into this folder: faster than drawing them again
    #[arg(long, conflicts_with_all = ["photos", "seed", "count", "size"])]
    set: Option<PathBuf>,
    /// Score on photographs with their text beside them in .txt files, in this folder and those within
    #[arg(long)]
    photos: Option<PathBuf>,
    /// Ask other decoders too: those that this Python has, and those built in with the feature `peers`
    #[arg(long, value_name = "PYTHON")]
    peers: Option<PathBuf>,
    /// A time budget for each picture in milliseconds
    #[arg(long)]
    budget: Option<u64>,
    /// Write the pictures that were not read into this folder
    #[arg(long)]
    dump: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Sizes {
    Vga,
    Hd,
    Both,
}

impl Which {
    fn categories(&self) -> Vec<Category> {
        if self.category.is_empty() {
            return CATEGORIES.iter().map(|(category, _)| *category).collect();
        }
        self.category.clone()
    }

    /// Whether a picture that was made is of those asked for.
    fn wants(&self, sample: &Result<files::Sample, files::Failure>) -> bool {
        let Ok(sample) = sample else { return true };
        let of = |category: &Category| category.name() == sample.category;
        let index = sample.id.rsplit('/').next().and_then(|index| index.parse().ok());
        (self.category.is_empty() || self.category.iter().any(of)) && self.only.is_none_or(|only| index == Some(only))
    }

    fn indices(&self) -> std::ops::Range<usize> {
        self.only.map_or(0..self.count, |only| only..only + 1)
    }

    fn size(&self, index: usize) -> Size {
        match self.size {
            Sizes::Vga => VGA,
            Sizes::Hd => HD,
            Sizes::Both => [VGA, HD][index % 2],
        }
    }
}

fn category(name: &str) -> Result<Category, String> {
    Category::named(name).ok_or_else(|| {
        let names: Vec<_> = CATEGORIES.iter().map(|(_, name)| *name).collect();
        format!("one of {}", names.join(", "))
    })
}

fn main() -> ExitCode {
    let done = match Command::parse().what {
        What::Make { folder, which } => files::make(&folder, &which),
        What::Score(scoring) => table::score(&scoring),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
