"""Holidays by name: "christmas eve", "black friday 2013", "diwali", "MLK day of last year"."""

from __future__ import annotations

from datetime import date, timedelta

from assistant.engines.embedded.grammar.times.holiday_days import (
    BOSSES_DAY,
    PARSI_NEW_YEAR,
    Holiday,
    by_place,
    fixed,
    from_easter,
    lunar,
    weekday_of,
    zone_name,
)
from assistant.engines.embedded.grammar.times.lexicon import AFTER_A_DATE, PARTS
from assistant.engines.embedded.grammar.times.model import Context, Day, Range
from assistant.engines.embedded.grammar.times.tokens import Line

_CANADA = ("America/Toronto", "America/Vancouver", "America/Winnipeg", "America/Edmonton", "America/Halifax",
           "America/Montreal", "America/Regina", "America/St_Johns")  # fmt: skip
_THANKSGIVING = by_place({zone: weekday_of(10, 0, 2) for zone in _CANADA}, weekday_of(11, 3, 4))
_MOTHERS = by_place(
    {"Europe/London": from_easter(-21), "Europe/Dublin": from_easter(-21)}, weekday_of(5, 6, 2)
)
_FATHERS = by_place(
    {"Australia/": weekday_of(9, 6, 1), "Pacific/Auckland": weekday_of(9, 6, 1)}, weekday_of(6, 6, 3)
)
_INDEPENDENCE = by_place({"Asia/Kolkata": fixed(8, 15), "Asia/Calcutta": fixed(8, 15)}, fixed(7, 4))
_LABOUR = by_place({"Europe/": fixed(5, 1), "Asia/": fixed(5, 1), "Australia/Brisbane": weekday_of(5, 0, 1),
                    "Australia/Melbourne": weekday_of(3, 0, 2), "Australia/Perth": weekday_of(3, 0, 1),
                    "Australia/": weekday_of(10, 0, 1), "Pacific/Auckland": weekday_of(10, 0, 4)},
                   weekday_of(9, 0, 1))  # fmt: skip
_KINGS_BIRTHDAY = by_place({"Australia/Brisbane": weekday_of(10, 0, 1), "Australia/Perth": weekday_of(9, 0, -1),
                            "Australia/": weekday_of(6, 0, 2), "Pacific/": weekday_of(6, 0, 1)}, weekday_of(6, 5, 2))  # fmt: skip
_CHILDRENS = by_place({"Asia/Kolkata": fixed(11, 14), "Asia/Tokyo": fixed(5, 5)}, fixed(11, 20))

