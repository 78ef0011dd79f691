//! What the generator promises: the same pictures from the same seed, harms of the size that is said, the code in the frame.

use std::collections::HashSet;

use qr_pictures::category::{CATEGORIES, Category, HARMS, Harm};
use qr_pictures::codeless;
use qr_pictures::render::picture;
use qr_pictures::scene::{HD, Scene, VGA};

#[test]
fn the_same_seed_makes_the_same_pictures_and_another_seed_others() {
    for category in [Category::KioskHard, Category::Curved, Category::Occlusion] {
        let take = |seed| picture(&Scene::draw(seed, category, 3, VGA));
        assert_eq!(take(7), take(7));
        assert_ne!(take(7).pixels, take(8).pixels);
    }
    assert_eq!(codeless::frame(7, 1, VGA), codeless::frame(7, 1, VGA));
}

#[test]
fn every_category_makes_pictures_that_differ() {
    let mut seen = HashSet::new();
    for (category, name) in CATEGORIES {
        let size = if category == Category::Large { HD } else { VGA };
        let taken = picture(&Scene::draw(11, category, 0, size));
        assert_eq!((taken.width, taken.height), size);
        assert!(seen.insert(taken.pixels), "{name}");
        assert_eq!(Category::named(name), Some(category));
    }
}

#[test]
fn harms_are_as_large_as_their_category_says() {
    // What is made smaller where the frame, the light or the error correction does not allow more.
    let bounded =
        [Harm::PixelsPerModule, Harm::ContrastLevels, Harm::GlareModules, Harm::GlareStrength, Harm::Occlusion];
    for (category, name) in CATEGORIES {
        for index in 0..12 {
            let scene = Scene::draw(5, category, index, HD);
            for harm in HARMS {
                let (low, high) = category.range(harm);
                let size = scene.harm(harm);
                assert!(size <= high && (size >= low || bounded.contains(&harm)), "{name}/{index} {harm:?}: {size}");
            }
        }
    }
}

#[test]
fn the_whole_code_is_in_the_frame() {
    for (category, name) in CATEGORIES {
        for index in 0..12 {
            for size in [VGA, HD] {
                let scene = Scene::draw(9, category, index, size);
                for (x, y) in scene.corners() {
                    let inside = (0.0..size.0 as f64).contains(&x) && (0.0..size.1 as f64).contains(&y);
                    assert!(inside, "{name}/{index}: {x} {y}");
                }
            }
        }
    }
}
