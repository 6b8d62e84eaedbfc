"""PAM's own English grammar of dates, times, recurrences and offsets."""
