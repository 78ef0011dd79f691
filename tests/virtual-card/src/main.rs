//! `virtual-card`: makes synthetic cards and puts them into the virtual reader of the PC/SC service.

use std::{
    error::Error,
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, atomic::AtomicBool},
};

use clap::{Parser, Subcommand};
use rand_core::TryRng as _;
use virtual_card::{
    card::{Away, Card},
    image::ChipImage,
    make,
    personalise::{self, Printed},
    profile::Profile,
    vpcd::{self, Event},
};

/// A simulated Vietnamese chip ID card
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Put a card into the virtual reader (vpcd) of the PC/SC service, and keep it there
    Serve(Serve),
    /// Write a synthetic card: its files, its keys, its issuer's certificate and revocation list
    Make(make::Arguments),
}

#[derive(clap::Args)]
struct Serve {
    /// Where vpcd listens
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// The port vpcd listens on: 35963 for its first slot, 35964 for its second
    #[arg(long, default_value_t = vpcd::PORT)]
    port: u16,
    /// The card's profile, a TOML file; without it the card as known from the field
    #[arg(long, value_name = "FILE", conflicts_with = "card")]
    profile: Option<PathBuf>,
    /// A card that `virtual-card make` wrote
    #[arg(long, value_name = "DIR", conflicts_with_all = ["person", "issuer"])]
    card: Option<PathBuf>,
    /// Whose card: a person of `seeds/persons` by name, or such a file (overrides the profile)
    #[arg(long, value_name = "NAME")]
    person: Option<String>,
    /// Write the issuer's certificate, revocation list and master list into this folder before serving
    #[arg(long, visible_alias = "pki", value_name = "DIR")]
    issuer: Option<PathBuf>,
    /// Makes every key and random number repeat (overrides the profile)
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Say nothing about what happens to the card
    #[arg(long, short)]
    quiet: bool,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve(arguments) => serve(&arguments),
        Command::Make(arguments) => make(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("virtual-card: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make(arguments: &make::Arguments) -> Result<(), Box<dyn Error>> {
    let (_, card) = make::run(arguments)?;
    describe(&card.printed);
    eprintln!("written to {}", arguments.dir.display());
    Ok(())
}

fn serve(arguments: &Serve) -> Result<(), Box<dyn Error>> {
    // Being stopped is how a served card usually ends: it is no failure.
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        signal_hook::flag::register_conditional_shutdown(signal, 0, Arc::new(AtomicBool::new(true)))?;
    }
    let (profile, image) = card_to_serve(arguments)?;
    let mut card = Card::new(image, profile.faults, profile.link, seed(arguments.seed.or(profile.seed))?);
    let quiet = arguments.quiet;
    vpcd::serve(&mut card, &arguments.host, arguments.port, |event| {
        if !quiet {
            eprintln!("{}", in_words(&event));
        }
    })?;
    Ok(())
}

fn card_to_serve(arguments: &Serve) -> Result<(Profile, ChipImage), Box<dyn Error>> {
    if let Some(dir) = &arguments.card {
        return Ok(make::read(dir)?);
    }
    let mut profile = match &arguments.profile {
        Some(path) => Profile::from_file(path)?,
        None => Profile::default(),
    };
    if let Some(person) = &arguments.person {
        profile.person.clone_from(person);
    }
    profile.seed = arguments.seed.or(profile.seed);
    let card = personalise::personalise(&profile)?;
    if let Some(dir) = &arguments.issuer {
        make::write_issuer(&card.issuer, dir)?;
    }
    if !arguments.quiet {
        describe(&card.printed);
    }
    Ok((profile, card.image))
}

/// The chip's random numbers: from a seed, or new each time.
fn seed(number: Option<u64>) -> Result<[u8; 32], getrandom::Error> {
    let mut seed = [0; 32];
    match number {
        Some(number) => seed[..8].copy_from_slice(&number.to_be_bytes()),
        None => getrandom::SysRng.try_fill_bytes(&mut seed)?,
    }
    Ok(seed)
}

/// What a reader needs to open the card.
fn describe(printed: &Printed) {
    if let Some(can) = &printed.can {
        eprintln!("CAN {can}");
    }
    printed.mrz.iter().for_each(|line| eprintln!("MRZ {line}"));
}

fn in_words(event: &Event) -> String {
    match event {
        Event::Waiting => "waiting for the virtual reader (vpcd) of the PC/SC service: is pcscd running?".into(),
        Event::Inserted => "card inserted".into(),
        Event::Closed => "the service closed the connection".into(),
        Event::Removed(Away::For(time)) => format!("card removed, back in {} ms", time.as_millis()),
        Event::Removed(Away::Forever) => "card removed for good".into(),
        Event::Silent => "the chip has fallen silent".into(),
        Event::Powered => "powered".into(),
    }
}
