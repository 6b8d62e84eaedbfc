"""Files over the API: what is taken, who sees it, what undo and time do to it."""

from __future__ import annotations

import datetime as dt
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

from pam.access import acting_as
from pam.access.money import Money
from pam.accounts.models import User
from pam.files import storage, tasks
from pam.files.models import Attachment, Upload
from pam.journal.undo import Refused, undo
from social import services as social
from social.models import Group, Invitation, Post
from tests.files import PDF, bomb, picture, taken_at_home
from tests.house import doing, dump, entries, looking, person
from wheels import services as wheels
from wins import services as wins
from wins.models import Transaction
from you import services as you

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """The bytes of a test stand in a folder of its own."""
    found = tmp_path / "files"
    options = {**settings.FILES_STORAGE["OPTIONS"], "location": str(found)}
    settings.STORAGES = {**settings.STORAGES, "files": {**settings.FILES_STORAGE, "OPTIONS": options}}
    return found


@pytest.fixture
def ann() -> User:
    return person("Ann")


@pytest.fixture
def ben() -> User:
    return person("Ben")


def client_of(user: User) -> APIClient:
    found = APIClient()
    answer = found.post("/api/auth/token", {"email": user.email, "password": "a long password"}, format="json")
    found.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access']}")
    return found


@pytest.fixture
def expense(ann: User) -> Transaction:
    def make() -> Transaction:
        wins.add_account(ann, name="Everyday")
        return wins.record_expense(ann, amount=Money.from_minor(4000, "AUD"), payee="Bunnings")

    return doing(ann, make)  # type: ignore[no-any-return]


