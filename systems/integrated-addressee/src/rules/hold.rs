//! Why a copy does not go yet.

use register::Fault;

use crate::desk::Desk;
use crate::records::{Block, IntegratedNo, Link, Protection, TransmissionResult, WaitingCopy};

/// Why a copy waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// The 宛名番号 cannot be converted.
    Unnumbered,
    /// 中間サーバー refused the number.
    NumberRefused(String),
    /// The task says that the person is protected, and the block has not come.
    BlockUntold,
    /// The block went out and is not answered.
    BlockUnanswered,
    /// 中間サーバー refused the block.
    BlockRefused(String),
}

impl Hold {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Unnumbered => "MSV01",
            Self::NumberRefused(_) => "MSV16",
            Self::BlockUntold => "MSV02",
            Self::BlockUnanswered => "MSV03",
            Self::BlockRefused(_) => "MSV04",
        }
    }

    /// What is so.
    pub(crate) fn why(&self) -> String {
        match self {
            Self::Unnumbered => "団体内統合宛名番号が付いていないので、変換できません。".to_owned(),
            Self::NumberRefused(words) => {
                format!("中間サーバーが団体内統合宛名番号の登録を断りました（{words}）。")
            }
            Self::BlockUntold => {
                "支援措置の対象の人ですが、自動応答不可の設定がまだ届いていません。".to_owned()
            }
            Self::BlockUnanswered => {
                "支援措置の対象の人で、自動応答不可の設定を中間サーバーがまだ受け付けていません。".to_owned()
            }
            Self::BlockRefused(words) => {
                format!("支援措置の対象の人ですが、中間サーバーが自動応答不可の設定を断りました（{words}）。")
            }
        }
    }

    /// What to do.
    pub(crate) fn remedy(&self) -> &'static str {
        match self {
            Self::Unnumbered => "個人番号を確かめて付番してください。付番すると自動で送ります。",
            Self::NumberRefused(_) => {
                "断られた理由を直し、「中間サーバーへの再送」で区分「番号の登録・削除」を送り直してください。送り直したものは結果を待ってください。受け付けられると自動で送ります。"
            }
            Self::BlockUntold => {
                "連携「自動応答不可・不開示設定を団体内統合宛名へ」が止まっていないか確かめてください。届くと自動で進みます。"
            }
            Self::BlockUnanswered => {
                "中間サーバーの登録結果を待ってください。受け付けられると自動で送ります。"
            }
            Self::BlockRefused(_) => {
                "断られた理由を直し、「中間サーバーへの再送」で自動応答不可の設定を送り直してください。"
            }
        }
    }
}

/// Whether a copy may go, and under which number.
///
/// A copy of a protected person waits until 中間サーバー has accepted the newest block of the person: that the server works files in the
/// order they were put is not taken for granted.
///
/// Source: 共通機能標準仕様書 032 (the block before or with the copy). That it has to be accepted first is this project's reading
/// (unverified).
pub(crate) fn of(desk: &Desk<'_>, copy: &WaitingCopy) -> Result<Result<IntegratedNo, Hold>, Fault> {
    let number = copy.addressee_no.to_string();
    let Some(link) = desk.get::<Link>(&number)? else { return Ok(Err(Hold::Unnumbered)) };
    let integrated_no = link.integrated_no;
    if let Some(words) = super::registrations::refusal(desk, integrated_no.as_str())? {
        return Ok(Err(Hold::NumberRefused(words)));
    }
    if copy.undisclosed {
        // What was told of an end later than the copy counts for it; an end told before is of another measure.
        let covered =
            desk.get::<Protection>(&number)?.is_some_and(|told| told.holds() || copy.told_at <= told.told_at);
        if !covered {
            return Ok(Err(Hold::BlockUntold));
        }
    }
    let Some(block) = desk.get::<Block>(integrated_no.as_str())?.filter(Block::holds) else {
        return Ok(Ok(integrated_no));
    };
    Ok(
        match desk
            .get::<TransmissionResult>(integrated_no.as_str())?
            .filter(|result| result.send_no == block.send_no)
        {
            None => Err(Hold::BlockUnanswered),
            Some(result) if result.accepted => Ok(integrated_no),
            Some(result) => Err(Hold::BlockRefused(super::copies::words(&result))),
        },
    )
}
