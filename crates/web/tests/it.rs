//! The router over a real house: real systems, a real journal, a real folder, a set clock.

#[cfg(test)]
mod it {
    mod client;
    mod house;

    mod api;
    mod api_staff;
    mod cards;
    mod common_api;
    mod euc;
    mod inquiries;
    mod intruders;
    mod keys;
    mod partners;
    mod problems;
    mod protected;
    mod provider;
    mod resends;
    mod routes;
    mod screens;
    mod secrets;
    mod serving;
    mod soap;
    mod sso;
    mod staff;
    mod tls;
    mod wild;
}
