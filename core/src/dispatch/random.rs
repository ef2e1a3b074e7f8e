//! Trace ids and jitter from a seed, so that a run repeats exactly. The generator is unfit for
//! secrets.
//!
//! `SplitMix64` (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014),
//! written here: eight lines that pass `BigCrush`, and no crate's next version changes what a seed
//! means.

use crate::TraceId;

pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between 0 and `most`, both included.
    pub(super) fn up_to(&mut self, most: u64) -> u64 {
        // The high half of a product is as even as 64 bits allow (Lemire, 2019).
        let product = u128::from(self.next()) * (u128::from(most) + 1);
        u64::try_from(product >> 64).unwrap_or(most)
    }

    pub(super) fn trace_id(&mut self) -> TraceId {
        let mut bytes = [0; 29];
        for eight in bytes.chunks_mut(8) {
            let random = self.next().to_le_bytes();
            eight.copy_from_slice(&random[..eight.len()]);
        }
        TraceId::from_random(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_splitmix64() {
        // The values are those published for this seed with the C reference
        // (xoshiro.di.unimi.it/splitmix64.c).
        let mut random = Random::new(1_234_567);
        let expected: [u64; 5] = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(expected.map(|_| random.next()), expected);
    }

    #[test]
    fn a_trace_id_is_29_bytes_of_the_sequence() {
        // 6457827717110365317 = 0x599ed017fb08fc85 and so on, each least significant byte first.
        let id = Random::new(1_234_567).trace_id();
        assert!(id.as_str().starts_with("85fc08fb17d09e59"), "{id}");
        assert_eq!(id.as_str().len(), 58);
    }

    #[test]
    fn a_number_reaches_both_ends() {
        let mut random = Random::new(0);
        let mut seen = [0; 4];
        for _ in 0..4000 {
            seen[usize::try_from(random.up_to(3)).unwrap()] += 1;
        }
        assert!(
            seen.iter().all(|times| (850..1150).contains(times)),
            "{seen:?}"
        );
        assert_eq!(random.up_to(0), 0);
        let _ = random.up_to(u64::MAX);
    }
}
