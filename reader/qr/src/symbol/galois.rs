//! The field of 256 elements over x⁸ + x⁴ + x³ + x² + 1 (ISO/IEC 18004:2015, 7.5.2).

const POLYNOMIAL: u16 = 0x11d;

/// Powers of α, twice, so that a sum of two logarithms needs no reduction.
static POWERS: [u8; 512] = powers();
static LOGARITHMS: [u8; 256] = logarithms();

/// α to the `exponent`.
pub(crate) fn power(exponent: usize) -> u8 {
    POWERS[exponent % 255]
}

/// The product.
pub(crate) fn multiply(a: u8, b: u8) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    POWERS[usize::from(LOGARITHMS[usize::from(a)]) + usize::from(LOGARITHMS[usize::from(b)])]
}

/// `a` through `b`, which must not be zero: a division by zero gives zero.
pub(crate) fn divide(a: u8, b: u8) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    POWERS[usize::from(LOGARITHMS[usize::from(a)]) + 255 - usize::from(LOGARITHMS[usize::from(b)])]
}

/// The value of a polynomial, lowest coefficient first.
pub(crate) fn evaluate(polynomial: &[u8], at: u8) -> u8 {
    polynomial.iter().rev().fold(0, |value, coefficient| multiply(value, at) ^ coefficient)
}

const fn powers() -> [u8; 512] {
    let mut table = [0; 512];
    let mut value: u16 = 1;
    let mut exponent = 0;
    while exponent < 512 {
        table[exponent] = value as u8;
        value <<= 1;
        if value > 255 {
            value ^= POLYNOMIAL;
        }
        exponent += 1;
    }
    table
}

const fn logarithms() -> [u8; 256] {
    let powers = powers();
    let mut table = [0; 256];
    let mut exponent = 0;
    while exponent < 255 {
        table[powers[exponent] as usize] = exponent as u8;
        exponent += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_undoes_multiplication() {
        for a in 0..=255 {
            for b in 1..=255 {
                assert_eq!(divide(multiply(a, b), b), a);
            }
        }
    }

    #[test]
    fn alpha_generates_every_element_but_zero() {
        let mut seen = [false; 256];
        (0..255).for_each(|exponent| seen[usize::from(power(exponent))] = true);
        assert_eq!(seen.iter().filter(|seen| **seen).count(), 255);
        assert!(!seen[0]);
    }
}
