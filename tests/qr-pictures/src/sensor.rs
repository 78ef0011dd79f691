//! From light to grey levels: noise of photons and of the amplifier, gamma, and what JPEG loses.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageFormat};

use crate::optics::Light;

/// Of a display, and of cameras that serve displays.
const GAMMA: f64 = 2.2;

/// A picture in grey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grey {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Row by row, 0 black.
    pub pixels: Vec<u8>,
}

/// The light that gives a grey level.
#[must_use]
pub fn light_of(level: f64) -> f64 {
    (level / 255.0).max(0.0).powf(GAMMA)
}

/// How strong noise is: of `sigma` grey levels where the light gives the grey level `at`.
#[derive(Clone, Copy, Debug)]
pub struct Noise {
    /// The standard deviation in grey levels.
    pub sigma: f64,
    /// The grey level it is stated for.
    pub at: f64,
    /// What it is drawn from.
    pub seed: u64,
}

/// Grey levels of a picture of light. A tenth of the noise's power is of the amplifier, the rest grows with the light.
#[must_use]
pub fn exposed(light: &Light, noise: Noise) -> Grey {
    const STEPS: usize = 1 << 14;
    let grey: Vec<u8> =
        (0..=STEPS).map(|step| (255.0 * (step as f64 / STEPS as f64).powf(1.0 / GAMMA) + 0.5) as u8).collect();
    let middle = light_of(noise.at).max(1e-4);
    let slope = 255.0 / GAMMA * middle.powf(1.0 / GAMMA - 1.0);
    let sigma = (noise.sigma / slope) as f32;
    let shot = 0.9 / middle as f32;
    let mut state = noise.seed;
    let pixel = |&light: &f32| {
        let spread = sigma * (0.1 + shot * light.max(0.0)).sqrt();
        let collected = (light + spread * normal(&mut state)).clamp(0.0, 1.0);
        grey[(collected * STEPS as f32 + 0.5) as usize]
    };
    Grey { width: light.width, height: light.height, pixels: light.points.iter().map(pixel).collect() }
}

/// A number of the normal distribution, near enough: the sum of four even ones (to 3.5 standard deviations).
fn normal(state: &mut u64) -> f32 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15); // splitmix64
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^= bits >> 31;
    let sum: u64 = (0..4).map(|part| (bits >> (16 * part)) & 0xffff).sum();
    (sum as f32 - 131_070.0) / 37_837.0
}

impl Grey {
    /// As a JPEG file.
    ///
    /// # Errors
    /// Of the encoder.
    pub fn jpeg(&self, quality: u8) -> Result<Vec<u8>, image::ImageError> {
        let mut file = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut file, quality);
        encoder.write_image(&self.pixels, self.width as u32, self.height as u32, ExtendedColorType::L8)?;
        Ok(file)
    }

    /// As a PNG file.
    ///
    /// # Errors
    /// Of the encoder.
    pub fn png(&self) -> Result<Vec<u8>, image::ImageError> {
        let mut file = Vec::new();
        let encoder = image::codecs::png::PngEncoder::new(&mut file);
        encoder.write_image(&self.pixels, self.width as u32, self.height as u32, ExtendedColorType::L8)?;
        Ok(file)
    }

    /// What a JPEG file keeps of it.
    ///
    /// # Errors
    /// Of the encoder or the decoder.
    pub fn through_jpeg(&self, quality: u8) -> Result<Self, image::ImageError> {
        let decoded = image::load_from_memory_with_format(&self.jpeg(quality)?, ImageFormat::Jpeg)?;
        Ok(Self { width: self.width, height: self.height, pixels: decoded.into_luma8().into_raw() })
    }

    /// As in a mirror.
    #[must_use]
    pub fn mirrored(mut self) -> Self {
        for row in self.pixels.chunks_exact_mut(self.width) {
            row.reverse();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_as_strong_as_asked() {
        let light = Light::of(200, 200, |_, row| row.fill(light_of(128.0) as f32));
        let grey = exposed(&light, Noise { sigma: 12.0, at: 128.0, seed: 5 });
        let count = grey.pixels.len() as f64;
        let mean = grey.pixels.iter().map(|&pixel| f64::from(pixel)).sum::<f64>() / count;
        let variance = grey.pixels.iter().map(|&pixel| (f64::from(pixel) - mean).powi(2)).sum::<f64>() / count;
        assert!((mean - 128.0).abs() < 1.5 && (variance.sqrt() - 12.0).abs() < 0.8, "{mean} {}", variance.sqrt());
    }
}
