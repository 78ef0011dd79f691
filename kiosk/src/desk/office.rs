//! Whose desk it is: what a form says of the office that receives it.

use cccd_forms::filling;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

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
}

impl Office {
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
