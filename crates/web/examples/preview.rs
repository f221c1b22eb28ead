//! A tiny town on the screens, to look at them: `cargo run -p web --example preview`, then <http://127.0.0.1:8089>.

#[path = "../tests/it/house.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod house;

use std::net::SocketAddr;

use serde_json::json;

use crate::house::{House, Outcome, couple, single};

#[tokio::main]
async fn main() -> Outcome<()> {
    let house = House::with_family()?;
    house.finalized("resident-register/move-in", &couple())?;
    house.run("tanaka", "resident-register/move-in", &single())?;
    let family = house.numbers("カツラギ")?;
    let couple = house.numbers("タカハシ")?;
    if let (Some(wife), Some(husband)) = (family.get(1), couple.first()) {
        let out = json!({ "move_out_kind": "21", "event_date": "R8.12.10", "notified_on": "R8.11.20",
            "targets": [wife], "dest_prefecture": "別県", "dest_municipality": "隣市" });
        house.finalized("resident-register/move-out", &out)?;
        let moved = json!({ "event_date": "R8.11.19", "notified_on": "R8.11.20", "targets": [husband],
            "town": "山手", "lot": "９番地", "relations": [{ "addressee_no": husband, "relation": "世帯主" }] });
        if let Err(error) = house.run("tanaka", "resident-register/move-within", &moved) {
            tracing::warn!(%error, "no move within the town");
        }
    }
    house.settle()?;
    house.receive("tax-suite")?;
    house.settle()?;
    let address: SocketAddr = "127.0.0.1:8089".parse()?;
    let listener = tokio::net::TcpListener::bind(address).await?;
    let service = web::router(house.desk()).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).await?;
    Ok(())
}
