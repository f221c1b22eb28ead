//! What operators read.

use register::ChainError;

/// A break of the chain in Japanese.
pub fn chain_in_words(error: &ChainError) -> String {
    match error {
        ChainError::Gap { wanted, found } => format!("変更{wanted}があるべきところに変更{found}があります"),
        ChainError::TimeBack(position) => format!("変更{position}の記録日時が、前の変更より前です"),
        ChainError::Hash(position) => {
            format!("変更{position}がハッシュと合いません（この変更か、これより前が書き換えられています）")
        }
    }
}
