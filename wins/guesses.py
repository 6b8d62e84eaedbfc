"""Guessing account and category from what the user did before, then from what things usually are."""

from __future__ import annotations

import re
from typing import Any

from .models import Account, Category, Transaction

# What things usually are, by the names of the usual categories; a user's own history goes before it.
USUAL: dict[str, str] = {
    "groceries": "grocery groceries supermarket coles woolworths woolies aldi iga tesco sainsburys asda lidl costco "
    "walmart kroger butcher greengrocer bakery milk bread fruit veg vegetables market food shop",
    "eating out": "lunch dinner breakfast brunch coffee cafe restaurant takeaway takeaways pizza burger pub bar beer "
    "beers drinks pie sandwich sushi kebab mcdonalds kfc doordash ubereats deliveroo latte matcha meal snack snacks "
    "cake icecream noodles curry chips chai",
    "fuel": "fuel petrol diesel unleaded gas servo bp shell ampol caltex 7-eleven",
    "rent": "rent landlord",
    "transport": "bus train tram taxi uber lyft parking toll tolls ticket ferry metro opal myki gocard airport",
    "car": "mechanic tyre tyres tires rego registration service servicing oil brakes battery carwash mot wof",
    "health": "doctor dentist chemist pharmacy physio gp hospital medicine optometrist prescription",
    "utilities": "electricity power water internet phone wifi broadband mobile bill energy",
    "clothing": "clothes shoes shirt jeans dress jacket boots socks cleats trainers",
    "entertainment": "movie movies cinema netflix spotify concert gig game games museum book books theatre hulu",
    "household": "bunnings ikea furniture kettle vacuum tools hardware garden cleaning bedding",
    "gifts": "gift gifts present birthday flowers donation charity",
    "fitness": "gym yoga pilates swim swimming climbing bouldering lessons",
    "insurance": "insurance premium",
    "travel": "flight flights hotel hostel airbnb motel booking camping",
    "salary": "salary wages wage pay payday paycheck payroll job shift",
}
_WORD = re.compile(r"[a-z0-9'-]+")


def words(text: str) -> set[str]:
    """Return the lower-case words of a text, apostrophes dropped."""
    return {word.replace("'", "") for word in _WORD.findall(text.lower())}


def account_for(user: Any, currency: str, payee: str = "") -> Account | None:
    """Return the account used last for this payee, else the one used most lately, else the first."""
    accounts = Account.objects.filter(currency=currency, closed_on=None)
    if payee:
        last = Transaction.objects.filter(payee__iexact=payee.strip(), account__in=accounts).order_by("-date", "-id")
        if (found := last.select_related("account").first()) is not None:
            return found.account
    everyday = accounts.filter(kind=Account.Kind.EVERYDAY).order_by("id").first()
    return everyday or accounts.order_by("id").first()


def category_for(user: Any, kind: str, payee: str, note: str) -> Category | None:
    """Return the category used last for this payee or thing, else the one that its words suggest, else None."""
    for name, text in (("payee", payee), ("note", note)):
        if text.strip():
            same = Transaction.objects.filter(**{f"{name}__iexact": text.strip()}, kind=kind)
            last = same.exclude(category=None).select_related("category").order_by("-date", "-id").first()
            if last is not None:
                return last.category
    said = words(f"{payee} {note}")
    best: tuple[int, Category] | None = None
    for category in Category.objects.filter(kind=kind).order_by("id"):
        name = category.name.lower()
        hits = 3 * len(said & words(name)) + len(said & set(USUAL.get(name, "").split()))
        if hits and (best is None or hits > best[0]):
            best = (hits, category)
    return best[1] if best else None
