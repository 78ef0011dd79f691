use alloc::vec;

use der::Encode;
use der::asn1::{AnyRef, UintRef};
use proptest::prelude::*;

use super::*;
use crate::random::Scripted;

fn groups() -> impl Iterator<Item = Group> {
    ModpGroup::ALL.into_iter().map(Group::standard)
}

/// A number in the length of p, which is the modulus less a little.
fn below(group: &Group, less: u8) -> Vec<u8> {
    let mut bytes = group.field.modulus().as_ref().to_be_bytes().to_vec();
    *bytes.last_mut().unwrap() -= less;
    bytes
}

#[test]
fn every_standardised_group_has_its_identifier_and_a_generator_of_its_order() {
    for (id, group) in ModpGroup::ALL.into_iter().enumerate() {
        assert_eq!(ModpGroup::from_parameter_id(id as u8), Some(group));
        let numbers = group.numbers();
        // What `from_numbers` asks of a group that it does not know: the arithmetic must find the stated order.
        let group = Group::standard(group);
        assert!(group.is_one(&group.power(&group.generator, numbers.q)), "{group}");
        assert_eq!((bits(numbers.p), group.modulus_len()), ([1024, 2048, 2048][id], numbers.p.len()));
        assert_eq!(bits(numbers.q), [160, 224, 256][id]);
    }
    assert_eq!(ModpGroup::from_parameter_id(3), None);
}

#[test]
fn hostile_public_keys_are_refused() {
    for group in groups() {
        let len = group.modulus_len();
        let longer = vec![1; len + 1];
        let padded = [vec![0], PublicKey::generator(&group).as_padded().to_vec()].concat();
        for bytes in [&[][..], &[0], &[1], &below(&group, 1), &below(&group, 0), &[0xFF; 300][..len], &longer, &padded]
        {
            let key = PublicKey::from_bytes(&group, bytes);
            assert_eq!(key, Err(DhError::OutOfRange { length: bytes.len() }), "{group} {bytes:02x?}");
        }
        // 2 generates a far larger subgroup; the square of p - 2's is none of order q either.
        for bytes in [&[2][..], &below(&group, 2)] {
            assert_eq!(PublicKey::from_bytes(&group, bytes), Err(DhError::NotInSubgroup), "{group}");
        }
    }
}

#[test]
fn a_key_of_a_small_subgroup_is_refused() {
    // p - 1 = q · cofactor with many small factors: elements of order 3, 5, 7 … exist. Those that do are found here by
    // raising small numbers to (p - 1) / r, for which 2 · 3 · 5 · 7 · 11 · 13 have to divide p - 1 first.
    let mut tried = 0;
    for group in groups() {
        for r in [3_u8, 5, 7, 11, 13] {
            let factor = NonZero::new(group.small(r)).unwrap();
            let (cofactor, rest) = group.below_modulus().div_rem_vartime(&factor);
            if !bool::from(rest.is_zero()) {
                continue;
            }
            let small = group.power(&group.small(2), &cofactor.to_be_bytes()).to_be_bytes();
            if bits(trimmed(&small)) > 1 {
                assert_eq!(PublicKey::from_bytes(&group, &small), Err(DhError::NotInSubgroup), "{group} {r}");
                tried += 1;
            }
        }
    }
    assert!(tried > 0);
}

#[test]
fn private_keys_are_in_range_and_their_range_is_that_of_the_order() {
    for group in groups() {
        let order = group.order.clone().unwrap();
        for bytes in [&[][..], &[0], &[0; 300], &below(&group, 0), &[0xFF; 300]] {
            assert_eq!(PrivateKey::from_bytes(&group, bytes).err(), Some(DhError::ExponentOutOfRange));
        }
        assert_eq!(PrivateKey::from_bytes(&group, &[1]).unwrap().public_key(), Ok(PublicKey::generator(&group)));
        assert_eq!(PrivateKey::from_bytes(&group, &order).unwrap().public_key(), Err(DhError::Trivial));
        // The order and zero are drawn again.
        let one: Vec<u8> = core::iter::repeat_n(0, order.len() - 1).chain([1]).collect();
        let mut rng = Scripted::new([order.clone(), vec![0; order.len()], one].concat());
        let key = PrivateKey::generate(&group, &mut rng);
        assert_eq!(key.public_key(), Ok(PublicKey::generator(&group)));
        assert!(!alloc::format!("{key:?}").contains("01"));
    }
}

#[test]
fn keys_of_different_groups_do_not_mix() {
    let [one, _, other] = ModpGroup::ALL.map(Group::standard);
    let key = PrivateKey::from_bytes(&one, &[5]).unwrap();
    assert_eq!(key.diffie_hellman(&PublicKey::generator(&other)), Err(DhError::GroupMismatch));
    assert_eq!(one.generic_mapping(&[5], &PublicKey::generator(&other)), Err(DhError::GroupMismatch));
}

