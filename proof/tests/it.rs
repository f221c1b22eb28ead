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
    fn batches_that_are_killed_end_as_those_that_are_not() {
        let kills =
            std::env::var("PROOF_BATCH_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(16);
        let told = proof::batches::kill(env!("CARGO_BIN_EXE_proof").as_ref(), kills, 0x5eed);
        assert!(told.by_stage.iter().all(|killed| *killed > 0), "{told:?}");
        assert!(told.levies > 100 && told.paid > 0 && told.reminded > 0 && told.carried > 0, "{told:?}");
    }

    #[test]
    fn kills_of_town_and_postgresql_lose_and_double_nothing() {
        let killed = kill(&plan(12, true, 4));
        assert!(killed.finals > 0 && killed.sessions > 0 && killed.servers > 0, "{killed:?}");
    }
}