_TABLE: tuple[tuple[str, Holiday], ...] = (
    ("christmas|xmas|christmas day|xmas day|x mas|chrissy", fixed(12, 25)),
    ("christmas eve|xmas eve", fixed(12, 24)),
    ("boxing day|st stephens day", fixed(12, 26)),
    ("new year|new years|new years day|new year day|new year's day", fixed(1, 1)),
    ("new year eve|new years eve|nye|hogmanay|silvester", fixed(12, 31)),
    ("valentines day|valentine day|valentines|saint valentines day|v day", fixed(2, 14)),
    ("st patricks day|saint patricks day|st paddys day|saint paddys day|paddys day|st patrick day|st paddy day|st pattys day",
     fixed(3, 17)),
    ("halloween|hallowe'en|halloween night", fixed(10, 31)),
    ("all saints day|all hallows day", fixed(11, 1)), ("all souls day|day of the dead", fixed(11, 2)),
    ("guy fawkes|guy fawkes night|bonfire night|guy fawkes day", fixed(11, 5)), ("burns night", fixed(1, 25)),
    ("st andrews day", fixed(11, 30)), ("st davids day", fixed(3, 1)), ("st georges day", fixed(4, 23)),
    ("australia day", fixed(1, 26)), ("anzac day", fixed(4, 25)), ("waitangi day", fixed(2, 6)),
    ("canada day", fixed(7, 1)), ("bastille day", fixed(7, 14)), ("remembrance day|armistice day|veterans day|veteran day",
     fixed(11, 11)),
    ("remembrance sunday", weekday_of(11, 6, 2)), ("melbourne cup|melbourne cup day|cup day", weekday_of(11, 1, 1)),
    ("april fools|april fools day|april fool day", fixed(4, 1)), ("groundhog day|groundhogs day", fixed(2, 2)),
    ("earth day", fixed(4, 22)), ("pi day", fixed(3, 14)), ("cinco de mayo", fixed(5, 5)), ("juneteenth", fixed(6, 19)),
    ("may day", fixed(5, 1)), ("international womens day|womens day", fixed(3, 8)), ("kwanzaa", fixed(12, 26)),
    ("epiphany|three kings day|twelfth night", fixed(1, 6)), ("assumption|assumption day", fixed(8, 15)),
    ("immaculate conception|feast of the immaculate conception", fixed(12, 8)), ("candlemas", fixed(2, 2)),
    ("midsummer|midsummers day|st johns day", fixed(6, 24)), ("republic day", fixed(1, 26)),
    ("gandhi jayanti", fixed(10, 2)), ("koningsdag|kings day|king's day|kingsday", fixed(4, 27)),
    ("flag day", fixed(6, 14)), ("constitution day", fixed(9, 17)), ("patriot day", fixed(9, 11)), ("world aids day", fixed(12, 1)),
    ("orthodox christmas", fixed(1, 7)), ("singles day", fixed(11, 11)), ("childrens day", _CHILDRENS),
    ("independence day|fourth of july", _INDEPENDENCE), ("labour day|labor day", _LABOUR),
    ("mothers day|mother day|mothering sunday|mom's day|mums day", _MOTHERS), ("fathers day|father day|dads day", _FATHERS),
    ("kings birthday|queens birthday", _KINGS_BIRTHDAY),
    ("thanksgiving|thanksgiving day|turkey day", _THANKSGIVING), ("black friday", weekday_of(11, 3, 4, 1)),
    ("cyber monday", weekday_of(11, 3, 4, 4)), ("giving tuesday", weekday_of(11, 3, 4, 5)),
    ("small business saturday", weekday_of(11, 3, 4, 2)),
    ("mlk day|martin luther king day|martin luther kings day|martin luther king jr day|civil rights day", weekday_of(1, 0, 3)),
    ("presidents day|president day|washingtons birthday", weekday_of(2, 0, 3)), ("memorial day|decoration day", weekday_of(5, 0, -1)),
    ("columbus day|indigenous peoples day", weekday_of(10, 0, 2)), ("victoria day", weekday_of(5, 0, -1)),
    ("boss day|bosses day|bosss day|boss's day", BOSSES_DAY), ("super bowl sunday|super bowl", weekday_of(2, 6, 2)),
    ("grandparents day", weekday_of(9, 0, 1, 6)), ("administrative professionals day|secretaries day", weekday_of(4, 5, -1, -3)),
    ("early may bank holiday", weekday_of(5, 0, 1)), ("spring bank holiday|late may bank holiday", weekday_of(5, 0, -1)),
    ("summer bank holiday|august bank holiday", weekday_of(8, 0, -1)),
    ("easter|easter sunday|easter day", from_easter(0)), ("easter monday", from_easter(1)), ("good friday", from_easter(-2)),
    ("easter saturday|holy saturday|black saturday", from_easter(-1)), ("palm sunday", from_easter(-7)),
    ("maundy thursday|holy thursday|thursday of mysteries|covenant thursday|sheer thursday", from_easter(-3)),
    ("ash wednesday", from_easter(-46)), ("shrove tuesday|pancake day|pancake tuesday|mardi gras|fat tuesday", from_easter(-47)),
    ("lent", from_easter(-46, 46)), ("holy week", from_easter(-7, 7)), ("easter weekend|long weekend at easter", from_easter(-2, 4)),
    ("ascension|ascension day|ascension thursday", from_easter(39)), ("pentecost|whit sunday|white sunday|whitsunday", from_easter(49)),
    ("whit monday|pentecost monday|whitmonday", from_easter(50)), ("trinity sunday", from_easter(56)),
    ("corpus christi|feast of corpus christi", from_easter(60)), ("clean monday", from_easter(-48, orthodox=True)),
    ("orthodox easter|pascha|orthodox easter sunday|greek easter", from_easter(0, orthodox=True)),
    ("orthodox good friday|orthodox great friday", from_easter(-2, orthodox=True)),
    ("orthodox easter monday", from_easter(1, orthodox=True)),
    ("chinese new year|chinese new year day|chinese new years day|lunar new year|chinese lunar new year|"
     "chinese lunar new years day|chinese lunar new year day|cny|spring festival", lunar("chinese", "lunar_new_year_date")),
    ("mid autumn festival|moon festival", lunar("chinese", "mid_autumn_date")), ("dragon boat festival", lunar("chinese", "dragon_boat_date")),
    ("qingming|qingming festival|tomb sweeping day", lunar("chinese", "qingming_date")),
    ("rosh hashanah|rosh hashana|rosh hoshanah|yom teruah", lunar("hebrew", "rosh_hashanah_date", -1, 3)),
    ("passover|pesach|pesakh", lunar("hebrew", "passover_date", -1, 9)), ("yom kippur", lunar("hebrew", "yom_kippur_date", -1, 2)),
    ("hanukkah|chanukah|hanukah|hanukkah festival", lunar("hebrew", "hanukkah_date", -1, 9)), ("purim", lunar("hebrew", "purim_date", -1, 2)),
    ("sukkot|sukkos|feast of tabernacles", lunar("hebrew", "sukkot_date", -1, 8)),
    ("simchat torah", lunar("hebrew", "sukkot_date", 7, 2)), ("shemini atzeret", lunar("hebrew", "sukkot_date", 6, 2)),
    ("shavuot|shavuos|feast of weeks", lunar("hebrew", "shavuot_date", -1, 3)), ("lag baomer|lag bomer", lunar("hebrew", "lag_baomer_date", -1)),
    ("tisha bav|tish bav", lunar("hebrew", "tisha_bav_date", -1, 2)),
    ("yom haatzmaut|yom ha'atzmaut", lunar("hebrew", "israel_independence_date", -1, 2)),
    ("yom hashoah|holocaust day|holocaust remembrance day", lunar("hebrew", "passover_date", 12)),
    ("ramadan|ramzan|ramadhan|month of ramadan", lunar("islamic", "ramadan_beginning_dates", 0, 30)),
    ("eid|eid al fitr|eid ul fitr|id ul fitr|idul fitr|eid el fitr|id al fitr", lunar("islamic", "eid_al_fitr_dates")),
    ("eid al adha|eid ul adha|id ul adha|bakr eid|bakra eid|bakrid|idul adha|feast of sacrifice|sacrifice feast|id al adha|eid al azha",
     lunar("islamic", "eid_al_adha_dates")),
    ("islamic new year|hijri new year|amun jadid|arabic new year|muharram|ras as sanah al hijriyah",
     lunar("islamic", "hijri_new_year_dates")),
    ("ashura|day of ashura|yom ashura", lunar("islamic", "ashura_dates")), ("arbaeen", lunar("islamic", "arbaeen_dates")),
    ("mawlid|mawlid al nabawi|mawlid al nabi|milad un nabi|eid milad|prophets birthday|milad", lunar("islamic", "mawlid_dates")),
    ("laylat al qadr|laylat al kadr|night of power|night of measures|night of decree|night of destiny|shab e qadr",
     lunar("islamic", "eid_al_fitr_dates", -4)),
    ("isra and miraj|isra and mi'raj|isra miraj|the prophets ascension|shab e miraj|lailat al miraj", lunar("islamic", "isra_and_miraj_dates")),
    ("jumuatul wida|jamat ul vida|jamat ul wida|jumatul wida", lunar("islamic", "jumuatul_wida_dates")),
    ("diwali|deepavali|deepawali|diwali day|lakshmi puja", lunar("hindu", "diwali_india_date")),
    ("dhanteras|dhanatrayodashi|dhanvantari trayodashi", lunar("hindu", "diwali_india_date", -2)),
    ("naraka chaturdashi|choti diwali|chhoti diwali|kali chaudas|roop chaudas", lunar("hindu", "diwali_india_date", -1)),
    ("govardhan puja|annakut", lunar("hindu", "govardhan_puja_date")), ("bhai dooj|bhau beej|bhai duj", lunar("hindu", "diwali_india_date", 2)),
    ("chhath|chhath puja|dala puja|dala chhath|surya shashthi|chhathi", lunar("hindu", "chhath_puja_date")),
    ("holi|dhulandi|phagwah|rangwali holi", lunar("hindu", "holi_date")), ("holika dahan|chhoti holi|choti holi|kamudu pyre", lunar("hindu", "holi_date", -1)),
    ("dussehra|dasara|vijayadashami|vijaya dashami|dashain|dushera", lunar("hindu", "dussehra_date")),
    ("navaratri|navratri|durga puja|sharad navratri|durgotsava", lunar("hindu", "dussehra_date", -9, 10)),
    ("raksha bandhan|rakshabandhan|rakhi", lunar("hindu", "raksha_bandhan_date")), ("janmashtami|krishna janmashtami|gokulashtami", lunar("hindu", "janmashtami_date")),
    ("ganesh chaturthi|vinayaka chaturthi", lunar("hindu", "ganesh_chaturthi_date")), ("onam|thiru onam|thiruvonam", lunar("hindu", "onam_date")),
    ("maha shivaratri|shivaratri|mahashivratri|maha shivratri", lunar("hindu", "maha_shivaratri_date")),
    ("ram navami|rama navami", lunar("hindu", "ram_navami_date")), ("hanuman jayanti", lunar("hindu", "hanuman_jayanti_date")),
    ("mahavir jayanti|mahavira jayanti|mahaveer jayanti|mahaveer janma kalyanak|mahavir janma kalyanak", lunar("hindu", "mahavir_jayanti_date")),
    ("saraswati jayanti|dayananda saraswati jayanti|dayanand saraswati jayanti", lunar("hindu", "swami_dayanand_saraswati_jayanti_date")),
    ("pongal|thai pongal|makara sankranthi|makar sankranti|makara sankranti|maghi|sankranti", lunar("hindu", "pongal_date")),
    ("boghi|bogi|bogi pandigai|bhogi|boghi pandigai", lunar("hindu", "pongal_date", -1)), ("mattu pongal|maattu pongal", lunar("hindu", "pongal_date", 1)),
    ("kaanum pongal|kanni pongal", lunar("hindu", "pongal_date", 2)),
    ("vaisakhi|vasakhi|vaishakhi|baisakhi|vaisakhadi|mesadi", lunar("hindu", "vaisakhi_date")),
    ("vasant panchami|basant panchami|saraswati puja", lunar("hindu", "basant_panchami_date")),
    ("ugadi|yugadi|samvatsaradi|gudi padwa|chaitra suddha padyami", lunar("hindu", "gudi_padwa_date")),
    ("guru nanak jayanti|guru nanak birthday|gurpurab|gurupurab", lunar("hindu", "guru_nanak_jayanti_date")),
    ("guru gobind singh jayanti|guru gobind singh birthday|guru govind singh jayanti", lunar("hindu", "guru_gobind_singh_jayanti_date")),
    ("guru ravidas jayanti|guru ravidass jayanti|guru ravidas birthday|guru ravidass birthday", lunar("hindu", "guru_ravidas_jayanti_date")),
    ("valmiki jayanti|maharshi valmiki jayanti|pargat diwas", lunar("hindu", "maharshi_valmiki_jayanti_date")),
    ("karva chauth|karwa chauth", lunar("hindu", "karwa_chauth_date")), ("rath yatra|ratha yatra|jagannath rath yatra", lunar("hindu", "rath_yatra_date")),
    ("guru purnima|vyasa purnima", lunar("hindu", "guru_purnima_date")), ("thaipusam", lunar("hindu", "thaipusam_date")), ("vishu", lunar("hindu", "vishu_date")),
    ("puthandu|tamil new year", lunar("hindu", "puthandu_date")), ("rabindra jayanti|rabindranath jayanti", fixed(5, 9)),
    ("parsi new year|jamshedi navroz|navroz", PARSI_NEW_YEAR), ("nowruz|persian new year|norooz", fixed(3, 20)),
    ("vesak|vesak day|buddha purnima|buddha day|buddhas birthday|wesak", lunar("hindu", "buddha_purnima_date")),
)  # fmt: skip
HOLIDAYS: dict[str, Holiday] = {name: day for names, day in _TABLE for name in names.split("|")}
FIRST_WORDS = {name.split()[0] for name in HOLIDAYS} | {"thu", "the"}
_LONGEST = max(len(name.split()) for name in HOLIDAYS)
_WHICH = {"this": 0, "next": 1, "last": -1, "past": -1, "coming": 1, "following": 1}