#[test]
fn a_mapping_to_one_is_refused() {
    let group = Group::standard(ModpGroup::Modp1024Order160);
    let mut order = group.order.clone().unwrap();
    *order.last_mut().unwrap() -= 1;
    // g^(q-1) · g = 1
    assert_eq!(group.generic_mapping(&order, &PublicKey::generator(&group)), Err(DhError::Trivial));
    for random in [&[][..], &[0], &[1], &below(&group, 0), &below(&group, 1)] {
        assert_eq!(group.integrated_mapping(random), Err(DhError::Trivial));
    }
}

#[test]
fn other_groups_are_taken_within_limits() {
    let p = ModpGroup::Modp2048Order256.numbers().p;
    let known = ModpGroup::Modp2048Order256.numbers();
    assert_eq!(Group::from_numbers(p, known.g, None).unwrap().as_standard(), Some(ModpGroup::Modp2048Order256));
    let unusable = |p: &[u8], g: &[u8], q: Option<&[u8]>| {
        assert!(matches!(Group::from_numbers(p, g, q), Err(DhError::UnusableParameters(_))));
    };
    unusable(p, &[2], None);
    unusable(p, known.g, Some(ModpGroup::Modp2048Order224.numbers().q));
    // RFC 3526 §3 in spirit: an odd number of 2048 bits that no table knows.
    let odd = [&[0xFF; 255][..], &[0xFD]].concat();
    let group = Group::from_numbers(&odd, &[2], None).unwrap();
    assert_eq!((alloc::format!("{group}").as_str(), group.strength()), ("2048-bit MODP", 112));
    assert_eq!(group.integrated_mapping(&[9]), Err(DhError::NoOrder));
    assert!(PublicKey::from_bytes(&group, &[3]).is_ok());
    let mut even = odd.clone();
    even[255] = 0xFE;
    unusable(&even, &[2], None);
    unusable(&odd[..127], &[2], None);
    unusable(&[0xFF; 513], &[2], None);
    unusable(&odd, &[1], None);
    unusable(&odd, &odd, None);
    unusable(&odd, &[2], Some(&[0xFF; 19]));
    unusable(&odd, &[2], Some(&odd));
    unusable(&odd, &[2], Some(&[0xFF; 32]));
    unusable(&[], &[], Some(&[]));
}

#[test]
fn parameters_are_read_in_either_form() {
    let known = ModpGroup::Modp1024Order160;
    let numbers = known.numbers();
    let sequence = |fields: &[&[u8]]| {
        let fields: Vec<u8> = fields.iter().flat_map(|field| UintRef::new(field).unwrap().to_der().unwrap()).collect();
        AnyRef::new(der::Tag::Sequence, &fields).unwrap().to_der().unwrap()
    };
    for fields in [
        &[numbers.p, numbers.g][..],
        &[numbers.p, numbers.g, &[160]],
        &[numbers.p, numbers.g, numbers.q],
        &[numbers.p, numbers.g, numbers.q, &[2]],
    ] {
        assert_eq!(Group::from_parameters(&sequence(fields)).unwrap().as_standard(), Some(known));
    }
    let whole = sequence(&[numbers.p, numbers.g, numbers.q]);
    for end in 0..whole.len() {
        assert!(Group::from_parameters(&whole[..end]).is_err());
    }
    assert_eq!(Group::from_parameters(&sequence(&[numbers.p])), Err(DhError::Malformed));
    let group = Group::standard(known);
    let generator = UintRef::new(numbers.g).unwrap().to_der().unwrap();
    assert_eq!(PublicKey::from_der(&group, &generator), Ok(PublicKey::generator(&group)));
    assert_eq!(PublicKey::from_der(&group, &[4, 1, 2]), Err(DhError::Malformed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn both_sides_agree_on_a_mapped_generator(
        which in 0_usize..3, seeds in any::<[[u8; 20]; 4]>(), nonce in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let group = Group::standard(ModpGroup::ALL[which]);
        let [map_a, map_b, a, b] = seeds.map(|mut seed| {
            seed[0] = 1;
            PrivateKey::from_bytes(&group, &seed).unwrap()
        });
        let h = map_a.diffie_hellman(&map_b.public_key().unwrap()).unwrap();
        prop_assert_eq!(&h, &map_b.diffie_hellman(&map_a.public_key().unwrap()).unwrap());
        for generator in [group.generic_mapping(&nonce, &h), group.integrated_mapping(&[&[7], &nonce[..]].concat())] {
            let generator = generator.unwrap();
            prop_assert_eq!(&PublicKey::from_bytes(&group, generator.as_unsigned()).unwrap(), &generator);
            let (of_a, of_b) = (a.diffie_hellman(&generator).unwrap(), b.diffie_hellman(&generator).unwrap());
            let shared = a.diffie_hellman(&of_b).unwrap();
            prop_assert_eq!(shared.as_padded().len(), group.modulus_len());
            prop_assert_eq!(shared, b.diffie_hellman(&of_a).unwrap());
        }
    }

    #[test]
    fn any_bytes_are_parameters_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _ = Group::from_parameters(&bytes);
        let _ = PublicKey::from_der(&Group::standard(ModpGroup::Modp1024Order160), &bytes);
    }
}
