//! Diffie-Hellman over the integers modulo a prime: the groups that PACE and Chip Authentication use (RFC 5114, 2.1 to
//! 2.3; ICAO Doc 9303-11, 9.5.1, standardised domain parameters 0 to 2).

use num_bigint::BigUint;

use super::randomness::{self, Randomness};

/// A subgroup of prime order q of the integers modulo p.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// 1024-bit modulus, 160-bit order.
    Modp1024_160,
    /// 2048-bit modulus, 224-bit order.
    Modp2048_224,
    /// 2048-bit modulus, 256-bit order.
    Modp2048_256,
}

impl Group {
    /// Every group, in the order of [`Group::parameter_id`].
    pub const ALL: [Self; 3] = [Self::Modp1024_160, Self::Modp2048_224, Self::Modp2048_256];

    /// The number among the standardised domain parameters (ICAO Doc 9303-11, 9.5.1).
    #[must_use]
    pub const fn parameter_id(self) -> u8 {
        match self {
            Self::Modp1024_160 => 0,
            Self::Modp2048_224 => 1,
            Self::Modp2048_256 => 2,
        }
    }

    /// The name in a profile.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Modp1024_160 => "modp1024_160",
            Self::Modp2048_224 => "modp2048_224",
            Self::Modp2048_256 => "modp2048_256",
        }
    }

    /// The modulus.
    #[must_use]
    pub fn p(self) -> BigUint {
        number(self.numbers()[0])
    }

    /// The order of the generator, a prime.
    #[must_use]
    pub fn q(self) -> BigUint {
        number(self.numbers()[1])
    }

    /// The generator.
    #[must_use]
    pub fn g(self) -> BigUint {
        number(self.numbers()[2])
    }

    /// Bytes of the modulus.
    #[must_use]
    pub const fn modulus_len(self) -> usize {
        self.numbers()[0].len() / 2
    }

    /// Bytes of the order.
    #[must_use]
    pub const fn order_len(self) -> usize {
        self.numbers()[1].len() / 2
    }

    const fn numbers(self) -> &'static [&'static str; 3] {
        match self {
            Self::Modp1024_160 => &MODP_1024_160,
            Self::Modp2048_224 => &MODP_2048_224,
            Self::Modp2048_256 => &MODP_2048_256,
        }
    }
}

/// An element of the subgroup, other than 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    group: Group,
    value: BigUint,
}

impl Element {
    /// The group's generator.
    #[must_use]
    pub fn generator(group: Group) -> Self {
        Self { group, value: group.g() }
    }

    /// The element that a peer sent, as an unsigned number (ICAO Doc 9303-11, 9.4.4); nothing where it is not one of the
    /// subgroup, or is 1 (RFC 2631, 2.1.5).
    #[must_use]
    pub fn from_bytes(group: Group, bytes: &[u8]) -> Option<Self> {
        Self::new(group, BigUint::from_bytes_be(bytes))
    }

    /// The number as an element, where it is one.
    #[must_use]
    pub fn new(group: Group, value: BigUint) -> Option<Self> {
        let one = BigUint::from(1u8);
        let inside = value > one && value < group.p() && value.modpow(&group.q(), &group.p()) == one;
        inside.then_some(Self { group, value })
    }

    /// The number in the fewest bytes, as public keys are sent (BSI TR-03110-3, D.2.1.1).
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.value.to_bytes_be()
    }

    /// The number in as many bytes as the modulus has, as a shared secret is hashed (RFC 2631, 2.1.2: leading zeros stay).
    #[must_use]
    pub fn to_padded_bytes(&self) -> Vec<u8> {
        let bytes = self.value.to_bytes_be();
        [vec![0; self.group.modulus_len() - bytes.len()], bytes].concat()
    }

    /// Its group.
    #[must_use]
    pub const fn group(&self) -> Group {
        self.group
    }

    /// `g^exponent · self`: generic mapping (ICAO Doc 9303-11, 4.4.3.3.1). Nothing where the result is 1.
    #[must_use]
    pub fn times_generator_to(&self, exponent: &[u8]) -> Option<Self> {
        let p = self.group.p();
        let power = self.group.g().modpow(&BigUint::from_bytes_be(exponent), &p);
        let value = power * &self.value % p;
        (value != BigUint::from(1u8)).then_some(Self { group: self.group, value })
    }
}

