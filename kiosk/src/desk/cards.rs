//! Watches the readers, on a thread of its own, and tells the desk what is put on them and taken from them.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use cccd::pcsc::PcscError;
use cccd::pcsc::watch::{Change, Watch};

use super::state::{Desk, Readers};

/// How long a service that does not answer is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// Starts to watch. It goes on as long as the program does: a service that stops, or is not there yet, is tried again.
///
/// # Errors
/// No thread can be started.
pub fn watch(desk: Arc<Desk>) -> std::io::Result<()> {
    let work = move || {
        loop {
            let error = match Watch::start() {
                Ok(watch) => follow(&desk, watch),
                Err(error) => error,
            };
            desk.readers(Readers::NoService(error));
            thread::sleep(PAUSE);
        }
    };
    thread::Builder::new().name("readers".into()).spawn(work).map(drop)
}

/// Tells every change, until the service stops.
fn follow(desk: &Arc<Desk>, mut watch: Watch) -> PcscError {
    let mut attached: Vec<String> = Vec::new();
    desk.readers(Readers::Attached(Vec::new()));
    let error = loop {
        match watch.next_change(Duration::from_secs(60)) {
            Ok(None) => {}
            Ok(Some(Change::ReaderAttached(reader))) => {
                attached.push(reader);
                desk.readers(Readers::Attached(attached.clone()));
            }
            Ok(Some(Change::ReaderDetached(reader))) => {
                attached.retain(|other| *other != reader);
                desk.readers(Readers::Attached(attached.clone()));
            }
            Ok(Some(Change::CardInserted { reader, .. })) => desk.card_inserted(&reader, None),
            Ok(Some(Change::CardRemoved(reader))) => desk.card_removed(&reader),
            Err(error) => break error,
        }
    };
    // What lay on them is out of reach.
    attached.iter().for_each(|reader| desk.card_removed(reader));
    error
}
