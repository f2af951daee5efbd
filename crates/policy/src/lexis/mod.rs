//! Words in text: types of personal information, figures (dates, telephone numbers …), and sets of cue words.

pub mod features;
pub mod types;
pub mod words;
