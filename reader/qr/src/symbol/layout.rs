//! Which modules of a version are fixed, and in which order the others hold the codewords (ISO/IEC 18004:2015, 6.3 and 7.7.3).

use std::sync::OnceLock;

use super::{format, version::Version};

/// What stands in a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Module {
    /// Part of a codeword, or a remainder bit.
    Data,
    /// Dark in every symbol of this version.
    Dark,
    /// Light in every symbol of this version.
    Light,
    /// Format information.
    Format,
}

/// The plan of a version.
#[derive(Debug)]
pub(crate) struct Layout {
    /// Modules a side.
    pub(crate) side: usize,
    modules: Vec<Module>,
    /// The data modules, row × side + column, in the order of the bits of the codewords.
    pub(crate) order: Vec<u16>,
    /// The fixed modules: column, row, dark.
    pub(crate) fixed: Vec<(u8, u8, bool)>,
}

impl Layout {
    /// The plan of this version, made once.
    pub(crate) fn of(version: Version) -> &'static Self {
        static PLANS: [OnceLock<Layout>; Version::LARGEST as usize] =
            [const { OnceLock::new() }; Version::LARGEST as usize];
        PLANS[usize::from(version.number()) - 1].get_or_init(|| Self::draw(version))
    }

    /// What stands in a column and row.
    pub(crate) fn at(&self, x: usize, y: usize) -> Module {
        self.modules[y * self.side + x]
    }

    fn draw(version: Version) -> Self {
        let side = version.side();
        let mut plan = Self { side, modules: vec![Module::Data; side * side], order: Vec::new(), fixed: Vec::new() };
        plan.draw_timing();
        plan.draw_alignment(&version.alignment_centres());
        plan.draw_finders();
        for (x, y) in format::places(side).into_iter().flatten() {
            plan.set(x, y, Module::Format);
        }
        plan.set(8, side - 8, Module::Dark);
        if let Some(information) = version.information() {
            plan.draw_version(information);
        }
        plan.order = plan.zigzag();
        for y in 0..side {
            for x in 0..side {
                let module = plan.at(x, y);
                if matches!(module, Module::Dark | Module::Light) {
                    plan.fixed.push((x as u8, y as u8, module == Module::Dark)); // side is at most 177
                }
            }
        }
        plan
    }

    fn set(&mut self, x: usize, y: usize, module: Module) {
        self.modules[y * self.side + x] = module;
    }

    fn set_dark(&mut self, x: usize, y: usize, dark: bool) {
        self.set(x, y, if dark { Module::Dark } else { Module::Light });
    }

    fn draw_timing(&mut self) {
        for i in 0..self.side {
            self.set_dark(i, 6, i % 2 == 0);
            self.set_dark(6, i, i % 2 == 0);
        }
    }

    fn draw_alignment(&mut self, centres: &[usize]) {
        let last = self.side - 7;
        for &y in centres {
            for &x in centres {
                if (x == 6 && (y == 6 || y == last)) || (y == 6 && x == last) {
                    continue;
                }
                for (row, column) in (0..25).map(|i| (i / 5, i % 5)) {
                    let ring = (2_usize.abs_diff(row)).max(2_usize.abs_diff(column));
                    self.set_dark(x + column - 2, y + row - 2, ring != 1);
                }
            }
        }
    }

    /// The finders with their separators.
    fn draw_finders(&mut self) {
        let far = self.side - 8;
        for (left, top, inner_x, inner_y) in [(0, 0, 3, 3), (far, 0, 4, 3), (0, far, 3, 4)] {
            for (row, column) in (0..64).map(|i: usize| (i / 8, i % 8)) {
                let ring = row.abs_diff(inner_y).max(column.abs_diff(inner_x));
                self.set_dark(left + column, top + row, matches!(ring, 0 | 1 | 3));
            }
        }
    }

    /// Figures 27 and 28: lowest bit first, three modules wide.
    fn draw_version(&mut self, information: u32) {
        for bit in 0..18 {
            let dark = information >> bit & 1 == 1;
            let (along, across) = (bit / 3, self.side - 11 + bit % 3);
            self.set_dark(along, across, dark);
            self.set_dark(across, along, dark);
        }
    }

    /// Columns in pairs from the right, up and down in turn, the vertical timing pattern left out.
    fn zigzag(&self) -> Vec<u16> {
        let mut order = Vec::new();
        let pairs = (self.side - 1) / 2;
        for pair in 0..pairs {
            let right = self.side - 1 - 2 * pair;
            // Left of the timing pattern everything is one column further.
            let right = if right <= 6 { right - 1 } else { right };
            for step in 0..self.side {
                let y = if pair % 2 == 0 { self.side - 1 - step } else { step };
                for x in [right, right - 1] {
                    if self.at(x, y) == Module::Data {
                        order.push((y * self.side + x) as u16); // 177² fits
                    }
                }
            }
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_has_room_for_its_codewords_and_at_most_seven_bits_more() {
        for number in 1..=Version::LARGEST {
            let version = Version::new(number).unwrap();
            let order = &Layout::of(version).order;
            assert!((0..8).contains(&(order.len() - 8 * version.codewords())), "version {number}");
        }
    }
}