def file(data: bytes = b"", name: str = "receipt.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data or picture(), kind)


def put(user: User, row: Any, data: bytes = b"", name: str = "receipt.jpg", **headers: Any) -> Any:
    collection = {
        "transaction": "wins/expenses", "task": "you/tasks", "service": "wheels/services", "post": "social/posts",
    }[row._meta.model_name]  # fmt: skip
    path = f"/api/{collection}/{row.pk}/attachments"
    return client_of(user).post(path, {"file": file(data, name)}, format="multipart", headers=headers)


def stored(folder: Path) -> list[Path]:
    return sorted(found for found in folder.rglob("*") if found.is_file())


def age(folder: Path) -> None:
    """Make everything that is stored two hours old."""
    old = (timezone.now() - dt.timedelta(hours=2)).timestamp()
    for found in stored(folder):
        os.utime(found, (old, old))


def test_a_picture_on_an_expense_is_listed_described_and_given_back(ann: User, expense: Transaction) -> None:
    answer = put(ann, expense)
    assert answer.status_code == 201
    made = answer.json()
    assert made["target"] == {"model": "wins.transaction", "id": str(expense.pk)}
    assert (made["name"], made["media_type"], made["width"], made["height"]) == ("receipt.jpg", "image/jpeg", 40, 20)
    client = client_of(ann)
    assert client.get(f"/api/wins/expenses/{expense.pk}/attachments").json() == [made]
    assert client.get("/api/files").json()["results"] == [made]
    assert client.get(f"/api/files?target={expense.pk}").json()["results"] == [made]
    assert client.get(f"/api/files/{made['id']}").json() == made
    content = client.get(made["content"], headers={"Accept": "image/*"})
    assert content.status_code == 200
    assert (content["Content-Type"], len(content.content)) == ("image/jpeg", made["size"])
    with Image.open(io.BytesIO(client.get(made["thumbnail"]).content)) as small:
        assert small.format == "WEBP"
    line = entries(ann)[-1].lines[0]
    assert (line["domain"], line["what"], line["verb"], line["name"]) == ("wins", "File", "added", "receipt.jpg")


def test_what_is_served_runs_nowhere_and_is_kept_in_no_shared_cache(ann: User, expense: Transaction) -> None:
    client = client_of(ann)
    shown = client.get(put(ann, expense).json()["content"])
    saved = client.get(put(ann, expense, PDF, "invoice.pdf").json()["content"])
    for answer in (shown, saved):
        assert answer["Cache-Control"] == "private, no-cache"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert saved.content == PDF
    assert saved["Content-Type"] == "application/pdf"
    assert saved["Content-Disposition"] == 'attachment; filename="invoice.pdf"'
    assert shown["Content-Disposition"].startswith("inline")
    again = client.get(shown.wsgi_request.path, headers={"If-None-Match": shown["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_picture_loses_where_it_was_taken_and_stands_upright(ann: User, expense: Transaction) -> None:
    given = taken_at_home()
    assert b"Secret Camera" in given
    assert b"my home address" in given
    made = put(ann, expense, given).json()
    kept = client_of(ann).get(made["content"]).content
    assert b"Secret" not in kept
    assert b"home address" not in kept
    with Image.open(io.BytesIO(kept)) as found:
        assert dict(found.getexif()) == {}
        assert found.size == (20, 40)
        top, bottom = found.convert("RGB").getpixel((10, 3)), found.convert("RGB").getpixel((10, 37))
        assert top[0] > 200 + top[2]  # type: ignore[index]
        assert bottom[2] > 200 + bottom[0]  # type: ignore[index]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_other_pictures_are_taken_and_what_is_appended_to_them_is_not(
    ann: User, expense: Transaction, kind: str
) -> None:
    answer = put(ann, expense, picture(kind) + b"<script>alert(1)</script>", "picture.bin")
    assert answer.status_code == 201, answer.content
    assert b"<script>" not in client_of(ann).get(answer.json()["content"]).content


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("..\\..\\windows\\system.jpg", "system.jpg"),
        ("invoice\u202egpj.exe", "invoicegpj.jpg"),
        ("receipt.php.JPG", "receipt.php.JPG"),
        ("....", "file.jpg"),
        ('a"; filename="b.html', "a_; filename=_b.jpg"),
        ("счёт на оплату.jpeg", "счёт на оплату.jpeg"),
        ("x" * 3000 + ".jpg", "x" * 116 + ".jpg"),
        ("line\nbreak\x07.jpg", "linebreak.jpg"),
    ],
    ids=range(9),
)
def test_names_are_shown_and_never_lead_anywhere(
    ann: User, expense: Transaction, folder: Path, given: str, kept: str
) -> None:
    from pam.files.uploads import clean_name

    assert clean_name(given, "jpg") == kept
    assert clean_name("nul\x00.jpg", "jpg") == "nul.jpg"
    made = put(ann, expense, name=given.replace("\n", "").replace("\x07", "")).json()
    assert "/" not in made["name"]
    assert "\u202e" not in made["name"]
    for found in stored(folder):
        assert found.relative_to(folder).as_posix().replace("/", "").removesuffix(".small").isalnum()
        assert found.stat().st_mode & 0o777 == 0o600
        assert found.parent.stat().st_mode & 0o777 == 0o700


def _gif_that_moves() -> bytes:
    into = io.BytesIO()
    frames = [Image.new("RGB", (8, 8), (80 * n, 0, 0)) for n in range(3)]
    frames[0].save(into, "GIF", save_all=True, append_images=frames[1:])
    return into.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<html><script>alert(1)</script></html>", "neither a picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "neither a picture"),
        (b"PK\x03\x04 a zip, whatever its name says", "neither a picture"),
        (picture(size=(400, 400))[:900], "damaged"),
        (picture("PNG", size=(400, 400))[:-40], "damaged"),
        (b"\xff\xd8\xff" + b"not a picture at all", "damaged"),
        (b"GIF89a" + b"\x00" * 40, "damaged"),
        (bomb(), "pixels"),
        (bomb(9_000, 9_000), "pixels"),
        (_gif_that_moves(), "Moving"),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "HEIC"),
        (b"\n", "neither a picture"),
    ],
    ids=[
        "html",
        "svg",
        "zip",
        "jpeg breaks off",
        "png breaks off",
        "jpeg in name",
        "gif in name",
        "bomb",
        "smaller bomb",
        "moving",
        "heic",
        "newline",
    ],
)
def test_what_is_no_picture_or_pdf_is_refused_and_leaves_nothing(
    ann: User, expense: Transaction, folder: Path, data: bytes, said: str
) -> None:
    before = dump()
    answer = put(ann, expense, data)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]
    assert "file" in answer.json()["errors"]
    assert (dump(), stored(folder)) == (before, [])


