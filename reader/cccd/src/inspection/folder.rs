//! A folder: the files of a chip with their hashes compared, or whatever else is in it.

use std::collections::BTreeMap;
use std::path::Path;

use icao9303::lds;
use icao9303::lds::file::ElementaryFile;
use icao9303::passive_authentication::{self, Asked, DocumentIdentity, Evidence, Trust, TrustAnchors, UnixTime};
use serde_json::{Map, json};

use super::{InspectError, Inspection, Kind, MAX_LEN, inspect};
use crate::trust_store::{read_at_most, visible_files};

/// Reads every file of a folder, in order of name; hidden ones and folders in it are passed over. All its files together
/// are bounded as one file is.
///
/// # Errors
/// The folder cannot be read.
pub fn inspect_folder(folder: &Path, now: UnixTime) -> Result<Inspection, InspectError> {
    let mut files = BTreeMap::new();
    let mut inspected = Vec::new();
    let mut left = MAX_LEN;
    for path in visible_files(folder).map_err(|error| InspectError::unreadable(&error))? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let read = read_at_most(&path, left);
        let found = match read {
            Ok(bytes) => {
                left = left.saturating_sub(bytes.len() as u64);
                let found = inspect(&bytes, now);
                if let Ok(Inspection { kind: Kind::File(file), .. }) = found {
                    files.entry(file).or_insert(bytes);
                }
                found
            }
            Err(error) => Err(InspectError::unreadable(&error)),
        };
        inspected.push((name, found));
    }
    let kind = if files.is_empty() { Kind::Folder } else { Kind::Dump };
    let mut inspection = Inspection::new(kind);
    inspection.size = inspected.iter().filter_map(|(_, found)| found.as_ref().ok()).map(|found| found.size).sum();
    inspection.files = inspected;
    compare_hashes(&mut inspection, &files, now);
    Ok(inspection)
}

/// Whether the data groups are those that EF.SOD lists. Who signed it is `cccd verify`'s to say.
fn compare_hashes(inspection: &mut Inspection, files: &BTreeMap<ElementaryFile, Vec<u8>>, now: UnixTime) {
    let Some(sod) = files.get(&ElementaryFile::Sod) else { return };
    let groups: Vec<_> =
        files.iter().filter_map(|(file, bytes)| Some((file.data_group()?.number(), bytes.as_slice()))).collect();
    let anchors = TrustAnchors::new();
    let cut: Vec<_> = groups.iter().filter(|(_, bytes)| lds::is_cut_short(bytes)).map(|(group, _)| *group).collect();
    let document = DocumentIdentity::default();
    let evidence = Evidence { sod: Some(sod), files: &groups, cut: &cut, asked: Asked::All, document };
    let trust = Trust { anchors: &anchors, revocation_lists: &[], now };
    let hashes = passive_authentication::verify(&evidence, &trust).data_group_hashes;
    let states: Map<_, _> =
        hashes.groups.iter().map(|(group, state)| (format!("DG{group}"), json!(state.as_str()))).collect();
    inspection.set("data_group_hashes", states);
}
