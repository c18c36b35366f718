"""What scraping leaves between the sentences of a news text: dates, times, by-lines of agencies, notes.

A piece of text is debris only when it is nothing else: a sentence that names an agency or a date is a
sentence. Words are compared in the normaliser's spelling, so that every way of typing them counts.
"""

from __future__ import annotations

import re

from balagh.text import normalise

# Longer pieces than this are never debris, so that no piece costs more than a short one.
_LONGEST = 90

_DATE_WORDS = """
الاحد الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت
يناير فبراير مارس أبريل إبريل مايو يونيو يونيه يوليو يوليه أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
كانون الثاني الأول شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين
جانفي فيفري أفريل ماي جوان جويلية أوت غشت شتنبر نونبر دجنبر
محرم المحرم صفر ربيع الآخر الأولى الآخرة الثانية جمادى رجب شعبان رمضان شوال ذو ذي القعدة الحجة
م هـ ه ص ق ت الموافق الساعة صباحا مساء ظهرا فجرا عصرا ليلا بتوقيت غرينتش جرينتش غرينيتش جمت مكة المكرمة
آخر تحديث نشر نشرت في بتاريخ التاريخ تاريخ
am pm gmt utc ast updated published posted on at
january february march april may june july august september october november december
jan feb mar apr jun jul aug sep sept oct nov dec
monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
"""
# Two words at least, or a number and one: "مارس" alone may also be a verb, "آب" a father.
_FEWEST_DATE_WORDS = 2
_LONGEST_PLACE = 2

_AGENCIES = """
واس|وام|بنا|كونا|قنا|سبأ|سانا|واع|نينا|بترا|وفا|سونا|وات|واج|مينا|العمانية|الأناضول
رويترز|فرانس برس|أسوشيتد برس|أسوشيتدبرس|شينخوا|سبوتنيك|تاس|إيرنا|إرنا|يونهاب|بلومبرغ|نوفوستي
أ ف ب|ا ف ب|اف ب|د ب أ|أ ش أ|أ ب|و م ع|ي ب أ|يو بي آي|إينا
وكالات|وكالات الأنباء|الوكالات|متابعات|خاص
afp|reuters|ap|dpa|spa|wam|kuna|qna|bna|sana|ina|wafa|petra|maan|anadolu|aa|agencies|xinhua|tass
"""
_NOTES = """
source link|source|read more|advertisement|رابط المصدر|المصدر|انتهى|يتبع|إعلان|اقرأ المزيد|اقرأ أيضا
"""

_DATES = frozenset(normalise(_DATE_WORDS).split())
_BYLINES = frozenset(map(normalise, _AGENCIES.strip().replace("\n", "|").split("|")))
_REMARKS = frozenset(map(normalise, _NOTES.strip().split("|")))
_KNOWN = _DATES.union(*map(str.split, _BYLINES | _REMARKS), normalise("وكالة وكالات الأنباء أنباء").split())
_AGENCY_NAME = re.compile(normalise("(?:وكالة|وكالات) (?:ال)?(?:أنباء|أخبار)") + r"(?: ال\S+)?")
_PREFIX = re.compile("^" + normalise("(?:المصدر )?(?:وكالة )?"))

_PARTS = re.compile(r'[-/|:,()\[\]{}"*=_+&~]+')
_WORDS = re.compile(r"[^\W\d_]+")
_SPACED = re.compile(r"[ ._]+")
_NUMBER = re.compile(r"[0-9]")


def is_debris(piece: str) -> bool:
    """Say whether a piece of text is nothing but a date, a time, a by-line or a note of the page.

    Parameters
    ----------
    piece : str
        A piece of text between two ends of sentences.

    Examples
    --------
    >>> is_debris("28 يونيو 2021 – 18 ذو القعدة 1442"), is_debris("الرياض - واس"), is_debris("Source link")
    (True, True, True)
    >>> is_debris("ذكرت رويترز أن الاجتماع عقد في 28 يونيو 2021")
    False
    """
    if len(piece) > _LONGEST:
        return False
    folded = normalise(piece.replace(" ـ ", " - "))
    words = _WORDS.findall(folded)
    if len(set(words) - _KNOWN) > 2 * _LONGEST_PLACE:
        return False  # most short sentences
    return _is_date(folded, words) or _is_remark(folded) or _is_byline(folded)


def _is_date(folded: str, words: list[str]) -> bool:
    if not _DATES.issuperset(words):
        return False
    return len(words) >= _FEWEST_DATE_WORDS or _NUMBER.search(folded) is not None


def _is_remark(folded: str) -> bool:
    return _SPACED.sub(" ", folded.strip('/*-()[]." ')) in _REMARKS


def _is_byline(folded: str) -> bool:
    """Say whether an agency is named, and beside it nothing but a place of one or two words or a date."""
    named = False
    for part in _PARTS.split(folded):
        part = _SPACED.sub(" ", part).strip()
        names = [word for word in _WORDS.findall(part) if word not in _DATES]
        if _AGENCY_NAME.fullmatch(part) or _PREFIX.sub("", part) in _BYLINES or _ends_with_agency(part, names):
            named = True
        elif len(names) > _LONGEST_PLACE:
            return False
    return named


def _ends_with_agency(part: str, names: list[str]) -> bool:
    """Say whether the part is place, date and agency in a row, as some agencies head their reports."""
    if not _NUMBER.search(part):
        return False
    return any(" ".join(names[-count:]) in _BYLINES and len(names) - count <= _LONGEST_PLACE for count in (1, 2, 3))
