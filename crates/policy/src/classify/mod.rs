//! Sentence topics (collection, use, sharing …): see the classifier module.
