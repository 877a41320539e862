"""Guess the language of a text from its script, its letters and its commonest words.

Made for headlines: ten words must do, so the evidence is what every sentence has, function words, and the letters
only one language of a script uses. It is no general language identifier: it knows the languages the feeds speak.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

SAMPLE = 4000
"""Characters looked at; more do not change the answer."""

_SCRIPTS: Mapping[str, str] = {
    "latin": "A-Za-zªºÀ-ÖØ-öø-ɏḀ-ỿＡ-Ｚａ-ｚ",
    "arabic": "\u0620-\u064a\u066e-\u06d3\u06d5\u06ee-\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08c9"
    "\ufb50-\ufdfb\ufe70-\ufefc",
    "han": "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
    "kana": "\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d",
    "hangul": "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
    "devanagari": "\u0904-\u0939\u0958-\u0961\u0971-\u097f",
    "cyrillic": "\u0400-\u0481\u048a-\u052f",
    "greek": "\u0370-\u0373\u0376-\u03ff\u1f00-\u1fff",
    "hebrew": "\u05d0-\u05ea",
    "armenian": "\u0531-\u0587",
    "georgian": "\u10a0-\u10ff",
    "bengali": "\u0985-\u09b9\u09ce-\u09f1",
    "gurmukhi": "\u0a05-\u0a39\u0a59-\u0a5e",
    "gujarati": "\u0a85-\u0ab9",
    "odia": "\u0b05-\u0b39",
    "tamil": "\u0b83-\u0bb9",
    "telugu": "\u0c05-\u0c39",
    "kannada": "\u0c85-\u0cb9",
    "malayalam": "\u0d05-\u0d3a",
    "sinhala": "\u0d85-\u0dc6",
    "thai": "\u0e01-\u0e30",
    "lao": "\u0e81-\u0eb0",
    "tibetan": "\u0f40-\u0f6c",
    "myanmar": "\u1000-\u102a",
    "ethiopic": "\u1200-\u137f",
    "khmer": "\u1780-\u17b3",
}
_LETTERS = re.compile("|".join(f"(?P<{name}>[{letters}])" for name, letters in _SCRIPTS.items()))
_WEIGHTS = {"han": 3, "kana": 2, "hangul": 2}
"""A syllable or word sign says as much as several letters: TTP袭击 is Chinese."""

_ONLY_LANGUAGE = {
    "kana": "ja",
    "hangul": "ko",
    "greek": "el",
    "hebrew": "he",
    "armenian": "hy",
    "georgian": "ka",
    "bengali": "bn",
    "gurmukhi": "pa",
    "gujarati": "gu",
    "odia": "or",
    "tamil": "ta",
    "telugu": "te",
    "kannada": "kn",
    "malayalam": "ml",
    "sinhala": "si",
    "thai": "th",
    "lao": "lo",
    "tibetan": "bo",
    "myanmar": "my",
    "ethiopic": "am",
    "khmer": "km",
}

# Letters that speak for a language among those of its script: each occurrence counts once.
_SIGNS: Mapping[str, Mapping[str, str]] = {
    "arabic": {
        "ur": "ٹڈڑںےہھۓۃۂ",
        "ps": "ټډړږښڼځڅېۍګ",
        "fa": "پچژ",
        "ar": "ةىيكأإؤ",
        "ug": "ۇۆۈۋەڭې",
        "sd": "ٻڀڄڃڇڏڌڊڙڳڱڻ",
        "ckb": "ێۆڕڵە",
    },
    "cyrillic": {
        "ru": "ыэъё",
        "uk": "іїєґ",
        "be": "ўі",
        "sr": "јљњђћџ",
        "kk": "әғқңөұүһі",
        "ky": "ңөү",
        "tg": "ӣӯҳҷғқ",
        "mn": "өү",
        "bg": "ъ",
    },
    "devanagari": {"hi": "", "ne": "", "mr": "ळ"},
    "latin": {
        "en": "",
        "fr": "éèêçàùœ",
        "de": "äöüß",
        "es": "ñ¿¡áíó",
        "pt": "ãõçáê",
        "it": "òàìè",
        "tr": "ışğçöü",
        "az": "əşğçı",
        "pl": "łąęśżź",
        "cs": "řěůčšž",
        "sv": "åäö",
        "vi": "đươăơ",
    },
}

# The commonest words of the language that its neighbours in the script do not share: each counts three.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "arabic": {
        "ur": "کے کی کا میں سے نے ہے ہیں اور کو پر یہ بھی تھا تھی کر گیا گئے گئی لیے نہیں ایک ہو والے ہوئے دیا",
        "fa": "در از به که را این با است برای آن های ها می و شد کرد بر یک تا خود پس شده گفت علیه میان",
        "ps": "د په کې کښې چې او له ته سره دي ده يې یې نه کړي کړی شوي شوی وي يو یو دی کړ شو ووژل پر",
        "ar": "في من على إلى أن عن مع هذا هذه التي الذي بعد لا ما بين قال كان عبر خلال ضد حول",
        "sd": "جي ۾ جو آهي کي تي ۽ جا سان",
        "ug": "ۋە بىلەن بۇ ئۈچۈن بىر",
        "ckb": "لە بە و بۆ کە ئەو لەگەڵ",
    },
    "cyrillic": {
        "ru": "и в на не что с по из за от к о для его это как после был были",
        "uk": "і в на не що з до у та за про від є",
        "be": "і ў на не што з да за",
        "sr": "и у на је се да за од са су",
        "bg": "и в на не за от се да са по с е ще",
        "kk": "мен және үшін бойынша",
        "ky": "жана менен үчүн",
        "tg": "ва дар ба аз бо ки ин барои",
        "mn": "нь ба болон",
    },
    "devanagari": {
        "hi": "के की का में से ने है हैं और को पर यह भी था थी कर गया गए लिए नहीं एक हो वाले हुए दिया",
        "ne": "को मा ले र छ छन् का गरेको भएको पनि लाई गर्न",
        "mr": "च्या आहे आणि या ने ला हे व की आहेत चे ची केली",
    },
    "latin": {
        "en": "the of and in to a is for on with as at by from that after says over his has are was its will be not",
        "fr": "le la les de des du et en un une dans pour sur au aux est par qui que avec après",
        "de": "der die das und in den von zu mit im für auf des ist nicht ein eine nach bei dem",
        "es": "el la los las de del y en un una por para con que se al es tras su",
        "pt": "o os as de do da dos das e em um uma por para com que no na ao após é",
        "it": "il lo la gli le di del della e in un una per con che nel al è dopo dei",
        "nl": "de het een en van in op voor met is dat niet zijn te aan bij",
        "tr": "ve bir bu için ile de da olarak olan sonra daha çok en gibi kadar",
        "az": "və bir bu üçün ilə da də olan sonra edib olub",
        "id": "yang dan di ke dari untuk dengan ini itu pada dalam tidak akan",
        "sv": "och i att det en på är för av med som den till",
        "pl": "i w na z do się nie że o jest to po za",
        "cs": "a v na se je že s do o z po pro",
        "vi": "và của là có trong cho không được với các một",
    },
}
_WORD_WEIGHT = 3
_HEADLINE = 60
"""Characters in which most texts show that they are words."""
_BEGINNING = 160
_EVIDENT_WORDS = 5
"""Common words of the likely language in the first 160 characters that settle it, if those of others are few."""
_UNOPPOSED_WORDS = 12
"""Words of plain ASCII that leave the likely language, if no common word of another is among them: any language we know
says one within so many. Nearly half of the recorded items begin so, with names and nouns."""
_PRIOR = 4
"""What the declared language starts with, or English in plain ASCII: one chance word must not outweigh it."""
# Vowel signs are no letters to ``re``; without them every Hindi word would fall apart.
_WORD = re.compile("(?:[^\\W\\d_]++|[\u0900-\u0963\u0966-\u0dff\u0300-\u036f\u064b-\u0652'’]++)++")
_ASCII_LETTERS = {code: chr(code) if chr(code).isalpha() or chr(code) == "'" else " " for code in range(128)}
"""Makes words of ASCII text stand between spaces, ten times faster than the pattern finds them."""
_ASCII_WORDS = bytes(ord(_ASCII_LETTERS[code]) if code < 128 else code for code in range(256))
"""The same for bytes, which takes half of that time."""
_NO_ASCII_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_BEYOND_ASCII = re.compile("[^\0-\x7f]+")
_LETTER = re.compile(r"[^\W\d_]")
_SPEAKING = re.compile(r"[^\W\d_]|[\u0300-\u036f\u064b-\u0652\u0900-\u0963\u0966-\u0dff]")
"""What may tell a language: letters and what belongs to them."""
_TABLES: Mapping[str, Mapping[str, frozenset[str]]] = {
    script: {language: frozenset(words.split()) for language, words in table.items()}
    for script, table in _WORDS.items()
}
_DEFAULTS = {"arabic": "ur", "cyrillic": "ru", "devanagari": "hi"}
"""Who is meant when letters and words leave it open: the language most of our feeds in that script use."""


def scripts(text: str) -> frozenset[str]:
    """Return the scripts a text uses: latin, arabic, han, devanagari, cyrillic, kana, hangul and others."""
    return frozenset(_count(text))


def guess_language(text: str, hint: str | None) -> str | None:
    """Return the primary language subtag (BCP 47) of a text, or None if nothing tells.

    ``hint`` is the language the feed or item declares; it decides between languages of one script when the text
    itself does not, and never against the script.
    """
    declared = None if hint is None else hint.strip().lower().replace("_", "-").partition("-")[0] or None
    text = _without_typography(text[:SAMPLE])
    counts = _count(text)
    if not counts:
        return declared
    if len(counts) == 1 and "latin" in counts:
        likely = declared or "en"
        return likely if _is_evident(likely, text) else _among("latin", text, declared)
    script = max(counts, key=lambda name: (counts[name] * _WEIGHTS.get(name, 1), name))
    if script in {"han", "kana"}:
        # A Japanese text always shows kana, if few; a Chinese one may quote a word.
        is_japanese = counts["kana"] * 8 > counts["han"] or (declared == "ja" and counts["kana"] == 0)
        return "ja" if is_japanese else "zh"
    if script in _ONLY_LANGUAGE:
        return _ONLY_LANGUAGE[script]
    return _among(script, text, declared)


def _without_typography(text: str) -> str:
    """Return a text in ASCII if all it has beyond are quotation marks, dashes and the like, as much English has."""
    if text.isascii() or _SPEAKING.search(_beyond_ascii(text)):
        return text
    return text.replace("’", "'").encode("ascii", "replace").decode()


def _count(text: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    if text.isascii():
        if any(map(str.isalpha, text)):
            counts["latin"] = 1  # the only one there is, so its number decides nothing
        return counts
    letters = len(text.encode("ascii", "ignore").translate(None, _NO_ASCII_LETTERS))
    if letters:
        counts["latin"] = letters
    for character, number in Counter(_beyond_ascii(text)).items():
        script = _script_of(character)
        if script is not None:
            counts[script] += number
    return counts


def _beyond_ascii(text: str) -> str:
    return "".join(_BEYOND_ASCII.findall(text))


@lru_cache(maxsize=10_000)
def _script_of(character: str) -> str | None:
    letter = _LETTERS.match(character)
    return letter.lastgroup if letter else None


def _words(text: str) -> list[str]:
    return text.translate(_ASCII_LETTERS).split() if text.isascii() else _WORD.findall(text)


def _lowered_words(text: str) -> list[str]:
    """Return ``_words`` of a text in small letters."""
    return text.encode().translate(_ASCII_WORDS).decode().split() if text.isascii() else _WORD.findall(text)


def _among(script: str, text: str, declared: str | None) -> str | None:
    """Choose among the languages of one script; the declared one wins a draw."""
    lowered = text.lower()
    beyond = "" if lowered.isascii() else _beyond_ascii(lowered)
    words = _lowered_words(lowered)
    is_plain = script == "latin" and not _LETTER.search(beyond)
    if not beyond and _LISTED_WORDS[script].isdisjoint(words):
        return _untold(script, text, declared, is_plain=is_plain)  # most texts in no language that is listed here
    scores = dict.fromkeys(_TABLES[script], 0)
    if beyond:
        for language, signs in _SIGNS[script].items():
            if language in scores:
                scores[language] += sum(map(beyond.count, signs))
    languages = _LANGUAGES_BY_WORD[script]
    is_shouted = text.isupper()
    for word, number in Counter(filter(languages.__contains__, words)).items():
        count = number if is_shouted else number - _shouted(word, text)
        for language in languages[word]:
            scores[language] += _WORD_WEIGHT * count
    preferred = declared or ("en" if is_plain else None)
    best = max(scores.values())
    if best > 0 and preferred in scores:
        scores[preferred] += _PRIOR
        best = max(best, scores[preferred])
    if best > 0:
        draw = [language for language, score in scores.items() if score == best]
        default = _DEFAULTS.get(script)
        return default if default in draw else draw[0]
    return _untold(script, text, declared, is_plain=is_plain)


def _untold(script: str, text: str, declared: str | None, *, is_plain: bool) -> str | None:
    """Return the language of a text whose words and letters do not tell it; ``is_plain`` if it is all ASCII letters."""
    if script == "latin":
        if declared is not None and declared not in _NOT_LATIN:
            return declared
        return "en" if is_plain and (_are_words(text[:_HEADLINE]) or _are_words(text)) else None
    return declared if declared in _TABLES[script] else _DEFAULTS[script]


def _is_evident(language: str, text: str) -> bool:
    """Return whether a Latin text begins with so many words of its likely language, or so without any of another."""
    own = _TABLES["latin"].get(language)
    if own is None:
        return False
    words = _words(text[:_BEGINNING].lower())
    if len(text) > _BEGINNING:
        words = words[:-1]  # perhaps half of one: "con" of a convoy is Spanish
    known = list(filter(_LANGUAGES_BY_WORD["latin"].__contains__, words))
    mine = sum(map(own.__contains__, known))
    if mine == len(known):
        return mine >= _EVIDENT_WORDS or (len(words) >= _UNOPPOSED_WORDS and text.isascii())
    return mine >= _EVIDENT_WORDS and (len(known) - mine) * 3 <= mine


def _are_words(text: str) -> bool:
    """Return whether a text has two different words that are no assemblies or companies."""
    is_shouted = text.isupper()
    first = ""
    for word in _words(text):
        if is_shouted or len(word) == 1 or not word.isupper():
            first = first or word.lower()
            if word.lower() != first:
                return True
    return False


def _shouted(word: str, text: str) -> int:
    """Return how often a word stands in capitals: in a mixed-case headline NA and KE are assemblies and companies."""
    capitals = word.upper()
    if len(word) == 1 or capitals == word or capitals not in text:
        return 0
    return _words(text).count(capitals)


def _by_word(tables: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    words = {word for table in tables.values() for word in table}
    return {word: tuple(language for language, table in tables.items() if word in table) for word in words}


_LANGUAGES_BY_WORD = {script: _by_word(tables) for script, tables in _TABLES.items()}
_LISTED_WORDS = {script: frozenset(words) for script, words in _LANGUAGES_BY_WORD.items()}

_NOT_LATIN = (
    frozenset(_ONLY_LANGUAGE.values())
    | _TABLES["arabic"].keys()
    | _TABLES["devanagari"].keys()
    | {"zh", "ja", "ru", "uk", "be", "bg", "mn", "ky", "tg"}
)
