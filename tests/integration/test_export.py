"""Export and restore: everything of a person, taken along and brought back as it was, or not at all."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyotp
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client, TestCase

from pam.access import acting_as, uuid7
from pam.accounts import app_passwords, factor
from pam.accounts.models import User
from pam.files import services as files
from pam.files import storage
from pam.files.content import examine
from pam.files.models import Attachment
from pam.journal.models import JournalEntry
from pam.journal.undo import Refused, undo
from pam.journal.verify import verify
from pam.ops import limits
from pam.transfer import archive, rows
from pam.transfer.archive import Unusable
from pam.transfer.erase import erase_due
from pam.transfer.export import export
from pam.transfer.restore import restore
from social import services as social
from social.models import Group, Membership, Post
from tests.files import PDF, picture
from tests.house import doing, entries, events_of, looking, person
from tests.pages import browser
from wins.models import Transaction
from wins.services import add_account
from you import services as you

pytestmark = pytest.mark.django_db
PASSWORD, NEW = "a long password", "another long one"
Parts = dict[str, bytes]


@pytest.fixture(scope="module", autouse=True)
def _shapes(django_db_setup: None, django_db_blocker: Any) -> None:
    # Where other tests have registered the app of shapes, its tables have to be there.
    if "shapes" in apps.app_configs:
        from tests.shapes.apps import create_tables

        with django_db_blocker.unblock():
            create_tables()


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> None:
    settings.REQUIRE_VERIFIED_EMAIL = False
    limits.forget()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """The bytes of a test stand in a folder of its own."""
    found = tmp_path / "files"
    options = {**settings.FILES_STORAGE["OPTIONS"], "location": str(found)}
    settings.STORAGES = {**settings.STORAGES, "files": {**settings.FILES_STORAGE, "OPTIONS": options}}
    return found


@pytest.fixture
def robin() -> User:
    """The demo user, who has also said something and undone something."""
    call_command("demo")
    user = User.objects.get(email="demo@example.com")
    user.set_password(PASSWORD)
    user.save()
    client = browser(user)
    for said in (
        "spent 42.50 on groceries at Coles",
        "undo that",
        "post to Hiking: see you Saturday",
        "what is on today?",
    ):
        answer = client.post("/api/pam/chat", {"message": said}, content_type="application/json")
        assert answer.status_code == 200
    return user


def taken(user: User) -> bytes:
    with export(user) as file:
        return file.read()


def parts(data: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        return {name: found.read(name) for name in found.namelist()}


def zipped(found: Parts) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in found.items():
            out.writestr(name, content)
    return made.getvalue()


def lines(found: Parts, label: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in found[f"rows/{label}.jsonl"].splitlines()]


def put(found: Parts, label: str, values: list[dict[str, Any]]) -> Parts:
    """Return the parts with other rows of a model, and a manifest that counts them."""
    manifest = json.loads(found["manifest.json"])
    manifest["rows"][label] = len(values)
    text = "".join(json.dumps(row) + "\n" for row in values)
    return {**found, f"rows/{label}.jsonl": text.encode(), "manifest.json": json.dumps(manifest).encode()}


def as_set(found: Parts) -> dict[str, list[bytes]]:
    """Return the rows of each model, sorted."""
    return {name: sorted(text.splitlines()) for name, text in found.items() if name.startswith("rows/")}


def erased(user: User) -> None:
    """Let the person be gone as after the days of grace."""
    User.objects.filter(pk=user.pk).update(erase_at=user.date_joined)
    assert erase_due() == 1
    assert not User.objects.filter(pk=user.pk).exists()


def test_what_is_restored_exports_the_same_row_for_row(robin: User) -> None:
    # Alone in her group, so that nothing hangs on others.
    with looking():
        others = list(User.objects.exclude(pk=robin.pk))
    for other in others:
        erased(other)
    first = taken(robin)
    erased(robin)
    done = restore(io.BytesIO(first), NEW)
    assert (done.left_out, done.emptied) == ({}, {})
    second = taken(User.objects.get(email="demo@example.com"))
    assert as_set(parts(second)) == as_set(parts(first))
    was, now = (json.loads(parts(data)["manifest.json"]) for data in (first, second))
    assert (now["person"], now["rows"]) == (was["person"], was["rows"])
    filled = {label for label, count in was["rows"].items() if count}
    assert {"journal.journalentry", "journal.journalchange", "journal.chain",
            "wins.transaction", "wheels.fill", "you.task", "social.group", "social.post", "assistant.turn",
            "assistant.frame", "assistant.action"} <= filled  # fmt: skip


def test_the_chain_holds_undo_works_and_the_change_feed_goes_on_after_restoring(robin: User) -> None:
    old = entries(robin)
    client = browser(robin)
    before = client.get("/api/changes").json()
    data = taken(robin)
    erased(robin)
    user = restore(io.BytesIO(data), NEW).user
    assert list(verify(user.pk)) == []
    assert [kept.digest for kept in entries(user)] == [kept.digest for kept in old]
    with acting_as(user):
        [fresh] = Transaction.objects.filter(payee="Coles").order_by("-id")[:1]
    spent = next(kept for kept in reversed(old) if any(line.get("row") == str(fresh.pk) for line in kept.lines))
    undo(user, spent.pk, source="page")
    with acting_as(user):
        assert not Transaction.objects.filter(pk=fresh.pk).exists()
    assert list(verify(user.pk)) == []
    client = Client()
    assert client.post("/login", {"email": user.email, "password": NEW}).status_code == 302
    all_of_it = client.get("/api/changes").json()
    there = {item["id"] for item in all_of_it["results"] if not item["deleted"]}
    # The group went on without Robin, and is Priya's now.
    had = {item["id"] for item in before["results"] if not item["deleted"] and not item["type"].startswith("social/")}
    assert there == had - {str(fresh.pk)}
    # A phone that was there before is told everything anew, one that has asked since only what came after.
    again = client.get("/api/changes", {"cursor": before["cursor"]}).json()
    assert {item["id"] for item in again["results"] if not item["deleted"]} == there
    doing(user, lambda: you.add_task(user, title="Fresh"))
    [one] = client.get("/api/changes", {"cursor": all_of_it["cursor"]}).json()["results"]
    assert one["data"]["title"] == "Fresh"


def test_what_opens_the_account_is_not_in_an_export(robin: User) -> None:
    secret = factor.fresh_secret()
    factor.enable(robin, secret, pyotp.TOTP(secret).now())
    _, text = app_passwords.make(robin, "Script", ["read"])
    found = parts(taken(robin))
    everything = b"".join(found.values()).decode()
    robin.refresh_from_db()
    for hidden in (secret, text, robin.password, app_passwords._digest(text)):
        assert hidden not in everything
    assert not [name for name in found if "session" in name or "token" in name or "factor" in name]
    manifest = json.loads(found["manifest.json"])
    assert {"password", "accounts.secondfactor", "accounts.apppassword", "accounts.session"} <= set(
        manifest["left_out"]
    )
    assert robin.email in everything


def test_nothing_of_others_is_in_an_export() -> None:
    ann, ben = person("Ann"), person("Ben")
    group, _ = shared(ann, ben)
    doing(ben, lambda: social.create_post(ben, group=group, text="Only Ben's words"))
    found = parts(taken(ann))
    assert [name for name, text in found.items() if b"Only Ben" in text] == [
        "rows/live.notification.jsonl"
    ]  # told to her
    for label in ("social.post", "social.membership", "journal.journalentry"):
        assert {row["owner_id"] for row in lines(found, label)} == {str(ann.pk)}


def shared(ann: User, ben: User, name: str = "Hiking") -> tuple[Group, Post]:
    """Return a group of Ann's with Ben in it, and a post of hers."""
    group = doing(ann, lambda: social.create_group(ann, name=name))
    invitation = doing(ann, lambda: social.invite(ann, group=group, person=ben.email))
    doing(ben, lambda: social.accept_invitation(ben, invitation))
    return group, doing(ann, lambda: social.create_post(ann, group=group, text="Lower Portals on Saturday"))


