//! Scores as a table.

use std::time::Duration;

use qr_pictures::codeless;
use qr_pictures::render::picture;
use qr_pictures::scene::Scene;
use qr_pictures::score::{Ours, Reader, Score};

use crate::files::{Failure, Sample};
use crate::{Scoring, Which, files, peers};

/// The kind of frames that hold no code.
const CODELESS: &str = "codeless";

/// Scores and prints.
pub(crate) fn score(scoring: &Scoring) -> Result<(), Failure> {
    let mut readers: Vec<Box<dyn Reader>> = vec![Box::new(Ours::new(scoring.budget.map(Duration::from_millis)))];
    if let Some(python) = &scoring.peers {
        readers.extend(peers::found(python));
    }
    if let Some(folder) = &scoring.photos {
        return photographs(scoring, folder, &mut readers);
    }
    let samples: Box<dyn Iterator<Item = Result<Sample, Failure>>> = match &scoring.set {
        Some(folder) => Box::new(files::made(folder)?.filter(|sample| scoring.which.wants(sample))),
        None => Box::new(drawn(&scoring.which)),
    };
    let mut table = Table::new(&readers);
    for sample in samples {
        let sample = sample?;
        for (place, reader) in readers.iter_mut().enumerate() {
            let answer = reader.read(&sample.grey);
            let good = table.row(&sample.category).scores[place].add(&sample.id, sample.payload.as_deref(), &answer);
            if let Some(folder) = scoring.dump.as_ref().filter(|_| place == 0 && !good) {
                files::dump(folder, &sample.id, &sample.grey)?;
            }
        }
    }
    table.finish();
    Ok(())
}

/// Photographs of codes with their text beside them.
fn photographs(scoring: &Scoring, folder: &std::path::Path, readers: &mut [Box<dyn Reader>]) -> Result<(), Failure> {
    let mut table = Table::new(readers);
    for (path, text) in files::photographs(folder)? {
        let id = path.strip_prefix(folder)?.display().to_string();
        let grey = files::read(&path)?;
        let kind = path
            .parent()
            .and_then(|parent| parent.file_name())
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        for (place, reader) in readers.iter_mut().enumerate() {
            let mut answer = reader.read(&grey);
            // Texts beside photographs are UTF-8 whatever the code's bytes are, and may end with a line's end.
            for payload in answer.payloads.iter_mut().filter(|payload| same_text(payload, &text)) {
                payload.clone_from(&text);
            }
            let good = table.row(&kind).scores[place].add(&id, Some(&text), &answer);
            if let Some(folder) = scoring.dump.as_ref().filter(|_| place == 0 && !good) {
                files::dump(folder, &id, &grey)?;
            }
        }
    }
    table.finish();
    Ok(())
}

/// Whether bytes are a text in UTF-8, with other line ends perhaps, or in a charset with the same ASCII characters.
fn same_text(payload: &[u8], text: &[u8]) -> bool {
    let lines = |bytes: &[u8]| bytes.trim_ascii().iter().copied().filter(|&byte| byte != b'\r').collect::<Vec<_>>();
    if lines(payload) == lines(text) {
        return true;
    }
    let foreign = !text.is_ascii() && std::str::from_utf8(payload).is_err();
    let latin: Vec<u8> = text.iter().copied().filter(u8::is_ascii_graphic).collect();
    foreign && (latin == ascii(payload, |_| false) || latin == ascii(payload, leads_a_pair))
}

/// The visible ASCII characters, less those that follow a byte that leads a pair.
fn ascii(bytes: &[u8], leads: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut found = Vec::new();
    let mut bytes = bytes.iter().copied();
    while let Some(byte) = bytes.next() {
        if leads(byte) {
            bytes.next();
        } else if byte.is_ascii_graphic() {
            found.push(byte);
        }
    }
    found
}

/// Of Shift JIS.
fn leads_a_pair(byte: u8) -> bool {
    matches!(byte, 0x81..=0x9f | 0xe0..=0xfc)
}

/// Pictures of these categories, then frames without a code.
fn drawn(which: &Which) -> impl Iterator<Item = Result<Sample, Failure>> {
    let scenes = which.categories().into_iter().flat_map(move |category| {
        which.indices().map(move |index| {
            let scene = Scene::draw(which.seed, category, index, which.size(index));
            let grey = picture(&scene);
            Ok(Sample { id: scene.id, category: category.name().to_owned(), payload: Some(scene.code.payload), grey })
        })
    });
    scenes.chain((0..which.codeless).map(|index| {
        let grey = codeless::frame(which.seed, index, which.size(index));
        Ok(Sample { id: format!("{CODELESS}/{index}"), category: CODELESS.to_owned(), payload: None, grey })
    }))
}

/// The pictures that times are compared on, and with whose.
const COMPARED: (&str, &str) = ("clean", "zxing-cpp");

/// How readers did on every category, printed as soon as it is known.
struct Table {
    names: Vec<String>,
    /// Median times on pictures of the kind that times are compared on.
    times: Vec<f64>,
    all: Vec<Score>,
    row: Option<Row>,
}

struct Row {
    category: String,
    scores: Vec<Score>,
}

impl Table {
    fn new(readers: &[Box<dyn Reader>]) -> Self {
        let names: Vec<_> = readers.iter().map(|reader| reader.name().to_owned()).collect();
        println!(
            "{:14} {:>12} {:>9} {:>6} {:>6} {:>9} {:>9}  missed",
            "", "", "read", "%", "wrong", "median ms", "p95 ms"
        );
        Self { all: vec![Score::default(); names.len()], names, times: Vec::new(), row: None }
    }

    /// The row of a category, after the one before it is printed.
    fn row(&mut self, category: &str) -> &mut Row {
        if self.row.as_ref().is_some_and(|row| row.category != category) {
            self.close();
        }
        let scores = vec![Score::default(); self.names.len()];
        self.row.get_or_insert_with(|| Row { category: category.to_owned(), scores })
    }

    fn close(&mut self) {
        let Some(row) = self.row.take() else { return };
        self.print(&row);
        if row.category == COMPARED.0 {
            self.times = row.scores.iter().map(|score| score.milliseconds(0.5)).collect();
        }
        if row.category != CODELESS {
            self.all.iter_mut().zip(&row.scores).for_each(|(all, score)| all.join(score));
        }
    }

    fn finish(mut self) {
        self.close();
        let mut scores = std::mem::take(&mut self.all);
        scores.iter_mut().for_each(|score| score.missed.clear());
        self.print(&Row { category: "all".to_owned(), scores });
        let beside = self.names.iter().zip(&self.times).find(|(name, _)| *name == COMPARED.1);
        if let Some((_, beside)) = beside {
            let ratio = |(name, time): (&String, &f64)| format!("{name} ×{:.2}", time / beside);
            let ratios: Vec<_> = self.names.iter().zip(&self.times).map(ratio).collect();
            println!("median time on {} pictures to that of {}: {}", COMPARED.0, COMPARED.1, ratios.join(", "));
        }
    }

    fn print(&self, row: &Row) {
        for (name, score) in self.names.iter().zip(&row.scores) {
            let missed: Vec<_> = score.missed.iter().map(|id| id.rsplit('/').next().unwrap_or(id)).collect();
            println!(
                "{:14} {name:>12} {:>4}/{:<4} {:>6.1} {:>6} {:>9.2} {:>9.2}  {}",
                row.category,
                score.right,
                score.pictures(),
                score.percent(),
                score.wrong,
                score.milliseconds(0.5),
                score.milliseconds(0.95),
                missed.join(" ")
            );
        }
    }
}
