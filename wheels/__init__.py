"""PAM: the wheels app."""
