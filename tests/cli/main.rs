//! The command line as its users see it: outputs, messages, exit status.
