//! Which nonces were taken: each once for a grant. What is remembered is bounded; with as many requests as a grant may make,
//! the oldest is forgotten after hours, and every answer says itself when it was made and until when it holds.

use std::collections::{HashMap, HashSet, VecDeque};

use sha2::{Digest, Sha256};

/// How many of a grant are remembered.
const MOST: usize = 4096;

/// The nonces that were taken.
#[derive(Default)]
pub struct Nonces {
    by_grant: HashMap<String, Taken>,
}

#[derive(Default)]
struct Taken {
    hashes: HashSet<[u8; 16]>,
    order: VecDeque<[u8; 16]>,
}

impl Nonces {
    /// Forgets those of a grant that is no more.
    pub fn forget(&mut self, grant: &str) {
        self.by_grant.remove(grant);
    }

    /// Takes one, where it was not taken before.
    pub fn take(&mut self, grant: &str, nonce: &str) -> bool {
        let hash: [u8; 32] = Sha256::digest(nonce).into();
        let mut short = [0; 16];
        short.iter_mut().zip(hash).for_each(|(short, byte)| *short = byte);
        let taken = self.by_grant.entry(grant.to_owned()).or_default();
        if !taken.hashes.insert(short) {
            return false;
        }
        taken.order.push_back(short);
        if taken.order.len() > MOST
            && let Some(oldest) = taken.order.pop_front()
        {
            taken.hashes.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_taken_once_for_each_grant() {
        let mut nonces = Nonces::default();
        assert!(nonces.take("a", "x"));
        assert!(!nonces.take("a", "x"));
        assert!(nonces.take("b", "x") && nonces.take("a", "y"));
        nonces.forget("a");
        assert_eq!(nonces.by_grant.len(), 1);
    }

    #[test]
    fn what_is_remembered_does_not_grow_without_end() {
        let mut nonces = Nonces::default();
        assert!((0..MOST + 100).all(|number| nonces.take("a", &number.to_string())));
        let taken = &nonces.by_grant["a"];
        assert_eq!((taken.hashes.len(), taken.order.len()), (MOST, MOST));
        assert!(!nonces.take("a", &(MOST + 99).to_string()));
    }
}
