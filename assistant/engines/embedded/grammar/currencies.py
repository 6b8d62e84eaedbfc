"""Currencies as English says them: names, signs, codes and slang to ISO 4217 codes; minor-unit exponents.

Names and the list of current codes come from CLDR (through Babel); exponents are those of
`pam.access.money`. Where a word does not fix the currency ("dollars", "$",
"kroner") the code is ``None``: the user's home currency is then meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel.core import Locale, get_global
from babel.numbers import get_currency_name

from pam.access.money import exponent

# Codes that are English words or names when written small; they count in capitals only, among other letters.
WORDLIKE = frozenset(
    [
        "ALL",
        "AMD",
        "ANG",
        "ARS",
        "BAM",
        "BAN",
        "BOB",
        "COP",
        "CUP",
        "DOP",
        "ERN",
        "GEL",
        "GIP",
        "ILS",
        "LAK",
        "LEK",
        "MAD",
        "MOP",
        "MUR",
        "NAD",
        "PAB",
        "PEN",
        "RON",
        "SCR",
        "SHP",
        "SOS",
        "SOL",
        "STN",
        "SYP",
        "TOP",
        "TRY",
        "WST",
        "ZIG",
    ]
)
# Codes that people write in small letters too.
SMALL_CODES = frozenset(
    [
        "AED",
        "AUD",
        "BRL",
        "CAD",
        "CHF",
        "CNY",
        "CZK",
        "DKK",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "IDR",
        "INR",
        "JPY",
        "KRW",
        "MXN",
        "MYR",
        "NOK",
        "NZD",
        "PHP",
        "PKR",
        "PLN",
        "QAR",
        "RUB",
        "SAR",
        "SEK",
        "SGD",
        "THB",
        "TWD",
        "UAH",
        "USD",
        "VND",
        "ZAR",
    ]
)

SIGNS: dict[str, str | None] = {
    "$": None, "£": "GBP", "€": "EUR", "¥": "JPY", "￥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB",
    "₺": "TRY",
    "₪": "ILS", "₫": "VND", "₴": "UAH", "₱": "PHP", "฿": "THB", "₦": "NGN", "₵": "GHS",
    "₡": "CRC", "₲": "PYG",
    "₸": "KZT", "₮": "MNT", "₭": "LAK", "៛": "KHR", "৳": "BDT", "₾": "GEL", "₼": "AZN",
    "֏": "AMD", "元": "CNY",
    "A$": "AUD", "AU$": "AUD", "AUD$": "AUD", "US$": "USD", "USD$": "USD", "U$": "USD", "NZ$": "NZD",
    "NZD$": "NZD", "C$": "CAD", "CA$": "CAD", "CAD$": "CAD", "CDN$": "CAD", "HK$": "HKD", "S$": "SGD",
    "SG$": "SGD", "NT$": "TWD", "R$": "BRL", "MX$": "MXN", "J$": "JMD", "FJ$": "FJD", "Z$": "ZWG",
    "TT$": "TTD",
    "B$": "BND", "CN¥": "CNY", "JP¥": "JPY", "RMB¥": "CNY",
}  # fmt: skip
# Letters that serve as signs: where they stand before a number, and where behind.
LETTER_PREFIXES: dict[str, str | None] = {
    "rs": "INR", "rs.": "INR", "re.": "INR", "rp": "IDR", "rp.": "IDR", "rm": "MYR", "kr": None, "kr.": None,
    "fr.": "CHF", "sfr.": "CHF", "l.e": "EGP", "l.e.": "EGP", "le": "EGP", "ksh": "KES", "kshs": "KES",
    "tsh": "TZS", "ush": "UGX", "dhs": "AED", "dh": "AED", "rmb": "CNY", "php": "PHP",
    "gh₵": "GHS", "b/.": "PAB",
    "s/": "PEN", "s/.": "PEN", "zł": "PLN", "kč": "CZK", "p.": None, "stg": "GBP", "nis": "ILS",
}  # fmt: skip
LETTER_SUFFIXES: dict[str, str | None] = {
    "zł": "PLN", "zl": "PLN", "kč": "CZK", "kc": "CZK", "kr": None, "kr.": None, "ft": "HUF", "lei": "RON",
    "лв": "BGN", "руб": "RUB", "грн": "UAH", "l.e": "EGP", "l.e.": "EGP", "rmb": "CNY", "rs": "INR",
    "dhs": "AED", "nis": "ILS", "tl": "TRY", "sfr": "CHF", "fr.": "CHF", "/-": "INR",
}  # fmt: skip

# Nouns that several countries share, and what they mean when said alone.
_SHARED: dict[str, str | None] = {
    "dollar": None, "dollars": None, "doller": None, "dollers": None, "dollar's": None, "dolar": None,
    "dolars": None, "buck": None, "bucks": None, "bux": None, "clams": None, "smackers": None,
    "smackeroos": None,
    "pound": "GBP", "pounds": "GBP", "quid": "GBP", "quids": "GBP", "squid": "GBP", "nicker": "GBP",
    "sterling": "GBP", "poundssterling": "GBP", "poundsterling": "GBP", "britishpounds": "GBP",
    "britishpound": "GBP", "englishpounds": "GBP", "ukpounds": "GBP",
    "euro": "EUR", "euros": "EUR", "euroes": "EUR", "yen": "JPY", "yens": "JPY", "yuan": "CNY",
    "yuans": "CNY", "renminbi": "CNY", "kuai": "CNY", "rupee": "INR", "rupees": "INR", "rupies": "INR",
    "rupee's": "INR", "franc": "CHF", "francs": "CHF", "peso": None, "pesos": None, "rial": None,
    "rials": None,
    "riyal": None, "riyals": None, "dinar": None, "dinars": None, "shilling": None, "shillings": None,
    "krone": None, "kroner": None, "krona": "SEK", "kronor": "SEK", "kronas": "SEK", "crowns": None,
    "koruna": "CZK", "korunas": "CZK", "koruny": "CZK", "lira": "TRY", "liras": "TRY", "reais": "BRL",
    "dirham": "AED", "dirhams": "AED", "rouble": "RUB", "roubles": "RUB", "ruble": "RUB", "rubles": "RUB",
    "hryvnia": "UAH", "hryvnias": "UAH", "hryvnya": "UAH", "shekel": "ILS", "shekels": "ILS", "forint": "HUF",
    "forints": "HUF", "zloty": "PLN", "zlotys": "PLN", "zloties": "PLN", "złoty": "PLN", "rupiah": "IDR",
    "rupiahs": "IDR", "geneh": "EGP", "genehs": "EGP", "rand": "ZAR", "rands": "ZAR", "ringgit": "MYR",
    "ringgits": "MYR", "baht": "THB", "bahts": "THB", "naira": "NGN", "nairas": "NGN", "cedi": "GHS",
    "cedis": "GHS", "taka": "BDT", "takas": "BDT", "dong": "VND", "loonies": "CAD", "loonie": "CAD",
}  # fmt: skip
_NATIONS = {
    "AUD": ("aussie", "australian", "oz", "au"),
    "USD": ("us", "american", "u.s.", "usa", "yankee"),
    "NZD": ("nz", "kiwi", "newzealand"),
    "CAD": ("canadian", "canada"),
    "SGD": ("singapore", "singaporean", "sing"),
    "HKD": ("hongkong", "hk"),
    "FJD": ("fiji", "fijian"),
}
_FOREIGN_NOUNS = {
    "saudiriyal": "SAR", "saudiriyals": "SAR", "saudirial": "SAR", "saudirials": "SAR", "qataririyal": "QAR",
    "qataririyals": "QAR", "swissfrancs": "CHF", "danishkroner": "DKK", "norwegiankroner": "NOK",
    "swedishkronor": "SEK", "swedishkrona": "SEK", "czechcrowns": "CZK", "brazilianreais": "BRL",
    "mexicanpesos": "MXN", "southafricanrand": "ZAR", "indianrupees": "INR", "chineseyuan": "CNY",
    "japaneseyen": "JPY", "koreanwon": "KRW", "iranianrials": "IRR",
}  # fmt: skip
_MINOR: dict[str, str | None] = {
    "cent": None, "cents": None, "sent": None, "¢": None, "c": None, "penny": None, "pennies": None,
    "pence": "GBP", "p": "GBP", "eurocent": "EUR", "eurocents": "EUR", "uscents": "USD", "uscent": "USD",
    "australiancents": "AUD", "aussiecents": "AUD", "paise": "INR", "paisa": "INR", "groszy": "PLN",
    "grosz": "PLN", "kopiyka": "UAH", "kopiykas": "UAH", "kopiyky": "UAH", "kopek": "RUB", "kopeks": "RUB",
    "kopeck": "RUB", "kopecks": "RUB", "centimes": None, "centime": None, "rappen": "CHF", "øre": None,
    "öre": "SEK", "centavos": None, "centavo": None, "piastres": None, "piastre": None, "fils": None,
    "halala": "SAR", "halalas": "SAR", "satang": "THB", "agorot": "ILS", "stotinki": "BGN", "bani": "RON",
    "kurus": "TRY", "kuruş": "TRY", "sen": None, "pesewas": "GHS", "kobo": "NGN",
}  # fmt: skip
# Pieces of paper with a value of their own.
_NOTES: dict[str, tuple[str | None, int]] = {
    "tenner": ("GBP", 10), "tenners": ("GBP", 10), "fiver": ("GBP", 5), "fivers": ("GBP", 5),
}  # fmt: skip
# Currency nouns that are ordinary English words: they need an amount of hundreds before they are believed.
COMMON_NOUNS = frozenset({"won", "som", "real", "sol", "leu", "lev", "lek", "dram", "kip", "dong",
                          "colon", "sum",
                          "tala", "crowns", "clams", "squid", "sent", "vatu", "birr", "lira"})  # fmt: skip


@dataclass(frozen=True)
class CurrencyWord:
    """What a word says of money: the code where it fixes one, minor units or not, a note's value."""

    code: str | None
    minor: bool = False
    worth: int = 1