/// An exponent from 1 to q − 1.
#[derive(Clone, Debug)]
pub struct PrivateKey {
    group: Group,
    exponent: BigUint,
}

impl PrivateKey {
    /// A random key: bytes as long as the order, drawn until they are less than it.
    pub fn generate(group: Group, randomness: &mut Randomness) -> Self {
        loop {
            let bytes = randomness::some_bytes(randomness, group.order_len());
            if let Some(key) = Self::from_bytes(group, &bytes) {
                return key;
            }
        }
    }

    /// The key that is this big-endian number, where it is from 1 to q − 1.
    #[must_use]
    pub fn from_bytes(group: Group, bytes: &[u8]) -> Option<Self> {
        let exponent = BigUint::from_bytes_be(bytes);
        (exponent != BigUint::ZERO && exponent < group.q()).then_some(Self { group, exponent })
    }

    /// The number, in the order's length.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let bytes = self.exponent.to_bytes_be();
        [vec![0; self.group.order_len() - bytes.len()], bytes].concat()
    }

    /// Its group.
    #[must_use]
    pub const fn group(&self) -> Group {
        self.group
    }

    /// An element to the power of the key: a public key on that generator, or a shared secret.
    ///
    /// Never 1: the order is prime and the exponent below it.
    #[must_use]
    pub fn raise(&self, element: &Element) -> Element {
        Element { group: self.group, value: element.value.modpow(&self.exponent, &self.group.p()) }
    }
}

fn number(hex: &str) -> BigUint {
    BigUint::parse_bytes(hex.as_bytes(), 16).expect("the groups' numbers are hexadecimal")
}

/// RFC 5114, 2.1.
const MODP_1024_160: [&str; 3] = [
    "B10B8F96A080E01DDE92DE5EAE5D54EC52C99FBCFB06A3C69A6A9DCA52D23B616073E28675A23D189838EF1E2EE652C0\
         13ECB4AEA906112324975C3CD49B83BFACCBDD7D90C4BD7098488E9C219A73724EFFD6FAE5644738FAA31A4FF55BCCC0\
         A151AF5F0DC8B4BD45BF37DF365C1A65E68CFDA76D4DA708DF1FB2BC2E4A4371",
    "F518AA8781A8DF278ABA4E7D64B7CB9D49462353",
    "A4D1CBD5C3FD34126765A442EFB99905F8104DD258AC507FD6406CFF14266D31266FEA1E5C41564B777E690F5504F213\
         160217B4B01B886A5E91547F9E2749F4D7FBD7D3B9A92EE1909D0D2263F80A76A6A24C087A091F531DBF0A0169B6A28A\
         D662A4D18E73AFA32D779D5918D08BC8858F4DCEF97C2A24855E6EEB22B3B2E5",
];

/// RFC 5114, 2.2.
const MODP_2048_224: [&str; 3] = [
    "AD107E1E9123A9D0D660FAA79559C51FA20D64E5683B9FD1B54B1597B61D0A75E6FA141DF95A56DBAF9A3C407BA1DF15\
         EB3D688A309C180E1DE6B85A1274A0A66D3F8152AD6AC2129037C9EDEFDA4DF8D91E8FEF55B7394B7AD5B7D0B6C12207\
         C9F98D11ED34DBF6C6BA0B2C8BBC27BE6A00E0A0B9C49708B3BF8A317091883681286130BC8985DB1602E714415D9330\
         278273C7DE31EFDC7310F7121FD5A07415987D9ADC0A486DCDF93ACC44328387315D75E198C641A480CD86A1B9E587E8\
         BE60E69CC928B2B9C52172E413042E9B23F10B0E16E79763C9B53DCF4BA80A29E3FB73C16B8E75B97EF363E2FFA31F71\
         CF9DE5384E71B81C0AC4DFFE0C10E64F",
    "801C0D34C58D93FE997177101F80535A4738CEBCBF389A99B36371EB",
    "AC4032EF4F2D9AE39DF30B5C8FFDAC506CDEBE7B89998CAF74866A08CFE4FFE3A6824A4E10B9A6F0DD921F01A70C4AFA\
         AB739D7700C29F52C57DB17C620A8652BE5E9001A8D66AD7C17669101999024AF4D027275AC1348BB8A762D0521BC98A\
         E247150422EA1ED409939D54DA7460CDB5F6C6B250717CBEF180EB34118E98D119529A45D6F834566E3025E316A330EF\
         BB77A86F0C1AB15B051AE3D428C8F8ACB70A8137150B8EEB10E183EDD19963DDD9E263E4770589EF6AA21E7F5F2FF381\
         B539CCE3409D13CD566AFBB48D6C019181E1BCFE94B30269EDFE72FE9B6AA4BD7B5A0F1C71CFFF4C19C418E1F6EC0179\
         81BC087F2A7065B384B890D3191F2BFA",
];