def test_what_hangs_on_others_is_left_out_and_named() -> None:
    ann, ben = person("Ann"), person("Ben")
    _, post = shared(ben, ann)  # Ben's group
    doing(ann, lambda: social.comment(ann, post=post, text="I come along"))
    own, mine = shared(ann, ben, "Cooking")
    data = taken(ann)
    erased(ann)
    done = restore(io.BytesIO(data), NEW)
    # In Ben's group she is no member again by it, and hers is his by now.
    assert done.left_out["social.membership"] == 2
    assert done.left_out["social.comment"] == 1
    assert done.left_out["social.group"] == done.left_out["social.post"] == 1
    assert +done.left_out == done.left_out
    with looking():
        assert not Membership.objects.filter(owner=done.user).exists()
        assert Group.objects.get(pk=own.pk).owner_id == ben.pk
        assert not Post.objects.filter(pk=mine.pk).exists()
    assert list(verify()) == []
    with pytest.raises(Refused):
        undo(done.user, entries(done.user)[0].pk, source="page")


def test_a_group_comes_back_where_it_is_not_and_others_in_it_do_not() -> None:
    ann, ben = person("Ann"), person("Ben")
    group, post = shared(ann, ben)
    data = taken(ann)
    erased(ben)
    erased(ann)
    done = restore(io.BytesIO(data), NEW)
    assert set(done.left_out) <= {"live.notification"}
    assert done.emptied == {"social.invitation.invitee_id": 1}
    with acting_as(done.user):
        assert Group.objects.get().pk == group.pk
        assert Post.objects.get().text == post.text
        assert [row.owner_id for row in Membership.objects.all()] == [done.user.pk]


