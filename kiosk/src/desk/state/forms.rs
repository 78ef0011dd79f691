//! The service that was chosen, its forms, and what became of them.

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use cccd_forms::filling::Entry;
use cccd_forms::packs::Pack;

use super::Desk;
use crate::desk::audit::Act;
use crate::desk::clock;
use crate::desk::exports::delivery::{Delivery, DeliveryState};
use crate::desk::exports::printing;
use crate::desk::notice::Notice;
use crate::desk::session::Session;

impl Desk {
    /// Chooses a service, and opens the form that is in force for it today.
    pub fn choose_service(self: &Arc<Self>, number: u16) {
        let Some(service) = self.services.get(number) else { return };
        self.look_for_printers();
        let form = service.forms.first().map(String::as_str);
        self.change(|inner| {
            // What was said to the citizen before is done with.
            inner.notice = None;
            let province = inner.office.province.clone();
            let session = self.present(inner);
            session.leave();
            session.turn_to(number);
            let pack = form.and_then(|form| self.packs.for_day(form, clock::today(), &province));
            self.note_opened(session, number, pack);
            let Some(form) = form else { return };
            match pack {
                Some(pack) => session.open(number, pack, service.entries(form)),
                None => inner.notice = Some(Notice::no_form(self.packs.why_none(form, clock::today()))),
            }
        });
    }

    fn note_opened(&self, session: &Session, service: u16, pack: Option<&Pack>) {
        self.audit.note(&Act::FormOpened {
            service,
            form: pack.map(|pack| pack.id.clone()),
            people: session.people.iter().filter_map(|person| person.pseudonym.clone()).collect(),
            practice: session.is_all_practice(),
        });
    }

    /// Opens another form of the chosen service.
    pub fn choose_form(&self, form: &str) {
        self.change(|inner| {
            let Some(session) = &mut inner.session else { return };
            session.touch(Instant::now());
            let service = session.service.and_then(|number| self.services.get(number));
            let Some(service) = service.filter(|service| service.forms.iter().any(|other| other == form)) else {
                return;
            };
            match self.packs.for_day(form, clock::today(), &inner.office.province) {
                Some(pack) => {
                    session.leave();
                    self.note_opened(session, service.number, Some(pack));
                    session.open(service.number, pack, service.entries(form));
                }
                None => inner.notice = Some(Notice::no_form(self.packs.why_none(form, clock::today()))),
            }
        });
    }

    /// Something is about to be sent to the office's other software: not where the very same is on its way or has arrived, or
    /// the session is over.
    pub fn begin_delivery(&self, session: u64, delivery: Delivery) -> bool {
        self.change(|inner| {
            let Some(session) = inner.session.as_mut().filter(|other| other.id == session) else { return false };
            let same = |other: &Delivery| other.content == delivery.content;
            if session.deliveries.iter().any(|other| same(other) && other.state.is_under_way_or_done()) {
                return false;
            }
            session.deliveries.retain(|other| !same(other));
            session.deliveries.push(delivery);
            true
        })
    }

    /// What became of something that was sent.
    pub fn delivery(&self, session: u64, id: &str, state: DeliveryState) {
        self.change(|inner| {
            let session = inner.session.as_mut().filter(|other| other.id == session);
            let deliveries = session.into_iter().flat_map(|session| &mut session.deliveries);
            deliveries.filter(|delivery| delivery.id == id).for_each(|delivery| delivery.state = state.clone());
        });
    }

    /// A field of the open form is copied. Whether that is still to be recorded: once for the people who stand in it.
    pub fn is_new_copy(&self) -> bool {
        let inner = &mut *self.look();
        let Some(form) = inner.session.as_mut().and_then(|session| session.form.as_mut()) else { return false };
        let seated: Vec<u32> = form.roles.values().flatten().copied().collect();
        let known = form.copied.as_ref() == Some(&seated);
        form.copied = Some(seated);
        !known
    }

    /// Goes back to the services. The people stay, and the form is kept for who comes back to it.
    pub fn leave_service(&self) {
        self.in_session(Session::leave);
    }

    /// What the officer did to a field; nothing gives it back to the card.
    pub fn enter(&self, field: &str, entry: Option<Entry>) {
        self.in_session(|session| {
            let Some(form) = &mut session.form else { return };
            match entry {
                Some(entry) => form.entries.0.insert(field.to_owned(), entry),
                None => form.entries.0.remove(field),
            };
        });
    }

    /// Gives a person a place in the form, or takes it away.
    pub fn assign(&self, subject: &str, number: u32, seated: bool) {
        self.in_session(|session| {
            if let Some(pack) = session.form.as_ref().and_then(|form| self.packs.get(&form.pack)) {
                session.assign(subject, number, seated, pack);
            }
        });
    }

    /// Looks for printers, without waiting for what CUPS says.
    fn look_for_printers(self: &Arc<Self>) {
        let desk = Arc::clone(self);
        // Where no thread can be started, the PDF still prints from the browser.
        let _ = thread::Builder::new().name("printers".into()).spawn(move || {
            let printers = printing::printers();
            if desk.look().printers != printers {
                desk.change(|inner| inner.printers = printers);
            }
        });
    }
}
