//! Geometric values and their derivatives, shared by force-field terms and internal coordinates.
