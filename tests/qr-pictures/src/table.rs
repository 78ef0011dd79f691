//! Scores as a table.

use std::error::Error;
use std::time::Duration;

use qr_pictures::codeless;
use qr_pictures::render::picture;
use qr_pictures::scene::Scene;
use qr_pictures::score::{Ours, Reader, Score};

use crate::{Scoring, files};

/// Scores and prints.
pub(crate) fn score(scoring: &Scoring) -> Result<(), Box<dyn Error>> {
    let which = &scoring.which;
    let mut reader = Ours::new(scoring.budget.map(Duration::from_millis));
    let mut all = Score::default();
    println!("{:14} {:>7} {:>7} {:>6} {:>9} {:>9}  missed", "", "read", "%", "wrong", "median ms", "p95 ms");
    for category in which.categories() {
        let mut score = Score::default();
        for index in which.indices() {
            let scene = Scene::draw(which.seed, category, index, which.size(index));
            let grey = picture(&scene);
            let answer = reader.read(&grey);
            let good = score.add(&scene.id, Some(&scene.code.payload), &answer);
            if let Some(folder) = scoring.dump.as_ref().filter(|_| !good) {
                files::dump(folder, &scene.id, &grey)?;
            }
        }
        print(category.name(), &score);
        all.join(&score);
    }
    all.missed.clear();
    print("all", &all);
    let mut score = Score::default();
    for index in 0..which.codeless {
        let answer = reader.read(&codeless::frame(which.seed, index, which.size(index)));
        score.add(&format!("codeless/{index}"), None, &answer);
    }
    print("codeless", &score);
    Ok(())
}

fn print(name: &str, score: &Score) {
    let missed: Vec<_> = score.missed.iter().map(|id| id.rsplit('/').next().unwrap_or(id)).collect();
    println!(
        "{name:14} {:>3}/{:<3} {:>7.1} {:>6} {:>9.2} {:>9.2}  {}",
        score.right,
        score.pictures(),
        score.percent(),
        score.wrong,
        score.milliseconds(0.5),
        score.milliseconds(0.95),
        missed.join(" ")
    );
}