def test_attached_files_come_along_to_the_byte_and_go_with_the_person(folder: Path) -> None:
    ann = person("Ann")
    kept, gone = (doing(ann, lambda title=title: you.add_task(ann, title=title)) for title in ("Kept", "Gone"))
    for row, data in ((kept, picture()), (kept, PDF), (gone, PDF)):
        content = examine(data)
        content.name = "receipt"
        doing(ann, lambda row=row, content=content: files.attach(ann, row, content))
    doing(ann, lambda: you.delete_task(ann, gone))
    with acting_as(ann):
        before = {row.pk: (storage.read(row), row.key) for row in Attachment.objects.all()}
    assert len(before) == 2
    data = taken(ann)
    assert {name for name in parts(data) if name.startswith("files/")} == {f"files/attachments/{pk}" for pk in before}
    with TestCase.captureOnCommitCallbacks(execute=True):
        erased(ann)
    left = {path.name for path in folder.rglob("*") if path.is_file()}
    assert not left & {key[2:] for _, key in before.values()}
    user = restore(io.BytesIO(data), NEW).user
    with acting_as(user):
        assert {row.pk: (storage.read(row), row.key) for row in Attachment.objects.all()} == before
        pictures = [row for row in Attachment.objects.all() if row.is_picture]
        assert [bool(storage.read(row, small=True)) for row in pictures] == [True]
    assert as_set(parts(taken(user))) == as_set(parts(data))
    with TestCase.captureOnCommitCallbacks(execute=True):
        erased(user)
    place = next(name for name in parts(data) if name.startswith("files/"))
    for other, said in ((PDF + b"%", "not those of its row"), (b"", "not those of its row")):
        with pytest.raises(Unusable, match=said):
            restore(io.BytesIO(zipped({**parts(data), place: other})), NEW)
    with pytest.raises(Unusable, match="Files are missing"):
        restore(io.BytesIO(zipped({name: text for name, text in parts(data).items() if name != place})), NEW)


def _without(name: str) -> Callable[[Parts], Parts]:
    return lambda found: {key: value for key, value in found.items() if key != name}


def _with(name: str, content: bytes) -> Callable[[Parts], Parts]:
    return lambda found: {**found, name: content}


def _manifest(**more: Any) -> Callable[[Parts], Parts]:
    return lambda found: {**found, "manifest.json": json.dumps({**json.loads(found["manifest.json"]), **more}).encode()}


def _owner(label: str) -> Callable[[Parts], Parts]:
    return lambda found: put(found, label, [{**row, "owner_id": str(uuid7())} for row in lines(found, label)])


def _foreign_change(found: Parts) -> Parts:
    changes = lines(found, "journal.journalchange")
    changes[0]["before"] = {"json": {"owner_id": str(uuid7())}}
    return put(found, "journal.journalchange", changes)


def _rewritten(found: Parts) -> Parts:
    kept = lines(found, "journal.journalentry")
    kept[0]["lines"] = {"json": []}
    return put(found, "journal.journalentry", kept)


def _stray_change(found: Parts) -> Parts:
    changes = lines(found, "journal.journalchange")
    changes[0]["entry_id"] = str(uuid7())
    return put(found, "journal.journalchange", changes)


