//! Words in text: types of personal information, figures (dates, telephone numbers …), sets of cue words, and what is denied.

pub mod denial;
pub mod features;
pub mod places;
pub mod script;
pub mod types;
pub mod words;
