//! The files of a chip.

use icao9303::lds::content::Content;
use icao9303::lds::dg11::Dg11;
use icao9303::lds::dg12::Dg12;
use icao9303::lds::dg15::public_key_of_dg15;
use icao9303::lds::face::{Face, FaceEncoding};
use icao9303::lds::file::{DataGroup, ElementaryFile};
use icao9303::lds::picture::Picture;
use icao9303::lds::security_infos::SecurityInfos;
use icao9303::lds::text::Text;
use icao9303::passive_authentication::UnixTime;
use icao9303::tlv::{self, Tlv};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::pki::{hex, malformed};
use super::{InspectError, Inspection, Kind, security, signed};
use crate::dg13::{Dg13, ItemNumber};
use crate::mrz::DocumentMrz;
use crate::validity::today_in_vietnam;

/// The most bytes of an unknown content shown in hexadecimal.
const MOST_HEX: usize = 256;

pub(super) fn inspect(file: ElementaryFile, bytes: &[u8], now: UnixTime) -> Result<Inspection, InspectError> {
    let bad = |error: &dyn std::fmt::Display| malformed(file.name(), error);
    match file {
        ElementaryFile::Sod => return signed::sod(bytes, now),
        ElementaryFile::CardSecurity => return signed::card_security(bytes, now),
        _ => {}
    }
    let mut inspection = Inspection::new(Kind::File(file));
    match file {
        ElementaryFile::CardAccess => {
            let infos = SecurityInfos::parse(bytes).map_err(|error| bad(&error))?;
            inspection.set("security_infos", security::values(&infos));
        }
        ElementaryFile::Dg(DataGroup::DG14) => {
            let infos = SecurityInfos::parse_dg14(bytes).map_err(|error| bad(&error))?;
            inspection.set("security_infos", security::values(&infos));
        }
        ElementaryFile::Dg(DataGroup::DG13) => {
            let dg13 = Dg13::parse(bytes).map_err(|error| bad(&error))?;
            inspection.set("items", items(&dg13));
            inspection.deviations = dg13.remarks().to_vec();
        }
        ElementaryFile::Dg(DataGroup::DG15) => {
            let key = public_key_of_dg15(bytes).map_err(|error| bad(&error))?;
            inspection.set("public_key", security::key_name(key));
        }
        ElementaryFile::Cvca => inspection.set("authority_references", authority_references(bytes)),
        _ => {
            let content = Content::parse(file, bytes).map_err(|error| bad(&error))?;
            inspection.deviations = content.remarks().to_vec();
            inspection.content(&content, now);
        }
    }
    Ok(inspection)
}

impl Inspection {
    fn content(&mut self, content: &Content<'_>, now: UnixTime) {
        match content {
            Content::Com(com) => {
                self.set("lds_version", json!(com.lds_version.map(|version| version.to_string())));
                self.set("unicode_version", json!(com.unicode_version.map(|version| version.to_string())));
                self.set("data_groups", com.data_groups.iter().map(|group| group.name()).collect::<Vec<_>>());
            }
            Content::Dir(dir) => {
                let applications = dir.applications.iter().map(|application| {
                    json!({ "identifier": hex(application.identifier), "label": application.label.map(text) })
                });
                self.set("applications", applications.collect::<Vec<_>>());
                self.set("has_emrtd", dir.has_emrtd());
            }
            Content::AtrInfo(info) => {
                if let Some(lengths) = info.extended_length {
                    self.set("max_command", lengths.max_command);
                    self.set("max_response", lengths.max_response);
                }
                self.set(
                    "extended_length",
                    json!(info.capabilities.map(|capabilities| capabilities.extended_length())),
                );
            }
            Content::Dg1(dg1) => self.mrz(DocumentMrz::new(dg1.mrz.clone(), today(now))),
            Content::Dg2(dg2) => {
                self.set("faces", dg2.faces.iter().map(face).collect::<Vec<_>>());
                self.picture = dg2.faces.first().map(|face| face.picture.bytes.to_vec());
            }
            Content::Biometric(biometric) => {
                let templates = biometric.templates.iter().map(|template| {
                    json!({
                        "biometric_type": template.header.biometric_type, "subtype": template.header.subtype,
                        "format_owner": template.header.format_owner, "format_type": template.header.format_type,
                        "bytes": template.data.len(),
                    })
                });
                self.set("templates", templates.collect::<Vec<_>>());
            }
            Content::Displayed(displayed) => {
                self.set("pictures", displayed.pictures.iter().map(picture).collect::<Vec<_>>());
                self.picture = displayed.pictures.first().map(|picture| picture.bytes.to_vec());
            }
            Content::Dg11(dg11) => self.dg11(dg11),
            Content::Dg12(dg12) => self.dg12(dg12),
            Content::Dg16(dg16) => {
                let persons = dg16.persons.iter().map(|person| {
                    json!({
                        "recorded_on": person.recorded_on.map(|date| date.to_string()), "name": person.name.map(text),
                        "telephone": person.telephone.map(text), "address": person.address.map(text),
                    })
                });
                self.set("persons", persons.collect::<Vec<_>>());
            }
            Content::Raw { object, .. } => self.raw(object),
            _ => {}
        }
    }

    fn mrz(&mut self, mrz: DocumentMrz) {
        self.set("format", format!("{:?}", mrz.mrz().format()).to_uppercase());
        self.set("mrz", mrz.mrz().lines().map(str::to_owned).collect::<Vec<_>>());
        self.set("holder", json!(mrz));
        let problems = mrz.problems().iter().map(ToString::to_string);
        self.set("problems", problems.collect::<Vec<_>>());
        let known: Vec<_> = self.deviations.iter().map(|remark| remark.code).collect();
        self.deviations.extend(mrz.remarks().iter().filter(|remark| !known.contains(&remark.code)).cloned());
    }

