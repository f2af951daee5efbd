//! Finds personal information in files and columns.
