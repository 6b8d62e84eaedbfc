"""An app that only tests know: shapes of owned models that the domains do not have."""
