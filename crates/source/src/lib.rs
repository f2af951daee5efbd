//! Positions, located YAML and diagnostics: every value knows its file, line and column.
