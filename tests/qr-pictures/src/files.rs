//! Pictures as files, and what they hold as JSON lines.

use std::error::Error;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{panic, thread};

use qr_pictures::category::{Category, HARMS};
use qr_pictures::codeless;
use qr_pictures::render::picture;
use qr_pictures::scene::Scene;
use qr_pictures::sensor::Grey;
use serde_json::{Map, Value, json};

use crate::Which;

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// The list of pictures in a folder.
const TRUTH: &str = "truth.jsonl";

/// How photographs' names end.
const KINDS: [&str; 5] = ["png", "jpg", "jpeg", "webp", "bmp"];

/// A picture and what it holds.
pub(crate) struct Sample {
    pub(crate) id: String,
    pub(crate) category: String,
    pub(crate) payload: Option<Vec<u8>>,
    pub(crate) grey: Grey,
}

/// Writes pictures and their list, on all processors.
pub(crate) fn make(folder: &Path, which: &Which) -> Result<(), Failure> {
    let categories = which.categories();
    for name in categories.iter().map(|category| category.name()).chain(["codeless"]) {
        fs::create_dir_all(folder.join(name))?;
    }
    let with_code = categories.iter().flat_map(|&category| which.indices().map(move |index| (Some(category), index)));
    let pictures: Vec<_> = with_code.chain((0..which.codeless).map(|index| (None, index))).collect();
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<(usize, Value)>, Failure> {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(&(category, index)) = pictures.get(place) else { return Ok(done) };
            done.push((place, one(folder, which, category, index)?));
        }
    };
    let mut lines = thread::scope(|scope| -> Result<Vec<_>, Failure> {
        let count = thread::available_parallelism().map_or(1, usize::from);
        let threads: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
        let mut lines = Vec::new();
        for thread in threads {
            lines.extend(thread.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked))?);
        }
        Ok(lines)
    })?;
    lines.sort_by_key(|(place, _)| *place);
    let mut file = BufWriter::new(fs::File::create(folder.join(TRUTH))?);
    lines.iter().try_for_each(|(_, line)| writeln!(file, "{line}"))?;
    Ok(file.flush()?)
}

/// Writes one picture and says what it holds.
fn one(folder: &Path, which: &Which, category: Option<Category>, index: usize) -> Result<Value, Failure> {
    let Some(category) = category else {
        let file = write(folder, &format!("codeless/{index}"), &codeless::frame(which.seed, index, which.size(index)))?;
        return Ok(json!({"file": file, "category": "codeless", "bytes_hex": null}));
    };
    let scene = Scene::draw(which.seed, category, index, which.size(index));
    let file = write(folder, &scene.id, &picture(&scene))?;
    Ok(described(&scene, &file))
}

/// The pictures that [`make`] wrote.
pub(crate) fn made(folder: &Path) -> Result<impl Iterator<Item = Result<Sample, Failure>>, Failure> {
    let list = fs::read_to_string(folder.join(TRUTH))?;
    let lines: Vec<Value> = list.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let folder = folder.to_owned();
    Ok(lines.into_iter().map(move |line| {
        let text = |name: &str| line[name].as_str().unwrap_or_default();
        Ok(Sample {
            id: text("file").trim_end_matches(".png").to_owned(),
            category: text("category").to_owned(),
            payload: line["bytes_hex"].as_str().and_then(bytes),
            grey: read(&folder.join(text("file")))?,
        })
    }))
}

/// The photographs in a folder and those within that have a text beside them.
pub(crate) fn photographs(folder: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>, Failure> {
    let mut found = Vec::new();
    let mut entries =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(photographs(&path)?);
        } else if path.extension().is_some_and(|kind| KINDS.iter().any(|of| kind == *of)) {
            if let Ok(text) = fs::read(path.with_extension("txt")) {
                found.push((path, text));
            }
        }
    }
    Ok(found)
}

/// A picture file in grey.
pub(crate) fn read(path: &Path) -> Result<Grey, Failure> {
    let grey = image::open(path)?.into_luma8();
    Ok(Grey { width: grey.width() as usize, height: grey.height() as usize, pixels: grey.into_raw() })
}

/// Writes a picture that a reader did not read.
pub(crate) fn dump(folder: &Path, id: &str, grey: &Grey) -> Result<(), Failure> {
    fs::create_dir_all(folder)?;
    write(folder, &id.replace('/', "-"), grey)?;
    Ok(())
}

/// What went through JPEG is written as it came out: readers of files then see the same pixels as readers of memory.
fn write(folder: &Path, id: &str, grey: &Grey) -> Result<String, Failure> {
    let name = format!("{id}.png");
    fs::write(folder.join(&name), grey.png()?)?;
    Ok(name)
}

fn described(scene: &Scene, file: &str) -> Value {
    let harms: Map<_, _> = HARMS.iter().map(|&harm| (harm.name().to_owned(), json!(scene.harm(harm)))).collect();
    let hex: String = scene.code.payload.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "file": file, "category": scene.category.name(), "bytes_hex": hex, "storage": format!("{:?}", scene.code.storage),
        "version": scene.code.version, "error_correction": format!("{:?}", scene.code.level), "corners": scene.corners(),
        "inverted": scene.inverted, "mirrored": scene.mirrored, "harms": harms,
    })
}

/// Bytes written in hexadecimal.
pub(crate) fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks_exact(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
