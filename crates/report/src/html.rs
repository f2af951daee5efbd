//! HTML: one file, no network.

use zhunsheng_source::Lang;
use zhunsheng_verdict::Assessment;

/// The assessment as one page.
pub fn html(_assessment: &Assessment<'_>, _lang: Lang) -> String {
    String::new()
}
