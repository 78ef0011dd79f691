//! The host's share: the recorded read again, with answers that cost nothing.

use std::time::Instant;

use cccd::assessment::{self, Evidence, Yardstick};
use cccd::read::{self, Event, Statistics};
use cccd::trace::Trace;
use cccd::trace::replay::Replay;
use cccd::trace::settings::Settings;
use cccd::trace::trust;
use icao9303::lds::content::Content;

use crate::{median, milliseconds};

const REPLAYS: usize = 50;

pub fn measure(trace: &Trace) {
    let settings = Settings::of(trace).expect("its settings");
    let trusted = trust::of(trace).expect("its anchors");
    let (mut access, mut session, mut parsing, mut verifying) = (vec![], vec![], vec![], vec![]);
    for _ in 0..REPLAYS {
        let replay = Replay::new(trace);
        let began = Instant::now();
        let mut opened = None;
        let mut observe = |event: Event<'_>| {
            if matches!(event, Event::Phase(name) if name != "access") {
                opened.get_or_insert_with(|| began.elapsed());
            }
        };
        let (mut source, mut rng) = (replay.clone(), replay.rng());
        let reading = read::read(&mut source, &settings.request, &Statistics::start(), &mut rng, &mut observe)
            .expect("the recorded read");
        session.push(began.elapsed());
        access.push(opened.expect("a channel"));
        let began = Instant::now();
        for (file, bytes) in &reading.files {
            Content::parse(*file, bytes).expect("a file");
        }
        parsing.push(began.elapsed());
        let began = Instant::now();
        let by = Yardstick { trusted: &trusted, at: settings.at, given: settings.given() };
        let asked = settings.request.goal.numbers();
        let _ = assessment::assess(&Evidence::of(&reading, asked.as_deref(), false), &by);
        verifying.push(began.elapsed());
    }
    let ms = |times: Vec<_>| median(times.into_iter().map(milliseconds));
    println!("host alone, the first of these played again without a card, median of {REPLAYS}:");
    println!("  PACE {:.2} ms, whole session with both proofs of the chip {:.2} ms", ms(access), ms(session));
    println!("  passive authentication and all other checks {:.2} ms", ms(verifying));
    println!("  parsing every file {:.2} ms", ms(parsing));
}
