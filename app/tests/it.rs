//! The program as a whole.

#[cfg(test)]
mod it {
    #[cfg(feature = "pdf")]
    mod acceptance;
    mod arrivals;
    mod audit;
    mod backup;
    mod calc;
    mod catalogue;
    mod chains;
    mod config;
    mod datasets;
    mod demo;
    mod door;
    mod fitgap;
    mod keys;
    mod layout;
    mod link;
    mod migrate;
    mod moji;
    mod moving;
    mod places;
    mod program;
    mod servers;
    mod simulate;
}
