//! Parses and type-checks the catalogue at build time, so that the program starts with it ready.

use std::path::{Path, PathBuf};

use zhunsheng_source::Lang;

fn main() {
    // Asked when it runs, not when it was built: a build folder may be copied to another checkout.
    let manifest = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| fail("no CARGO_MANIFEST_DIR"));
    let root = Path::new(&manifest).join("../../catalogue");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    let mut files = Vec::new();
    for path in &paths {
        println!("cargo:rerun-if-changed={}", path.display());
        let name = path.strip_prefix(&root).unwrap_or(path).display().to_string();
        let text = std::fs::read_to_string(path).unwrap_or_else(|cause| fail(&format!("{}: {cause}", path.display())));
        files.push((format!("catalogue/{name}"), text));
    }
    let (catalogue, problems) = zhunsheng_catalogue::load(&files);
    if problems.has_errors() {
        fail(&problems.render(&catalogue.sources, Lang::En));
    }
    let out = PathBuf::from(std::env::var("OUT_DIR").unwrap_or_else(|_| fail("no OUT_DIR")));
    let bytes = catalogue.encode().unwrap_or_else(|cause| fail(&cause));
    write(&out.join("catalogue.bin"), &bytes);
    // The sources travel too: `explain` quotes them and `catalogue lint` and `prove` read them.
    let mut list = String::from("&[\n");
    for (name, text) in &files {
        list.push_str(&format!("    ({name:?}, {text:?}),\n"));
    }
    list.push(']');
    write(&out.join("sources.rs"), list.as_bytes());
}

fn collect(folder: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { fail(&format!("cannot read {}", folder.display())) };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            out.push(path);
        }
    }
}

fn write(path: &Path, bytes: &[u8]) {
    if let Err(cause) = std::fs::write(path, bytes) {
        fail(&format!("{}: {cause}", path.display()));
    }
}

fn fail(message: &str) -> ! {
    eprintln!("{message}");
    std::process::exit(1)
}
