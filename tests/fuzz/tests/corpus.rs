//! Every target comes back from the genuine inputs, from small changes of them, and from what once mattered.

use std::fs;
use std::path::Path;

use fuzz::TARGETS;

#[test]
fn every_target_takes_the_genuine_inputs_and_small_changes_of_them() {
    for target in TARGETS {
        let seeds = (target.seeds)();
        assert!(seeds.iter().any(|seed| !seed.is_empty()), "{} starts from nothing", target.name);
        for seed in &seeds {
            (target.run)(seed);
        }
        // Spread over the first input, a few of each kind: the rest is the fuzzer's work.
        let Some(seed) = seeds.first() else { continue };
        for step in 0..8 {
            let at = seed.len() * step / 8;
            (target.run)(&seed[..at]);
            let mut changed = seed.clone();
            changed.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 0x40);
            (target.run)(&changed);
        }
    }
}

#[test]
fn every_target_takes_what_once_mattered() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for target in TARGETS {
        let Ok(inputs) = fs::read_dir(corpus.join(target.name)) else { continue };
        for input in inputs {
            let path = input.expect("a file of the corpus").path();
            (target.run)(&fs::read(&path).expect("a readable file"));
        }
    }
}

#[test]
fn every_folder_of_the_corpus_is_a_targets() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for folder in fs::read_dir(corpus).into_iter().flatten() {
        let name = folder.expect("a folder").file_name();
        let name = name.to_str().expect("a name");
        assert!(fuzz::target(name).is_some(), "corpus/{name} is no target's");
    }
}
