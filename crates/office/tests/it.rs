//! The house at work: real systems, a real journal, a real folder, a set clock.

#[cfg(test)]
mod it {
    mod house;

    mod acceptance;
    mod accounting;
    mod ask;
    mod banks;
    mod cut;
    mod defects;
    mod eltax;
    mod events;
    mod incidents;
    mod intermediate;
    mod inward;
    mod ledger;
    mod links;
    mod media;
    mod merged;
    mod migration;
    mod packed;
    mod prune;
    mod pushed;
    mod reconcile;
    mod rehearsal;
    mod resend;
    mod staff;
    mod trial;
}