DAMAGED = {
    "no manifest": (_without("manifest.json"), "has no manifest"),
    "another format": (_manifest(format="other"), "no export of PAM"),
    "a newer version": (_manifest(version=2), "version 2"),
    "no person": (_manifest(person=None), "manifest is damaged"),
    "an address that is none": (_manifest(person={"id": str(uuid7()), "email": "nobody"}), "person is damaged"),
    "somebody else's manifest": (_manifest(person={"id": str(uuid7()), "email": "eve@example.com"}), "somebody else's"),
    "rows missing": (_without("rows/wins.account.jsonl"), "wins.account are missing"),
    "rows cut": (_with("rows/wins.account.jsonl", b""), "holds 0 rows"),
    "rows no JSON": (_with("rows/wins.account.jsonl", b"{]\n"), "not readable"),
    "rows no objects": (_with("rows/wins.account.jsonl", b"[]\n"), "is no object"),
    "rows that say nonsense": (_with("rows/wins.account.jsonl", b'{"id": "x", "owner_id": 7}\n'), "does not say"),
    "an unknown model": (_with("rows/wins.shares.jsonl", b""), "wins.shares"),
    "a model that is none of the export's": (_with("rows/accounts.session.jsonl", b""), "accounts.session"),
    "a path": (_with("../../etc/passwd", b"root"), "which no export does"),
    "a file of an unknown keeper": (_with(f"files/things/{uuid7()}", b"x"), "which no export does"),
    "rows of others": (_owner("wins.account"), "somebody else's"),
    "a change of what only others see": (_foreign_change, "somebody else's"),
    "a rewritten journal": (_rewritten, "does not hold"),
    "changes of no entry": (_stray_change, "belong to no entry"),
    "no end of the chain": (lambda found: put(found, "journal.chain", []), "end of its chain"),
}


@pytest.mark.parametrize("name", list(DAMAGED))
def test_a_damaged_or_foreign_export_is_refused_and_nothing_restored(name: str) -> None:
    ann = person("Ann")
    doing(ann, lambda: add_account(ann, name="Everyday"))
    data = parts(taken(ann))
    erased(ann)
    change, said = DAMAGED[name]
    with pytest.raises(Unusable) as refused:
        restore(io.BytesIO(zipped(change(data))), NEW)
    assert said in str(refused.value)
    assert str(refused.value).endswith("Nothing was restored.")
    assert not User.objects.exists()
    with looking():
        assert not JournalEntry.objects.exists()
    restore(io.BytesIO(zipped(data)), NEW)  # and it was the damage alone


