//! Pictures as files, and what they hold as JSON lines.

use std::error::Error;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use qr_pictures::category::HARMS;
use qr_pictures::codeless;
use qr_pictures::render::picture;
use qr_pictures::scene::Scene;
use qr_pictures::sensor::Grey;
use serde_json::{Map, Value, json};

use crate::Which;

/// Writes pictures and `truth.jsonl`.
pub(crate) fn make(folder: &Path, which: &Which) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let mut truth = BufWriter::new(fs::File::create(folder.join("truth.jsonl"))?);
    for category in which.categories() {
        fs::create_dir_all(folder.join(category.name()))?;
        for index in which.indices() {
            let scene = Scene::draw(which.seed, category, index, which.size(index));
            let file = write(folder, &scene.id, &picture(&scene))?;
            writeln!(truth, "{}", described(&scene, &file))?;
        }
    }
    fs::create_dir_all(folder.join("codeless"))?;
    for index in 0..which.codeless {
        let file = write(folder, &format!("codeless/{index}"), &codeless::frame(which.seed, index, which.size(index)))?;
        writeln!(truth, "{}", json!({"file": file, "category": "codeless", "bytes_hex": null}))?;
    }
    truth.flush()?;
    Ok(())
}

/// Writes a picture that a reader did not read.
pub(crate) fn dump(folder: &Path, id: &str, grey: &Grey) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    write(folder, &id.replace('/', "-"), grey)?;
    Ok(())
}

/// What went through JPEG is written as it came out: readers of files then see the same pixels as readers of memory.
fn write(folder: &Path, id: &str, grey: &Grey) -> Result<String, Box<dyn Error>> {
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
