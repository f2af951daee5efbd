//! Clauses as data: loader, expression language, law with dates, lint.