def _match(line: Line, at: int) -> tuple[Holiday, str, int] | None:
    """The longest holiday's name at ``at``: (holiday, name, index after)."""
    if line.kind[at] not in ("word", "ordinal") or (
        line.low[at] not in FIRST_WORDS and "'" not in line.low[at]
    ):
        return None
    name, best, index = "", None, at
    for _ in range(_LONGEST):
        word = line.low[index]
        if line.kind[index] == "ordinal":
            word = line.text[line.start[index] : line.end[index]].lower()
        elif line.kind[index] != "word":
            break
        plain = {"thu": "thursday", "saint": "st"}.get(word.replace("'", ""), word.replace("'", ""))
        name = f"{name} {plain}" if name else plain
        index += 1
        if name in HOLIDAYS:
            best = (HOLIDAYS[name], name, index)
        elif name.startswith("st ") and "saint" + name[2:] in HOLIDAYS:
            best = (HOLIDAYS["saint" + name[2:]], name, index)
        while (
            line.low[index] in ("-", "'", "’") and line.kind[index + 1] == "word" and line.adjacent(index + 1)
        ):
            index += 1
    return best


def holiday(line: Line, at: int) -> tuple[Day, int] | None:
    """A holiday, with the year or the "next" that goes with it."""
    low, begin, step = line.low, at, None
    if low[begin] in ("the",) and low[begin + 1] in _WHICH:
        begin += 1
    if low[begin] in _WHICH:
        step = _WHICH[low[begin]]
        begin += 1
    found = _match(line, begin)
    if found is None:
        return None
    which, name, after = found
    year, later = _year(line, after)
    if year is None:
        before = low[begin - 1] if begin else ""
        nxt = low[after]
        if line.kind[after] == "word" and nxt not in AFTER_A_DATE and nxt not in PARTS:
            return None
        if before in ("a", "an", "my", "our", "happy", "merry") and step is None:
            return None
        if name in (
            "eid",
            "new year",
            "lent",
            "assumption",
            "milad",
            "midsummer",
            "maghi",
            "cup day",
            "flag day",
        ):
            if name == "lent" and before not in ("for", "during", "until", "till", "after", "before", "in"):
                return None
            if name == "new year" and before in ("the", "in") and nxt in ("the", "my"):
                return None

    def fixed_days(ctx: Context) -> Range | None:
        start = _start(which, ctx, step, year)
        if start is None:
            return None
        return Range(start, start + timedelta(days=which.days), "day", interval=which.days > 1)

    return Day(fixed=fixed_days), later


