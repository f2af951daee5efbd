//! Shows how a file was read: one line a block with its kind, address and sentences.
//! `cargo run -p zhunsheng-policy --example dump -- FILE…`

fn main() {
    for path in std::env::args().skip(1) {
        match zhunsheng_policy::read::file(std::path::Path::new(&path)) {
            Ok(doc) => {
                println!("== {path} {:?} {:?} {} sentences", doc.format, doc.title, doc.sentences.len());
                for p in &doc.problems {
                    println!("!! {} / {}", p.zh, p.en);
                }
                for (i, b) in doc.blocks.iter().enumerate() {
                    let set_off = b.emphasis.len();
                    println!(
                        "{i:4} {} {:?} sec={:?} lead={:?} emph={set_off} | {}",
                        doc.address(i, 0, b.text.len()),
                        b.kind,
                        b.section,
                        b.lead,
                        b.text
                    );
                }
            }
            Err(e) => println!("== {e}"),
        }
    }
}