def test_a_file_beyond_the_limit_is_read_no_further(
    ann: User, expense: Transaction, folder: Path, settings: Any
) -> None:
    settings.FILE_MAX_BYTES = 70_000

    class Counting(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1) -> bytes:
            found = super().read(size)
            self.taken += len(found)
            return found

    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + bytes(6_000_000)
    source = Counting(body)
    answer = client_of(ann).generic(
        "POST", f"/api/wins/expenses/{expense.pk}/attachments", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=len(body), **{"wsgi.input": source},
    )  # fmt: skip
    assert answer.status_code == 413
    assert answer["Content-Type"] == "application/problem+json"
    assert "68.4" in answer.json()["detail"]
    assert source.taken < 300_000
    assert stored(folder) == []


def test_a_form_without_a_file_or_with_two_is_told_what_to_send(ann: User, expense: Transaction) -> None:
    path = f"/api/wins/expenses/{expense.pk}/attachments"
    for form in ({}, {"file": "just text"}, {"file": [file(), file()]}, {"picture": file()}):
        answer = client_of(ann).post(path, form, format="multipart")
        assert answer.status_code == 400, form
        assert "Send one file" in answer.json()["detail"]
    assert client_of(ann).post(path, {"file": "x"}, format="json").status_code == 415


def test_others_neither_see_nor_change_a_file_and_add_none(ann: User, ben: User, expense: Transaction) -> None:
    made = put(ann, expense).json()
    other = client_of(ben)
    before = dump()
    assert put(ben, expense).status_code == 404
    assert other.get(f"/api/wins/expenses/{expense.pk}/attachments").status_code == 404
    for path in (f"/api/files/{made['id']}", made["content"], made["thumbnail"]):
        answer = other.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert other.delete(f"/api/files/{made['id']}").status_code == 404
    assert other.get("/api/files").json()["results"] == []
    assert APIClient().get(made["content"]).status_code == 401
    assert dump() == before


def test_a_row_takes_so_many_files_and_no_more(ann: User, expense: Transaction, folder: Path) -> None:
    assert {put(ann, expense).status_code for _ in range(10)} == {201}
    count = len(stored(folder))
    answer = put(ann, expense)
    assert answer.status_code == 400
    assert "10 files" in answer.json()["detail"]
    assert len(stored(folder)) == count


def test_the_same_key_adds_a_file_once_and_another_file_under_it_is_refused(ann: User, expense: Transaction) -> None:
    headers = {"Idempotency-Key": "once"}
    first, again = put(ann, expense, **headers), put(ann, expense, **headers)
    assert first.json() == again.json()
    assert again["Idempotency-Replayed"] == "true"
    assert put(ann, expense, picture(size=(60, 20)), **headers).status_code == 422
    with acting_as(ann):
        assert Attachment.objects.count() == 1


def test_adding_and_deleting_are_undone_and_redone_with_the_bytes(ann: User, folder: Path) -> None:
    task = doing(ann, lambda: you.add_task(ann, title="Wash the car"))
    before = dump()
    made = put(ann, task).json()
    added = entries(ann)[-1]
    content = client_of(ann).get(made["content"]).content
    taken_back = undo(ann, added.id, source="page")
    assert dump() == before
    assert client_of(ann).get(made["content"]).status_code == 404
    age(folder)
    assert tasks.sweep() == 0
    undo(ann, taken_back.id, source="page")
    assert client_of(ann).get(made["content"]).content == content
    assert client_of(ann).delete(f"/api/files/{made['id']}").status_code == 204
    assert client_of(ann).get(made["content"]).status_code == 404
    assert tasks.sweep() == 0
    undo(ann, entries(ann)[-1].id, source="page")
    assert client_of(ann).get(made["content"]).content == content


