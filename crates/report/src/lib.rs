//! Renders an assessment as text, JSON and HTML.
