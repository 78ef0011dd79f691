//! The machine as the examination sees it: files, kernel modules, USB devices. Read from /sys and /proc, which a test
//! replaces by a folder.

use std::fs;
use std::path::{Path, PathBuf};

/// Where to look.
#[derive(Clone, Debug)]
pub(super) struct System {
    root: PathBuf,
}

/// A USB interface that could be a card reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UsbReader {
    /// The product's own name, or its identifiers.
    pub product: String,
    /// Vendor and product, as `072f:2200`.
    pub id: String,
    /// The kernel driver that holds it.
    pub driver: Option<String>,
}

/// Kernel drivers that take contactless readers away from the PC/SC service.
const NFC_DRIVERS: [&str; 4] = ["pn533_usb", "pn533", "port100", "nfcsim"];

impl System {
    pub(super) fn this_machine() -> Self {
        Self { root: PathBuf::from("/") }
    }

    #[cfg(test)]
    pub(super) fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Whether a file is there.
    pub(super) fn has(&self, path: &str) -> bool {
        self.root.join(path.trim_start_matches('/')).exists()
    }

    /// The loaded kernel modules that hold NFC readers.
    pub(super) fn nfc_modules(&self) -> Vec<String> {
        let modules = fs::read_to_string(self.root.join("proc/modules")).unwrap_or_default();
        let names = modules.lines().filter_map(|line| line.split(' ').next());
        names.filter(|name| NFC_DRIVERS.contains(name)).map(str::to_owned).collect()
    }

    /// USB interfaces of the smart card class (0B), and those that an NFC driver holds.
    pub(super) fn usb_readers(&self) -> Vec<UsbReader> {
        let Ok(entries) = fs::read_dir(self.root.join("sys/bus/usb/devices")) else { return Vec::new() };
        let mut readers: Vec<_> = entries.filter_map(|entry| self.usb_reader(&entry.ok()?.path())).collect();
        readers.sort_by(|a, b| a.id.cmp(&b.id));
        readers
    }

    /// The reader at an interface folder such as `1-2:1.0`, whose device is the folder `1-2` beside it.
    fn usb_reader(&self, interface: &Path) -> Option<UsbReader> {
        let class = attribute(interface, "bInterfaceClass")?;
        let driver = fs::read_link(interface.join("driver"))
            .ok()
            .and_then(|target| Some(target.file_name()?.to_string_lossy().into_owned()));
        let held = driver.as_deref().is_some_and(|driver| NFC_DRIVERS.contains(&driver));
        if class != "0b" && !held {
            return None;
        }
        let name = interface.file_name()?.to_str()?.split(':').next()?.to_owned();
        let device = interface.parent()?.join(name);
        let id = format!("{}:{}", attribute(&device, "idVendor")?, attribute(&device, "idProduct")?);
        let product = attribute(&device, "product").unwrap_or_else(|| id.clone());
        Some(UsbReader { product, id, driver })
    }
}

fn attribute(folder: &Path, name: &str) -> Option<String> {
    let value = fs::read_to_string(folder.join(name)).ok()?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}
