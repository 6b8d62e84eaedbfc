"""Demo data of groups: a few weeks of a plausible life."""

from __future__ import annotations

from typing import Any

from pam import journal
from pam.accounts.models import User

from . import services

PEOPLE = [("Priya Nair", "priya@example.com"), ("Sam Okafor", "sam@example.com"), ("Jo Lindqvist", "jo@example.com")]


def fill(user: Any) -> None:
    """Add a group with three members of its own, and posts."""
    with journal.entry(user, source="system", label="Demo data"):
        group = services.create_group(user, name="Hiking", about="Walks around Brisbane, mostly Saturdays")
        text = "Lower Portals on Saturday, 7 am at the car park. Bring 2 L of water."
        services.create_post(user, group=group, text=text)
    for name, email in PEOPLE:
        if User.objects.filter(email=email).exists():
            continue
        # They belong to the demo and cannot sign in.
        person = User(email=email, display_name=name)
        person.set_unusable_password()
        person.save()
        with journal.entry(user, source="system", label="Demo data"):
            invitation = services.invite(user, group=group, person=email)
        with journal.entry(person, source="system", label="Demo data"):
            services.accept_invitation(person, invitation)
            if name.startswith("Priya"):
                services.create_post(
                    person, group=group, text="Track report: creek crossing is dry, bring poles for the last bit."
                )
