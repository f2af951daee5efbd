//! Three-valued evaluation with provenance, roll-up, requests and mutation proof.
