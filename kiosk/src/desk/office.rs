//! Whose desk it is: what a form says of the office that receives it.

use cccd_forms::filling;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::figures::period::{CutDay, CutWeekday, Cuts};
use super::figures::summary::SecondsPerField;

/// The office.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Office {
    /// The authority that a form is addressed to, as `Ủy ban nhân dân xã Lâm Hợp`.
    pub authority: String,
    /// The police that residence and identity forms are addressed to, as `Công an xã Lâm Hợp`.
    pub police: String,
    /// Where a form is signed, as `Lâm Hợp`.
    pub place: String,
    /// The telephone for citizens' requests and complaints.
    pub phone: String,
    /// The e-mail address for them.
    pub email: String,
    /// Where the office is.
    pub address: String,
    /// The code of the province (Decision 19/2025/QĐ-TTg), as `40`.
    pub province: String,
    /// The day of a month on which its figures are closed.
    pub cut_day: CutDay,
    /// The day of a week on which its figures are closed.
    pub cut_weekday: CutWeekday,
    /// What figures take for the time to type one field by hand.
    pub seconds_per_field: SecondsPerField,
}

impl Office {
    /// When its figures are closed.
    pub fn cuts(&self) -> Cuts {
        Cuts { day: self.cut_day, weekday: self.cut_weekday }
    }

    /// The same as the forms take it, on a day.
    pub fn of_forms(&self, today: Date) -> filling::Desk {
        filling::Desk {
            authority: self.authority.clone(),
            police: self.police.clone(),
            place: self.place.clone(),
            province: self.province.clone(),
            today,
        }
    }
}
