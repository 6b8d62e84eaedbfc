"""PAM: the you app."""
