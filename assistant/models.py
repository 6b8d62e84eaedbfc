"""What is kept of conversations: threads, turns, rounds, plans, actions, frames; and what PAM was told to remember."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from pam.access.encryption import EncryptedJSONField, EncryptedTextField
from pam.access.models import Scoped
from pam.journal.owned import Owned
from pam.tools.registry import asked


class Thread(Scoped):
    """A conversation. `last_seq` numbers its frames without gap; `state` is what the dialogue has in mind."""

    title = EncryptedTextField(max_length=120, blank=True, default="")
    last_seq = models.BigIntegerField(default=0)
    last_text = EncryptedTextField(max_length=200, blank=True, default="")
    last_at = models.DateTimeField(auto_now_add=True)
    state: Any = EncryptedJSONField(default=dict)

    class Meta(Scoped.Meta):
        indexes = [models.Index(fields=["owner", "-last_at"], name="assistant_thread_last")]

    def __str__(self) -> str:
        return self.title or "Conversation"


class Turn(Scoped):
    """One thing said and everything that came of it.

    Whoever works on it holds a lease; once that has run out (the process was killed) another takes over.
    """

    class Status(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        WORKING = "working", "Working"
        DONE = "done", "Done"
        STOPPED = "stopped", "Stopped"
        FAILED = "failed", "Failed"

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="turns")
    said = EncryptedTextField()
    client_id = models.CharField(max_length=64, null=True, blank=True)
    files: Any = EncryptedJSONField(default=list)  # sent along: [{"id", "name", "media_type"}]
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ACCEPTED)
    engine = models.CharField(max_length=10, blank=True)
    reply = EncryptedTextField(blank=True, default="")
    # What of the reply stands in no receipt and no plan; None: not known.
    beside: Any = EncryptedTextField(null=True)  # type: ignore[misc]
    ticked: Any = models.JSONField(null=True)  # ids of the steps ticked where it was said; None: all that wait
    stop_asked = models.BooleanField(default=False)
    lease_until = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    request_id = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["owner", "client_id"], name="assistant_turn_client")]
        indexes = [
            models.Index(fields=["owner", "thread", "id"], name="assistant_turn_thread"),
            models.Index(
                fields=["lease_until"],
                name="assistant_turn_due",
                condition=models.Q(status__in=["accepted", "working"]),
            ),
        ]

    def __str__(self) -> str:
        return self.said[:60]


class Round(Scoped):
    """One answer of an engine, stored before the first of its actions runs: a model is never asked twice for it."""

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="rounds")
    number = models.SmallIntegerField()
    answer: Any = EncryptedJSONField()
    tokens = models.IntegerField(default=0)  # of the model endpoint, in and out

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["owner", "turn", "number"], name="assistant_round_number")]

    def __str__(self) -> str:
        return f"round {self.number}"


class Plan(Scoped):
    """Steps that wait for a yes, with the exact diff that was shown."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        DECLINED = "declined", "Declined"
        FAILED = "failed", "Failed"

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="plans")
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="plans")
    title = EncryptedTextField(max_length=200)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)

    class Meta(Scoped.Meta):
        indexes = [models.Index(fields=["owner", "status"], name="assistant_plan_waiting")]

    def __str__(self) -> str:
        return self.title


class Action(Scoped):
    """One tool call; its id is what makes it happen once."""

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        ASKS = "asks", "Asks"
        DECLINED = "declined", "Declined"
        UNDONE = "undone", "Undone"

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="actions")
    plan = models.ForeignKey(Plan, null=True, on_delete=models.CASCADE, related_name="actions")
    round = models.SmallIntegerField(default=0)
    position = models.SmallIntegerField()
    tool = models.CharField(max_length=80)
    arguments: Any = EncryptedJSONField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PROPOSED)
    text = EncryptedTextField(blank=True, default="")
    lines: Any = EncryptedJSONField(default=list)  # of the receipt, or of the diff that waits
    digest = models.CharField(max_length=64, blank=True)  # of the diff that was shown
    card: Any = EncryptedJSONField(null=True)
    slot = models.CharField(max_length=40, blank=True)  # what is asked for
    options: Any = EncryptedJSONField(default=list)  # the likely answers, in words
    rows: Any = EncryptedJSONField(default=list)  # the ids of the rows that they mean
    entry = models.UUIDField(null=True)
    entry_number = models.BigIntegerField(null=True)

    class Meta(Scoped.Meta):
        constraints = [
            models.UniqueConstraint(fields=["owner", "turn", "round", "position"], name="assistant_action_position")
        ]
        indexes = [models.Index(fields=["owner", "entry"], name="assistant_action_entry")]

    def __str__(self) -> str:
        return f"{self.tool} {self.status}"

    @property
    def words(self) -> str:
        """What the step says, with the likely answers of its question."""
        return asked(self.text, self.options)


class Frame(Scoped):
    """One numbered event of a thread, as sent to clients."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="frames")
    turn = models.ForeignKey(Turn, null=True, on_delete=models.CASCADE, related_name="frames")
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=20)
    data: Any = EncryptedJSONField()

    class Meta(Scoped.Meta):
        constraints = [models.UniqueConstraint(fields=["owner", "thread", "seq"], name="assistant_frame_seq")]

    def __str__(self) -> str:
        return f"{self.kind} {self.seq}"


class Memory(Owned):
    """Something PAM was told to keep about the user; seen and edited by them."""

    noun: ClassVar[str] = "Memory"
    shown_fields: ClassVar[tuple[str, ...]] = ("fact", "key")

    key = models.CharField(max_length=60, blank=True)  # of a preference; empty for a free fact
    fact = EncryptedTextField(max_length=1000)

    class Meta(Owned.Meta):
        verbose_name_plural = "memories"
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="assistant_memory_key", condition=~models.Q(key=""))
        ]

    def __str__(self) -> str:
        return self.fact

    def receipt(self) -> dict[str, Any]:
        """Return the texts of its receipt line."""
        return {"name": self.fact if not self.key else f"{self.key}: {self.fact}"}