def _year(line: Line, at: int) -> tuple[int | str | None, int]:
    """(year, index after): an absolute year, or "+1" for years from this one."""
    begin = at + (line.low[at] in ("of", "in", ","))
    number = line.whole(begin)
    if number is not None and 1900 <= number <= 2200:
        return number, begin + 1
    if line.low[begin] in ("this", "next", "last") and line.low[begin + 1] == "year":
        return {"this": "+0", "next": "+1", "last": "-1"}[line.low[begin]], begin + 2
    if number is not None and line.low[at] == "in" and line.low[begin + 1] in ("years", "year"):
        return f"+{min(number, 500)}", begin + 2
    from assistant.engines.embedded.grammar.times.days import year_at

    spoken = year_at(line, begin)
    return spoken if spoken else (None, at)


def _start(which: Holiday, ctx: Context, step: int | None, year: int | str | None) -> date | None:
    zone, today = zone_name(ctx), ctx.today
    if isinstance(year, int):
        return which.first(year, zone)
    if isinstance(year, str):
        return which.first(today.year + int(year), zone) if 1 < today.year + int(year) < 9999 else None
    if step == 0:
        return which.first(today.year, zone)
    days = sorted(
        found for found in (which.first(y, zone) for y in range(today.year - 2, today.year + 3)) if found
    )
    if step == -1 or (step is None and ctx.prefer == "past"):
        past = [day for day in days if day < today + timedelta(days=step is None)]
        return past[-1] if past else None
    coming = [day for day in days if day + timedelta(days=which.days) > today + timedelta(days=step == 1)]
    return coming[0] if coming else None
