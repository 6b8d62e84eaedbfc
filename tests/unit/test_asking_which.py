"""What PAM asks where words name nothing."""

from __future__ import annotations

from pam.tools.resolve import noun_of
from wins.models import Account, Transaction


def test_a_kind_of_rows_has_a_name_even_where_each_row_has_its_own() -> None:
    assert noun_of(Account) == "account"
    assert noun_of(Transaction) == "transaction"