def test_a_file_goes_with_its_row_and_comes_back_with_it(ann: User, expense: Transaction) -> None:
    made = put(ann, expense).json()
    before = dump()
    assert client_of(ann).delete(f"/api/wins/expenses/{expense.pk}").status_code == 204
    with looking():
        assert not Attachment.objects.exists()
    undo(ann, entries(ann)[-1].id, source="page")
    assert dump() == before
    assert client_of(ann).get(made["content"]).status_code == 200


def test_undo_takes_no_row_from_under_its_file_and_brings_no_file_without_its_row(
    ann: User, expense: Transaction
) -> None:
    put(ann, expense)
    booked, added = entries(ann)
    with pytest.raises(Refused, match=r"receipt\.jpg.*stands on it"):
        undo(ann, booked.id, source="page")
    taken_off = undo(ann, added.id, source="page")
    undo(ann, booked.id, source="page")
    before = dump()
    with pytest.raises(Refused, match="belongs to is gone"):
        undo(ann, taken_off.id, source="page")
    assert dump() == before


def test_bytes_go_once_neither_row_nor_journal_can_ask_for_them(ann: User, expense: Transaction, folder: Path) -> None:
    put(ann, expense)
    client_of(ann).delete(f"/api/files/{client_of(ann).get('/api/files').json()['results'][0]['id']}")
    with looking():
        assert Attachment.objects.count() == 0
    age(folder)
    assert tasks.sweep() == 0
    erase_content(ann)
    assert tasks.sweep() == 1
    assert stored(folder) == []


def erase_content(user: User) -> None:
    """Erase what the journal says of a person's files, as an erasure does: the chain stays, the content goes."""
    from pam.journal.models import JournalChange, JournalEntry

    with looking():
        rows = JournalChange.objects.filter(entry__owner=user, model="files.attachment")
        JournalEntry.objects.filter(pk__in=rows.values("entry")).update(salt="", lines=[])
        rows.update(before=None, after=None)


def test_what_a_broken_off_request_left_goes_after_an_hour(folder: Path, ann: User) -> None:
    from pam.files.content import examine

    storage.keep(examine(picture()))
    assert len(stored(folder)) == 2
    assert tasks.sweep() == 0
    age(folder)
    assert tasks.sweep() > 0
    assert stored(folder) == []


def test_a_file_that_waits_is_its_owners_alone_and_goes_after_a_day(ann: User, ben: User, folder: Path) -> None:
    answer = client_of(ann).post("/api/files", {"file": file(PDF, "a.pdf")}, format="multipart")
    assert answer.status_code == 201
    waits = answer.json()
    expires = dt.datetime.fromisoformat(waits["expires_at"])
    assert dt.timedelta(hours=23) < expires - timezone.now() < dt.timedelta(hours=25)
    assert client_of(ben).delete(f"/api/files/{waits['id']}").status_code == 404
    age(folder)
    assert tasks.sweep() == 0
    with acting_as(ann):
        Upload.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert tasks.sweep() > 0
    with looking():
        assert not Upload.objects.exists()
    assert stored(folder) == []


