//! Few rounds of each proof; `cargo xtask kills` and `cargo xtask flips` run as many as asked for.

#[cfg(test)]
mod it {
    use proof::kills::{Plan, kill};

    fn plan(rounds: u64, postgres: bool, compare_every: u64) -> Plan {
        let program = env!("CARGO_BIN_EXE_proof").into();
        Plan { rounds, postgres, seed: 0x5eed, compare_every, program }
    }

    #[test]
    fn a_flipped_bit_is_told_or_changes_no_answer() {
        let found = proof::flips::flip(300, 1);
        let wrong: Vec<&String> = found.values().flat_map(|found| &found.wrong).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(found.values().all(|found| found.told > 0), "{found:#?}");
    }

    #[test]
    fn a_hundred_kills_lose_and_double_nothing() {
        let killed = kill(&plan(100, false, 25));
        assert!(killed.finals > 50, "the town hardly worked: {killed:?}");
        assert!(killed.jumps > 0, "no full extract took its turn between differences: {killed:?}");
    }

    #[test]
    fn kills_of_town_and_postgresql_lose_and_double_nothing() {
        let killed = kill(&plan(12, true, 4));
        assert!(killed.finals > 0 && killed.sessions > 0 && killed.servers > 0, "{killed:?}");
    }
}
