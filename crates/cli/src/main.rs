//! The `zhunsheng` command line.

fn main() {}