@cache
def codes() -> frozenset[str]:
    """All ISO 4217 codes that are legal tender somewhere today."""
    today = {
        code
        for tenders in get_global("territory_currencies").values()
        for code, _, until, tender in tenders
        if until is None and tender
    }
    return frozenset(today | {"BGN", "HRK", "CNH"})


def minor_unit(code: str | None) -> Decimal:
    """The value of one minor unit ("cent", "fils") in units of the currency."""
    return Decimal(1).scaleb(-(exponent(code) if code else 2) or -2)


def _plain(words: str) -> str:
    return re.sub(r"[\s.-]", "", words).lower()


@cache
def words() -> dict[str, CurrencyWord]:
    """Every currency word, lower case and without spaces ("newzealanddollars"), to what it says."""
    found: dict[str, CurrencyWord] = {}
    last_nouns: dict[str, set[str]] = {}
    english = Locale("en")
    for code in sorted(codes()):
        for count in (1, 2):
            name = get_currency_name(code, count=count, locale=english)
            found[_plain(name)] = CurrencyWord(code)
            last_nouns.setdefault(name.split()[-1].lower(), set()).add(code)
    for noun, owners in last_nouns.items():
        if len(owners) == 1 and noun not in {"reals", "real", "units", "unit", "rights"}:
            found.setdefault(noun, CurrencyWord(next(iter(owners))))
    for noun in ("dollar", "dollars", "buck", "bucks"):
        for code, nations in _NATIONS.items():
            found.update({_plain(nation) + noun: CurrencyWord(code) for nation in nations})
    for table in (_SHARED, _FOREIGN_NOUNS):
        found.update({_plain(noun): CurrencyWord(code) for noun, code in table.items()})
    found.update({noun: CurrencyWord(code, minor=True) for noun, code in _MINOR.items()})
    found.update({noun: CurrencyWord(code, worth=worth) for noun, (code, worth) in _NOTES.items()})
    return found


def currency_word(text: str) -> CurrencyWord | None:
    """What one to three words ("New Zealand dollars", "quid", "pence") say of money; ``None`` if nothing."""
    return words().get(_plain(text))


def currency_code(text: str, *, alone: bool = False, capitals: bool = False) -> str | None:
    """The ISO code that three letters are, or ``None``.

    ``capitals``: the whole surrounding text is in capitals, so codes that are words ("TRY", "ALL")
    do not count
    unless the text holds nothing but the amount (``alone``).
    """
    code = text.upper()
    if code not in codes():
        return None
    if text == code:
        return code if code not in WORDLIKE or alone or not capitals else None
    return code if code in SMALL_CODES else None


def currency_of(text: str) -> str | None:
    """The ISO code that a sign, a code or a name fixes ("€", "aud", "rupees"); ``None`` for others."""
    said = text.strip()
    if said in SIGNS:
        return SIGNS[said]
    code = currency_code(said) if len(said) == 3 else None
    if code:
        return code
    word = currency_word(said)
    if word is None or word.minor or word.worth != 1 or said.lower() in COMMON_NOUNS:
        return None
    return word.code
