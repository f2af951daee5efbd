//! What was frozen of a large assessment has many megabytes: comparing with it does not hold them, nor does signing hold them twice.

#![allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]

mod common;

use common::House;
use peak_alloc::PeakAlloc;
use zhunsheng_workspace::{Action, Difference, Imprint};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// The most that was allocated while something was done, beyond what was before, in bytes.
fn most<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    let made = work();
    (made, ALLOCATED.peak_usage().saturating_sub(before))
}

#[test]
fn a_revision_is_compared_without_what_was_frozen_in_memory() {
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
    let size = usize::try_from(size).unwrap();
    let (found, compared) = most(|| ws.difference(&lead, &hash, None).unwrap());
    // Nothing was changed: what stands is told as what was frozen is.
    assert_eq!(found, Difference::default());
    assert_eq!(ws.difference(&lead, &hash, Some(&hash)).unwrap(), Difference::default());
    println!("frozen {size}, sign {held}, difference {compared}");
    assert!(held < size * 2, "{held} bytes for {size}");
    assert!(compared < size / 2, "{compared} bytes for {size}");
}
