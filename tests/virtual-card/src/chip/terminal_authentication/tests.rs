use super::*;
use crate::personalise;
use crate::profile::Profile;

fn memory(profile: &str) -> (TrustMemory, crate::pki::terminals::TerminalIssuer) {
    let mut profile = Profile::from_toml(profile).expect("a profile");
    profile.seed = Some(5);
    let terminals = personalise::personalise(&profile).expect("a card").terminals.expect("terminals");
    (TrustMemory::new(&terminals.trust).expect("trust points"), terminals)
}

#[test]
fn ef_cvca_names_the_trust_points_and_is_filled_up() {
    let (memory, _) = memory("");
    assert_eq!(memory.file(), [&[0x42, 11][..], b"VNCVCA00001", &[0; 23]].concat());
}

#[test]
fn certificates_of_every_kind_of_key_verify_under_their_issuers() {
    for profile in ["", "[terminal_authentication]\nkey = \"rsa-2048\"\nscheme = \"pss\"\ndigest = \"sha-512\""] {
        let (memory, terminals) = memory(profile);
        let parsed = |bytes| Certificate::parse(single(bytes, 0x7F21).unwrap()).unwrap();
        let (verifier, terminal) = (parsed(&terminals.document_verifier), parsed(&terminals.terminal));
        let root = &memory.trust_points[0];
        assert!(root.key.verifies(verifier.body, verifier.signature));
        let key = verifier.key(root.key.curve()).unwrap();
        assert!(key.verifies(terminal.body, terminal.signature));
        assert!(!key.verifies(terminal.body, verifier.signature));
        assert_eq!((terminal.authority, terminal.holder), (verifier.holder, &b"VNIS0100001"[..]));
    }
}

#[test]
fn no_bytes_make_the_chip_panic() {
    let (_, terminals) = memory("");
    let content = single(&terminals.terminal, 0x7F21).unwrap();
    for cut in 0..content.len() {
        assert!(Certificate::parse(&content[..cut]).is_none());
        let mut mutated = content.to_vec();
        mutated[cut] ^= 0xFF;
        let _ = Certificate::parse(&mutated).and_then(|certificate| certificate.key(None));
    }
}
