"""PAM: the assistant app."""
