//! Every event checked: audits processing events against consents, notices and declarations.
