//! What stands between a printed code and its reader, in categories: each with the range of every harm.

/// A harm with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// The side of the code in mm.
    CodeMm,
    /// Pixels of a module at the code's centre, before tilt shortens it.
    PixelsPerModule,
    /// Degrees between the line of sight and the normal of the card.
    TiltDegrees,
    /// Degrees of the code in the picture.
    RotationDegrees,
    /// The radius of a bend of the card in mm; 0 is flat.
    BendMm,
    /// The radius of the disc that the lens makes of a point in focus, in pixels.
    LensPixels,
    /// The radius of the disc of a lens out of focus, in modules.
    DefocusModules,
    /// The length of motion during the exposure, in modules.
    MotionModules,
    /// The standard deviation of noise, in grey levels at the middle between dark and light.
    NoiseLevels,
    /// Grey levels between dark and light modules.
    ContrastLevels,
    /// The grey level of light modules.
    LightLevel,
    /// The share of the light that is missing at the dark side of the picture.
    LightFall,
    /// The share of the light that is missing in a shadow with an edge over the code.
    Shadow,
    /// The light of a reflection at its centre, to that of light modules.
    GlareStrength,
    /// The radius at which a reflection has fallen to 60 %, in modules.
    GlareModules,
    /// What is covered, to what the error correction can restore in the block that it hits most.
    Occlusion,
    /// The quality of JPEG compression; 0 is none.
    JpegQuality,
    /// By how much dark modules spread over light ones when printed, in modules.
    InkSpread,
}

/// Every harm.
pub const HARMS: [Harm; 18] = [
    Harm::CodeMm,
    Harm::PixelsPerModule,
    Harm::TiltDegrees,
    Harm::RotationDegrees,
    Harm::BendMm,
    Harm::LensPixels,
    Harm::DefocusModules,
    Harm::MotionModules,
    Harm::NoiseLevels,
    Harm::ContrastLevels,
    Harm::LightLevel,
    Harm::LightFall,
    Harm::Shadow,
    Harm::GlareStrength,
    Harm::GlareModules,
    Harm::Occlusion,
    Harm::JpegQuality,
    Harm::InkSpread,
];

impl Harm {
    /// Its name in the list of pictures.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CodeMm => "code_mm",
            Self::PixelsPerModule => "pixels_per_module",
            Self::TiltDegrees => "tilt_degrees",
            Self::RotationDegrees => "rotation_degrees",
            Self::BendMm => "bend_radius_mm",
            Self::LensPixels => "lens_radius_pixels",
            Self::DefocusModules => "defocus_radius_modules",
            Self::MotionModules => "motion_modules",
            Self::NoiseLevels => "noise_sigma_levels",
            Self::ContrastLevels => "contrast_levels",
            Self::LightLevel => "light_level",
            Self::LightFall => "light_fall",
            Self::Shadow => "shadow",
            Self::GlareStrength => "glare_strength",
            Self::GlareModules => "glare_radius_modules",
            Self::Occlusion => "occlusion_of_correctable",
            Self::JpegQuality => "jpeg_quality",
            Self::InkSpread => "ink_spread_modules",
        }
    }

    /// In a picture that nothing is wrong with.
    fn of_a_clean_picture(self) -> (f64, f64) {
        match self {
            Self::CodeMm => (11.0, 18.0),
            Self::PixelsPerModule => (3.0, 5.5),
            Self::TiltDegrees => (0.0, 8.0),
            Self::RotationDegrees => (-12.0, 12.0),
            Self::LensPixels => (0.3, 0.7),
            Self::DefocusModules => (0.0, 0.12),
            Self::NoiseLevels => (0.5, 2.5),
            Self::ContrastLevels => (110.0, 190.0),
            Self::LightLevel => (200.0, 245.0),
            Self::LightFall => (0.0, 0.2),
            Self::InkSpread => (-0.04, 0.08),
            _ => (0.0, 0.0),
        }
    }
}

/// A kind of picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the ranges of harms say what each is")]
pub enum Category {
    Clean,
    Tilt,
    SteepTilt,
    Rotation,
    Small,
    Large,
    Glare,
    Jpeg,
    Occlusion,
    Mirrored,
    Inverted,
    Curved,
    Long,
    Eci,
    Motion,
    UnevenLight,
    Noise,
    LowContrast,
    SmallModules,
    Defocus,
    KioskMix,
    KioskHard,
    Text,
}

/// Every category with its name.
pub const CATEGORIES: [(Category, &str); 23] = [
    (Category::Clean, "clean"),
    (Category::Tilt, "tilt"),
    (Category::SteepTilt, "steep-tilt"),
    (Category::Rotation, "rotation"),
    (Category::Small, "small"),
    (Category::Large, "large"),
    (Category::Glare, "glare"),
    (Category::Jpeg, "jpeg"),
    (Category::Occlusion, "occlusion"),
    (Category::Mirrored, "mirrored"),
    (Category::Inverted, "inverted"),
    (Category::Curved, "curved"),
    (Category::Long, "long"),
    (Category::Eci, "eci"),
    (Category::Motion, "motion"),
    (Category::UnevenLight, "uneven-light"),
    (Category::Noise, "noise"),
    (Category::LowContrast, "low-contrast"),
    (Category::SmallModules, "small-modules"),
    (Category::Defocus, "defocus"),
    (Category::KioskMix, "kiosk-mix"),
    (Category::KioskHard, "kiosk-hard"),
    (Category::Text, "text"),
];

