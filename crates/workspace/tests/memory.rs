//! What was frozen of a large assessment has many megabytes; comparing with it takes little more than that once.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

mod common;

use common::House;
use zhunsheng_workspace::{Action, Difference, Imprint};

/// A figure of this process, in KiB.
fn status(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The most that was held while something was done, beyond what was held before, in bytes; unknown where the system does not let
/// the peak be counted from here on.
fn most<T>(work: impl FnOnce() -> T) -> (T, Option<u64>) {
    let anew = std::fs::write("/proc/self/clear_refs", "5").is_ok();
    let before = status("VmRSS");
    let made = work();
    (made, anew.then(|| status("VmHWM").saturating_sub(before) * 1024))
}

#[test]
fn a_revision_is_compared_without_the_whole_result_in_memory_many_times() {
    let house = House::demo();
    let ws = &house.ws;
    let lead = house.sign_in("lead");
    let home = ws.allow(&lead, Action::Home, None).unwrap();
    let id = ws.assessments(&home).unwrap().into_iter().find(|one| one.title.contains("云杉")).unwrap().id;
    let lead = ws.allow(&lead, Action::Submit, Some(&id)).unwrap();
    let reviewer = ws.allow(&house.sign_in("reviewer"), Action::Review, Some(&id)).unwrap();
    let hash = ws.submit(&lead, "", true).unwrap();
    ws.review(&reviewer, &hash, true, "").unwrap();
    let (done, held) = most(|| ws.sign(&lead, &hash, "", &Imprint::default(), true));
    done.unwrap();
    ws.open_revision(&lead, "补充").unwrap();
    let size =
        std::fs::metadata(ws.dir().join("evidence").join(hash.get(..2).unwrap_or_default()).join(&hash)).unwrap().len();
    assert!(size > 4 << 20, "{size}: too small to tell anything");
    let (found, compared) = most(|| ws.difference(&lead, &hash, None).unwrap());
    // Nothing was changed: what stands is told as what was frozen is.
    assert_eq!(found, Difference::default());
    assert_eq!(ws.difference(&lead, &hash, Some(&hash)).unwrap(), Difference::default());
    println!("frozen {size}, sign {held:?}, difference {compared:?}");
    assert!(compared.is_none_or(|bytes| bytes < size * 2), "{compared:?} bytes for {size}");
}
