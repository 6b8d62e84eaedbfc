"""PAM's own counters and histograms, beside those of django-prometheus; every label set is bounded."""

from prometheus_client import Counter, Gauge, Histogram

_SLOW = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

tool_runs = Counter("pam_tool_runs_total", "Tool calls by outcome.", ["tool", "status"])
tool_seconds = Histogram("pam_tool_seconds", "Time a tool call takes.", ["tool"])
turns = Counter("pam_turns_total", "Turns by engine and outcome.", ["engine", "status"])
engine_seconds = Histogram(
    "pam_engine_seconds", "Time an engine takes to turn words into steps.", ["engine"], buckets=_SLOW
)
tokens = Counter("pam_model_tokens_total", "Tokens of the model endpoint.", ["kind"])
sockets = Gauge("pam_sockets", "Open sockets.", multiprocess_mode="livesum")
queue_lag = Histogram("pam_queue_lag_seconds", "How late due work is claimed.", ["work"], buckets=_SLOW)
limited = Counter("pam_rate_limited_total", "Requests and messages that a rate limit turned away.", ["kind"])
front = Counter("pam_front_total", "Requests answered before Django, by status.", ["status"])
mails = Counter("pam_mails_total", "Mails of the outbox by outcome.", ["outcome"])
