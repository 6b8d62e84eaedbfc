"""PAM: the social app."""
