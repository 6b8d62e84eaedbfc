"""PAM: the wins app."""