impl Category {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        CATEGORIES.iter().find(|(category, _)| *category == self).map_or("", |(_, name)| name)
    }

    /// The category of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        CATEGORIES.iter().find(|(_, of)| *of == name).map(|(category, _)| *category)
    }

    /// Between what a harm lies in this category.
    #[must_use]
    pub fn range(self, harm: Harm) -> (f64, f64) {
        let own = match self {
            Self::KioskMix => kiosk_mix(harm),
            Self::KioskHard => kiosk_hard(harm),
            _ => self.single(harm),
        };
        own.unwrap_or_else(|| harm.of_a_clean_picture())
    }

    /// What one category is about.
    fn single(self, harm: Harm) -> Option<(f64, f64)> {
        Some(match (self, harm) {
            (Self::Tilt, Harm::TiltDegrees) => (8.0, 30.0),
            (Self::SteepTilt, Harm::TiltDegrees) => (30.0, 50.0),
            (Self::SteepTilt, Harm::PixelsPerModule) => (3.5, 6.0),
            (Self::Rotation, Harm::RotationDegrees) => (0.0, 360.0),
            (Self::Small, Harm::PixelsPerModule) => (2.1, 2.8),
            (Self::Large, Harm::PixelsPerModule) => (7.0, 12.0),
            (Self::Glare, Harm::GlareStrength) => (0.6, 4.0),
            (Self::Glare, Harm::GlareModules) => (1.5, 8.0),
            (Self::Jpeg, Harm::JpegQuality) => (30.0, 30.0),
            (Self::Occlusion, Harm::Occlusion) => (0.2, 0.85),
            (Self::Curved, Harm::BendMm) => (30.0, 110.0),
            (Self::Curved, Harm::TiltDegrees) => (0.0, 25.0),
            (Self::Motion, Harm::MotionModules) => (0.6, 1.4),
            (Self::UnevenLight, Harm::LightFall) => (0.5, 0.9),
            (Self::UnevenLight, Harm::Shadow) => (0.0, 0.75),
            (Self::Noise, Harm::NoiseLevels) => (10.0, 30.0),
            (Self::Noise, Harm::ContrastLevels) => (100.0, 150.0),
            (Self::LowContrast, Harm::ContrastLevels) => (10.0, 50.0),
            (Self::LowContrast, Harm::LightLevel) => (70.0, 230.0),
            (Self::LowContrast, Harm::NoiseLevels) => (0.3, 1.0),
            (Self::SmallModules, Harm::PixelsPerModule) => (1.5, 2.0),
            (Self::SmallModules, Harm::LensPixels) => (0.5, 1.1),
            (Self::SmallModules, Harm::NoiseLevels) => (1.0, 5.0),
            (Self::SmallModules, Harm::ContrastLevels) => (70.0, 160.0),
            (Self::Defocus, Harm::DefocusModules) => (0.45, 0.82),
            _ => return None,
        })
    }
}

/// A card held before a kiosk: some of everything.
fn kiosk_mix(harm: Harm) -> Option<(f64, f64)> {
    Some(match harm {
        Harm::PixelsPerModule => (1.9, 3.8),
        Harm::TiltDegrees => (0.0, 25.0),
        Harm::RotationDegrees => (-30.0, 30.0),
        Harm::DefocusModules => (0.15, 0.55),
        Harm::MotionModules => (0.0, 0.8),
        Harm::NoiseLevels => (2.0, 7.0),
        Harm::ContrastLevels => (50.0, 130.0),
        Harm::LightLevel => (130.0, 235.0),
        Harm::LightFall => (0.1, 0.6),
        Harm::GlareStrength => (0.0, 1.5),
        Harm::GlareModules => (2.0, 6.0),
        Harm::JpegQuality => (60.0, 90.0),
        _ => return None,
    })
}

/// The same on a bad day.
fn kiosk_hard(harm: Harm) -> Option<(f64, f64)> {
    Some(match harm {
        Harm::PixelsPerModule => (2.0, 4.0),
        Harm::TiltDegrees => (10.0, 38.0),
        Harm::RotationDegrees => (0.0, 360.0),
        Harm::DefocusModules => (0.15, 0.52),
        Harm::MotionModules => (0.0, 0.7),
        Harm::NoiseLevels => (2.0, 8.0),
        Harm::ContrastLevels => (40.0, 110.0),
        Harm::LightLevel => (100.0, 220.0),
        Harm::LightFall => (0.2, 0.7),
        Harm::Shadow => (0.0, 0.4),
        Harm::GlareStrength => (0.0, 2.0),
        Harm::GlareModules => (2.0, 6.0),
        Harm::JpegQuality => (45.0, 80.0),
        _ => return None,
    })
}
