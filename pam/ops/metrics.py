"""PAM's own counters and histograms, beside those of django-prometheus; every label set is bounded."""

from prometheus_client import Counter, Gauge, Histogram

tool_runs = Counter("pam_tool_runs_total", "Tool calls by outcome.", ["tool", "status"])
tool_seconds = Histogram("pam_tool_seconds", "Time a tool call takes.", ["tool"])
turns = Counter("pam_turns_total", "Turns by engine and outcome.", ["engine", "status"])
engine_seconds = Histogram("pam_engine_seconds", "Time an engine takes to turn words into steps.", ["engine"])
tokens = Counter("pam_model_tokens_total", "Tokens of the model endpoint.", ["kind"])
sockets = Gauge("pam_sockets", "Open sockets.")
queue_lag = Histogram("pam_queue_lag_seconds", "How late due work is claimed.", ["work"])
