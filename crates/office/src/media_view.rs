//! What the register of media (媒体管理簿) says to those who watch links.

use media::{MEDIUM, Medium};
use register::{Fault, View};

use crate::Office;
use crate::monitor::LinkStanding;

impl Office {
    /// Whether this house keeps the register.
    fn keeps_media(&self) -> bool {
        self.systems().iter().any(|system| system.kinds.iter().any(|kind| kind.id == MEDIUM.id))
    }

    /// The media a delivery is on.
    pub(crate) fn media_of(&self, view: &dyn View, link: &str, no: u64) -> Result<Vec<Medium>, Fault> {
        if self.keeps_media() { media::of_delivery(view, link, no) } else { Ok(Vec::new()) }
    }

    /// That media with a link's deliveries are lost, in Japanese; none when none are.
    pub(crate) fn lost_media(&self, view: &dyn View, link: &str) -> Result<Option<String>, Fault> {
        let lost = if self.keeps_media() { media::lost_of_link(view, link)? } else { Vec::new() };
        if lost.is_empty() {
            return Ok(None);
        }
        let numbers: Vec<&str> = lost.iter().map(|medium| &*medium.medium_no).collect();
        Ok(Some(format!("この連携の配信が入った媒体 {} が紛失しています", numbers.join("、"))))
    }

    /// Where a link stands when media with its deliveries are lost. What stops the link itself stays what is shown, for it has
    /// its own button; the loss is then told with it.
    pub(crate) fn with_lost_media(
        &self,
        view: &dyn View,
        link: &str,
        (standing, why, remedy): (LinkStanding, String, &'static str),
    ) -> Result<(LinkStanding, String, &'static str), Fault> {
        let Some(words) = self.lost_media(view, link)? else { return Ok((standing, why, remedy)) };
        Ok(match standing {
            LinkStanding::Broken | LinkStanding::Held | LinkStanding::Trouble => {
                (standing, format!("{why}。{words}"), remedy)
            }
            _ => (
                LinkStanding::MediumLost,
                words,
                "見つかったら「媒体の発見」、届け出などが済んだら「紛失処理の終了」を登録してください",
            ),
        })
    }
}
