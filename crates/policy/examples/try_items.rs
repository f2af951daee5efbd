//! Tries lines `ITEM :: sentence`: which items are not found in the sentence alone.
//! `cargo run -p zhunsheng-policy --example try_items -- FILE`

use zhunsheng_policy::doc::Format;
use zhunsheng_policy::report::{Kit, Report};

fn main() {
    let path = std::env::args().nth(1).unwrap_or_default();
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let filler =
        "欢迎您。我们感谢每一位朋友的陪伴，愿旅途平安顺利，也愿您常来坐坐，和我们说说路上看见的风景与人情，谢谢大家。";
    match Kit::builtin() {
        Ok(kit) => {
            for line in text.lines() {
                let Some((id, sentence)) = line.split_once("::") else { continue };
                let doc = zhunsheng_policy::read::memory(
                    &format!("# 政策\n\n{filler}{filler}\n\n{}", sentence.trim()),
                    Format::Markdown,
                );
                let report = Report::new(&doc, &kit);
                match report.items.iter().find(|i| i.id == id.trim()) {
                    Some(i) if format!("{:?}", i.verdict) == "Disclosed" => {}
                    Some(i) => println!("{:?} {line}", i.verdict),
                    None => println!("unknown {line}"),
                }
            }
        }
        Err(e) => eprintln!("{e}"),
    }
}