def test_a_waiting_file_is_thrown_away_with_its_bytes(
    ann: User, folder: Path, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    waits = client_of(ann).post("/api/files", {"file": file()}, format="multipart").json()
    with django_capture_on_commit_callbacks(execute=True):
        assert client_of(ann).delete(f"/api/files/{waits['id']}").status_code == 204
    assert stored(folder) == []
    assert entries(ann) == []


def test_a_missing_file_is_told_as_not_found(ann: User, expense: Transaction, folder: Path) -> None:
    made = put(ann, expense).json()
    for found in stored(folder):
        found.unlink()
    assert client_of(ann).get(made["content"]).status_code == 404
    assert client_of(ann).get(f"/api/files/{made['id']}").status_code == 200


def joins(admin: User, group: Group, user: User) -> None:
    asked = doing(admin, lambda: social.invite(admin, group=group, person=user.email))
    with looking():
        asked = Invitation.objects.get(pk=asked.pk)
    doing(user, lambda: social.accept_invitation(user, asked))


@pytest.fixture
def post(ann: User, ben: User) -> Post:
    group = doing(ann, lambda: social.create_group(ann, name="Hiking"))
    joins(ann, group, ben)
    return doing(ann, lambda: social.create_post(ann, group=group, text="The track is open"))  # type: ignore[no-any-return]


def test_a_service_takes_a_file(ann: User) -> None:
    def make() -> Any:
        car = wheels.add_vehicle(ann, name="Hilux")
        return wheels.record_service(ann, vehicle=car, what="Oil change")

    made = put(ann, doing(ann, make), PDF, "invoice.pdf").json()
    assert made["target"]["model"] == "wheels.service"
    assert entries(ann)[-1].lines[0]["domain"] == "wheels"


def test_members_see_the_file_of_a_post_and_a_former_member_no_more(ann: User, ben: User, post: Post) -> None:
    eve = person("Eve")
    made = put(ann, post).json()
    mine, theirs = client_of(ben), client_of(eve)
    shown = mine.get(made["content"])
    assert shown.status_code == 200
    assert mine.get(f"/api/social/posts/{post.pk}/attachments").json() == [made]
    assert theirs.get(made["content"]).status_code == 404
    changed = mine.get("/api/changes").json()
    assert [item["data"] for item in changed["results"] if item["type"] == "files"] == [made]
    doing(ben, lambda: social.leave_group(ben, post.group))
    for path in (made["content"], made["thumbnail"], f"/api/files/{made['id']}"):
        assert mine.get(path).status_code == 404
        assert mine.get(path, headers={"If-None-Match": shown["ETag"]}).status_code == 404
    assert mine.get("/api/files").json()["results"] == []
    gone = mine.get("/api/changes", {"cursor": changed["cursor"]}).json()["results"]
    assert {"type": "files", "id": made["id"], "deleted": True, "data": None} in gone


def test_who_left_a_group_loses_the_files_that_they_added_to_it(ann: User, ben: User, post: Post) -> None:
    theirs = doing(ben, lambda: social.create_post(ben, group=post.group, text="From the summit"))
    made = put(ben, theirs).json()
    added = entries(ben)[-1]
    doing(ben, lambda: social.leave_group(ben, post.group))
    assert client_of(ben).get(made["content"]).status_code == 404
    assert client_of(ann).get(made["content"]).status_code == 200
    before = dump()
    with pytest.raises(Refused, match="not yours to see"):
        undo(ben, added.id, source="page")
    assert dump() == before


def test_only_the_author_of_a_post_adds_files_and_takes_them_away(ann: User, ben: User, post: Post) -> None:
    made = put(ann, post).json()
    before = dump()
    assert put(ben, post).status_code == 403
    assert client_of(ben).delete(f"/api/files/{made['id']}").status_code == 403
    assert dump() == before


def test_the_files_of_a_group_go_with_it_and_come_back(ann: User, ben: User, post: Post) -> None:
    theirs = doing(ben, lambda: social.create_post(ben, group=post.group, text="From the summit"))
    made = put(ben, theirs).json()
    before = dump()
    doing(ann, lambda: social.delete_group(ann, post.group))
    with looking():
        assert not Attachment.objects.exists()
    undo(ann, entries(ann)[-1].id, source="page")
    assert dump() == before
    assert client_of(ben).get(made["content"]).status_code == 200