    fn dg11(&mut self, dg11: &Dg11<'_>) {
        self.set("full_name", json!(dg11.full_name.map(text)));
        self.set("other_names", json!(dg11.other_names.iter().copied().map(text).collect::<Vec<_>>()));
        self.set("personal_number", json!(dg11.personal_number.map(text)));
        self.set("date_of_birth", json!(dg11.date_of_birth.map(|date| date.to_string())));
        self.set("place_of_birth", json!(dg11.place_of_birth.map(text)));
        self.set("address", json!(dg11.address.map(text)));
        self.set("telephone", json!(dg11.telephone.map(text)));
        self.set("profession", json!(dg11.profession.map(text)));
        self.set("title", json!(dg11.title.map(text)));
        self.set("personal_summary", json!(dg11.personal_summary.map(text)));
        self.set("other_travel_documents", json!(dg11.other_travel_documents.map(text)));
        self.set("custody", json!(dg11.custody.map(text)));
        self.set("others", dg11.others.iter().map(object).collect::<Vec<_>>());
    }

    fn dg12(&mut self, dg12: &Dg12<'_>) {
        self.set("issuing_authority", json!(dg12.issuing_authority.map(text)));
        self.set("date_of_issue", json!(dg12.date_of_issue.map(|date| date.to_string())));
        self.set("other_persons", json!(dg12.other_persons.iter().copied().map(text).collect::<Vec<_>>()));
        self.set("endorsements", json!(dg12.endorsements.map(text)));
        self.set("tax_and_exit", json!(dg12.tax_and_exit.map(text)));
        self.set("front", json!(dg12.front.as_ref().map(picture)));
        self.set("rear", json!(dg12.rear.as_ref().map(picture)));
        self.set("personalisation_system", json!(dg12.personalisation_system.map(text)));
        self.set("others", dg12.others.iter().map(object).collect::<Vec<_>>());
    }

    /// What nobody knows, in hexadecimal where it is short.
    fn raw(&mut self, object: &Tlv<'_>) {
        self.set("content_bytes", object.value.len());
        if object.value.len() <= MOST_HEX {
            self.set("content", hex(object.value));
        }
    }
}

fn today(now: UnixTime) -> jiff::civil::Date {
    today_in_vietnam(Timestamp::from_second(now).unwrap_or(Timestamp::UNIX_EPOCH))
}

fn text(text: Text<'_>) -> String {
    text.to_str_lossy().into_owned()
}

fn object(object: &Tlv<'_>) -> Value {
    json!({ "tag": format!("{:02X}", object.tag), "bytes": object.value.len() })
}

fn face(face: &Face<'_>) -> Value {
    let encoding = match face.encoding {
        FaceEncoding::Iso19794 => "ISO/IEC 19794-5",
        FaceEncoding::Iso39794 => "ISO/IEC 39794-5",
        FaceEncoding::Salvaged => "salvaged",
    };
    let mut value = picture(&face.picture);
    value["encoding"] = encoding.into();
    value["feature_points"] = face.feature_points.into();
    value
}

fn picture(picture: &Picture<'_>) -> Value {
    json!({
        "format": picture.format.as_str(), "width": picture.size.map(|(width, _)| width),
        "height": picture.size.map(|(_, height)| height), "bytes": picture.bytes.len(), "complete": picture.has_end(),
    })
}

/// Every item by its number, with the name of those that are known.
fn items(dg13: &Dg13) -> Vec<Value> {
    let item = |item: &crate::dg13::Item| {
        let mut value = json!({
            "number": item.number, "name": item.number.and_then(item_name), "strings": item.strings,
        });
        if item.strings.is_empty() && item.raw.len() <= MOST_HEX {
            value["content"] = hex(&item.raw).into();
        }
        value
    };
    dg13.items().iter().map(item).collect()
}

fn item_name(number: u32) -> Option<&'static str> {
    const NAMES: [(ItemNumber, &str); 15] = [
        (ItemNumber::IdNumber, "id_number"),
        (ItemNumber::FullName, "full_name"),
        (ItemNumber::DateOfBirth, "date_of_birth"),
        (ItemNumber::Sex, "sex"),
        (ItemNumber::Nationality, "nationality"),
        (ItemNumber::Ethnicity, "ethnicity"),
        (ItemNumber::Religion, "religion"),
        (ItemNumber::PlaceOfOrigin, "place_of_origin"),
        (ItemNumber::PlaceOfResidence, "place_of_residence"),
        (ItemNumber::IdentifyingFeatures, "identifying_features"),
        (ItemNumber::DateOfIssue, "date_of_issue"),
        (ItemNumber::DateOfExpiry, "date_of_expiry"),
        (ItemNumber::Parents, "parents"),
        (ItemNumber::Spouse, "spouse"),
        (ItemNumber::OldIdNumber, "old_id_number"),
    ];
    NAMES.iter().find(|(item, _)| *item as u32 == number).map(|(_, name)| *name)
}

/// EF.CVCA: one or two certification authority references, then zeros (BSI TR-03110-3, A.1.2).
fn authority_references(bytes: &[u8]) -> Vec<String> {
    tlv::Reader::new(bytes)
        .map_while(Result::ok)
        .take_while(|object| object.tag == 0x42)
        .map(|object| Text::new(object.value).to_str_lossy().into_owned())
        .collect()
}