/// RFC 5114, 2.3.
const MODP_2048_256: [&str; 3] = [
    "87A8E61DB4B6663CFFBBD19C651959998CEEF608660DD0F25D2CEED4435E3B00E00DF8F1D61957D4FAF7DF4561B2AA30\
         16C3D91134096FAA3BF4296D830E9A7C209E0C6497517ABD5A8A9D306BCF67ED91F9E6725B4758C022E0B1EF4275BF7B\
         6C5BFC11D45F9088B941F54EB1E59BB8BC39A0BF12307F5C4FDB70C581B23F76B63ACAE1CAA6B7902D52526735488A0E\
         F13C6D9A51BFA4AB3AD8347796524D8EF6A167B5A41825D967E144E5140564251CCACB83E6B486F6B3CA3F7971506026\
         C0B857F689962856DED4010ABD0BE621C3A3960A54E710C375F26375D7014103A4B54330C198AF126116D2276E11715F\
         693877FAD7EF09CADB094AE91E1A1597",
    "8CF83642A709A097B447997640129DA299B1A47D1EB3750BA308B0FE64F5FBD3",
    "3FB32C9B73134D0B2E77506660EDBD484CA7B18F21EF205407F4793A1A0BA12510DBC15077BE463FFF4FED4AAC0BB555\
         BE3A6C1B0C6B47B1BC3773BF7E8C6F62901228F8C28CBB18A55AE31341000A650196F931C77A57F2DDF463E5E9EC144B\
         777DE62AAAB8A8628AC376D282D6ED3864E67982428EBC831D14348F6F2F9193B5045AF2767164E1DFC967C1FB3F2E55\
         A4BD1BFFE83B9C80D052B985D182EA0ADB2A3B7313D3FE14C8484B1E052588B9B7D2BBD2DF016199ECD06E1557CD0915\
         B3353BBB64E0EC377FD028370DF92B52C7891428CDC67EB6184B523D1DB246C32F63078490F00EF8D647D148D4795451\
         5E2327CFEF98C582664B4C0F6CC41659",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_groups_of_the_stated_order() {
        for group in Group::ALL {
            let (p, q) = (group.p(), group.q());
            let one = BigUint::from(1u8);
            assert_eq!((&p - &one) % &q, BigUint::ZERO, "{group:?}");
            assert!(Element::new(group, group.g()).is_some(), "{group:?}");
            // Fermat's test to two bases: a mistyped digit would not pass it.
            for base in [2u8, 3] {
                for prime in [&p, &q] {
                    assert_eq!(BigUint::from(base).modpow(&(prime - &one), prime), one, "{group:?}");
                }
            }
            assert_eq!((p.bits() as usize, q.bits() as usize), (group.modulus_len() * 8, group.order_len() * 8));
        }
    }

    #[test]
    fn elements_outside_the_subgroup_are_refused() {
        let group = Group::Modp1024_160;
        for outside in
            [BigUint::ZERO, BigUint::from(1u8), group.p() - 1u8, group.p(), BigUint::from(2u8), group.p() + group.g()]
        {
            assert_eq!(Element::new(group, outside.clone()), None, "{outside}");
        }
    }

    #[test]
    fn both_sides_agree_and_shared_secrets_keep_their_leading_zeros() {
        let group = Group::Modp1024_160;
        let key = |number: u32| PrivateKey::from_bytes(group, &number.to_be_bytes()).unwrap();
        let public = |number| key(number).raise(&Element::generator(group));
        assert_eq!(key(5).raise(&public(7)), key(7).raise(&public(5)));
        // The first exponents whose power is short by a byte.
        let short = (1..).map(public).find(|element| element.to_bytes().len() < 128).unwrap();
        assert_eq!(short.to_padded_bytes().len(), 128);
        assert_eq!(short.to_padded_bytes()[128 - short.to_bytes().len()..], short.to_bytes());
        assert_eq!(Element::from_bytes(group, &short.to_padded_bytes()), Some(short));
    }
}