def test_a_cut_or_garbled_file_is_refused(robin: User) -> None:
    data = taken(robin)
    erased(robin)
    count = User.objects.count()
    for length in (0, 1, 100, len(data) // 2, len(data) - 1):
        with pytest.raises(Unusable):
            restore(io.BytesIO(data[:length]), NEW)
    for place in range(10, len(data), len(data) // 40):
        garbled = data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]
        try:
            restore(io.BytesIO(garbled), NEW)
        except Unusable:
            assert User.objects.count() == count
        else:  # a byte that says nothing: a time of packing
            erased(robin)
    with pytest.raises(Unusable, match="no zip"):
        restore(io.BytesIO(b"GIF89a" + bytes(1000)), NEW)


def test_what_would_unpack_to_far_too_much_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    ann = person("Ann")
    data = parts(taken(ann))
    erased(ann)
    bomb = {**data, "rows/wins.account.jsonl": bytes(50_000_000)}
    with pytest.raises(Unusable, match="far more than an export does"):
        restore(io.BytesIO(zipped(bomb)), NEW)
    monkeypatch.setattr(archive, "MOST_BYTES", 1000)
    with pytest.raises(Unusable, match="unpack to more"):
        restore(io.BytesIO(zipped(data)), NEW)
    assert not User.objects.exists()


def test_an_export_is_restored_only_where_the_person_is_not() -> None:
    ann = person("Ann")
    data = taken(ann)
    with pytest.raises(Unusable, match="ann@example.com has an account here"):
        restore(io.BytesIO(data), NEW)
    User.objects.filter(pk=ann.pk).update(email="anne@example.com")
    with pytest.raises(Unusable, match="under another address"):
        restore(io.BytesIO(data), NEW)


def test_an_export_opens_nobody_elses_group_to_its_person() -> None:
    ann, ben = person("Ann"), person("Ben")
    theirs = doing(ben, lambda: social.create_group(ben, name="Cooking"))
    group = doing(ann, lambda: social.create_group(ann, name="Hiking"))
    data = parts(taken(ann))
    erased(ann)
    # As a group, as a member, and as the group itself.
    into = put(data, "social.membership", [{**lines(data, "social.membership")[0], "group_id": str(theirs.pk)}])
    done = restore(io.BytesIO(zipped(into)), NEW)
    with looking():
        assert {row.group_id for row in Membership.objects.filter(owner=done.user)} == set()
    assert done.left_out == {"social.membership": 1}
    erased(done.user)
    as_ben = zipped({name: text.replace(str(group.pk).encode(), str(ben.pk).encode()) for name, text in data.items()})
    with pytest.raises(Unusable, match="a group has the id of a person"):
        restore(io.BytesIO(as_ben), NEW)
    as_group = zipped(
        {name: text.replace(str(ann.pk).encode(), str(theirs.pk).encode()) for name, text in data.items()}
    )
    with pytest.raises(Unusable, match="the person has the id of a group"):
        restore(io.BytesIO(as_group), NEW)


def test_a_restored_person_is_no_administrator() -> None:
    ann = person("Ann", role=User.Role.ADMIN)
    data = parts(taken(ann))
    erased(ann)
    manifest = json.loads(data["manifest.json"])
    manifest["person"] |= {"role": "admin", "is_superuser": True, "is_active": True}
    user = restore(io.BytesIO(zipped({**data, "manifest.json": json.dumps(manifest).encode()})), NEW).user
    user.refresh_from_db()
    assert (user.role, user.is_superuser, user.check_password(NEW)) == (User.Role.USER, False, True)


def test_the_commands_export_and_restore(robin: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "robin.zip"
    call_command("export", "DEMO@example.com", file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert events_of(robin)[-1] == {"event": "exported", "by": "operator"}
    with pytest.raises(CommandError, match="there already"):
        call_command("export", robin.email, file)
    with pytest.raises(CommandError, match="has no account here"):
        call_command("export", "nobody@example.com", tmp_path / "x.zip")
    with pytest.raises(
        CommandError, match="has an account here. Restore it where there is none. Nothing was restored."
    ):
        call_command("import_export", file, password=NEW)
    erased(robin)
    with pytest.raises(CommandError, match="too common"):
        call_command("import_export", file, password="password123")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_export", tmp_path / "none.zip", password=NEW)
    capsys.readouterr()
    call_command("import_export", file, password=NEW)
    said = capsys.readouterr().out
    assert "demo@example.com is restored" in said
    assert "1 social.membership" in said
    assert sorted(path.name for path in tmp_path.glob("*.zip")) == ["robin.zip"]


def token(user: User) -> str:
    answer = Client().post(
        "/api/auth/token", {"email": user.email, "password": PASSWORD}, content_type="application/json"
    )
    return f"Bearer {answer.json()['access']}"


def test_the_api_hands_out_a_zip_to_who_gives_the_present_password() -> None:
    ann, ben = person("Ann"), person("Ben")
    call: dict[str, Any] = {"content_type": "application/json", "HTTP_ACCEPT": "application/zip"}
    assert Client().post("/api/auth/export", {"password": PASSWORD}, **call).status_code == 401
    call["HTTP_AUTHORIZATION"] = token(ann)
    answer = Client().post("/api/auth/export", {"password": PASSWORD}, **call)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert answer["Cache-Control"] == "no-store"
    data = answer.getvalue()
    assert int(answer["Content-Length"]) == len(data)
    found = parts(data)
    assert json.loads(found["manifest.json"])["person"]["id"] == str(ann.pk)
    assert str(ben.pk) not in b"".join(found.values()).decode()
    assert events_of(ann)[-1]["event"] == "exported"
    for body, status in (({"password": "not this one"}, 400), ({}, 400), ([], 400)):
        refused = Client().post("/api/auth/export", body, **call)
        assert (refused.status_code, refused["Content-Type"]) == (status, "application/problem+json")
    assert events_of(ann)[-1]["event"] == "check_failed"
    assert events_of(ben) == []


def test_the_page_hands_it_out_too() -> None:
    ann = person("Ann")
    assert Client().post("/settings/data/export", {"password": PASSWORD})["Location"].startswith("/login")
    client = browser(ann)
    assert b"Export everything" in client.get("/settings/data").content
    refused = client.post("/settings/data/export", {"password": "not this one"})
    assert refused.status_code == 400
    assert b"This is not your present password." in refused.content
    answer = client.post("/settings/data/export", {"password": PASSWORD})
    assert answer["Content-Disposition"].startswith('attachment; filename="pam-export-20')
    assert json.loads(parts(answer.getvalue())["manifest.json"])["person"]["email"] == ann.email


def test_every_model_with_an_owner_is_exported_or_left_out_with_a_reason() -> None:
    exported = {model._meta.label_lower for model in rows.exported_models()}
    owned = {model._meta.label_lower for model in rows.owned_models()}
    assert exported | set(rows.LEFT_OUT) >= owned
    assert set(rows.LEFT_OUT) <= owned
