//! Under libFuzzer (`make fuzz`), the target that the environment variable `FUZZ_TARGET` names. Otherwise a command:
//!
//! - `fuzz list` names the targets;
//! - `fuzz seeds DIR` writes the inputs to start from, a folder for each target;
//! - `fuzz run TARGET FILE…` runs a target once over each file, to look into what was found.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
mod entry {
    use std::sync::LazyLock;

    static TARGET: LazyLock<&fuzz::Target> = LazyLock::new(|| {
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        fuzz::target(&name).unwrap_or_else(|| panic!("FUZZ_TARGET={name} is none of the targets"))
    });

    libfuzzer_sys::fuzz_target!(|input: &[u8]| (TARGET.run)(input));
}

#[cfg(not(fuzzing))]
fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["list"] => {
            fuzz::TARGETS.iter().for_each(|target| println!("{}", target.name));
            Ok(())
        }
        ["seeds", folder] => write_seeds(folder.as_ref()),
        ["run", name, ref files @ ..] => run(name, files),
        _ => Err("usage: fuzz list | fuzz seeds DIR | fuzz run TARGET FILE…".into()),
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            std::process::ExitCode::from(2)
        }
    }
}

#[cfg(not(fuzzing))]
fn write_seeds(folder: &std::path::Path) -> Result<(), String> {
    for target in fuzz::TARGETS {
        let folder = folder.join(target.name);
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for (number, seed) in (target.seeds)().iter().enumerate() {
            let file = folder.join(format!("seed-{number}"));
            std::fs::write(&file, seed).map_err(|error| format!("{}: {error}", file.display()))?;
        }
    }
    Ok(())
}

#[cfg(not(fuzzing))]
fn run(name: &str, files: &[&str]) -> Result<(), String> {
    let target = fuzz::target(name).ok_or_else(|| format!("there is no target `{name}`"))?;
    for file in files {
        let input = std::fs::read(file).map_err(|error| format!("{file}: {error}"))?;
        (target.run)(&input);
        println!("{file}: {} bytes, no fault", input.len());
    }
    Ok(())
}
