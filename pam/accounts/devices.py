"""What a client calls itself, in a word or two for people."""

from __future__ import annotations

# The first that is found wins: Edge and Chrome call themselves Safari too, an iPhone says Mac OS.
_CLIENTS = (
    ("firefox", "Firefox"), ("edg", "Edge"), ("opr/", "Opera"), ("chrome", "Chrome"), ("safari", "Safari"),
    ("curl", "curl"), ("okhttp", "Android app"), ("cfnetwork", "iOS app"), ("python", "Script"),
)  # fmt: skip
_SYSTEMS = (
    ("iphone", "iPhone"), ("ipad", "iPad"), ("android", "Android"), ("windows", "Windows"), ("mac os", "Mac"),
    ("cros", "ChromeOS"), ("linux", "Linux"),
)  # fmt: skip


def client_of(user_agent: str) -> str:
    """Return "Firefox on Linux" of a User-Agent header; what is unknown, as it names itself."""
    said = user_agent.lower()
    client = next((name for sign, name in _CLIENTS if sign in said), "")
    system = next((name for sign, name in _SYSTEMS if sign in said), "")
    if not client:
        return user_agent[:40].strip() or "Unknown"
    return f"{client} on {system}" if system else client
