"""The language codes that ``langs`` may name, and the scripts these languages are written in."""

from __future__ import annotations

_CODES = """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el
    en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja
    jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd
    ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss
    st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    bal bgn bgp bcc brh ckb hno khw prs pnb scl shn skr trw wbl yue
"""
"""ISO 639-1, and the three-letter codes of languages of the region: Balochi, Brahui, Hindko, Khowar, Dari, Saraiki …"""

BY_NAME = {
    "arabic": "ar",
    "balochi": "bal",
    "chinese": "zh",
    "dari": "fa-AF",
    "english": "en",
    "farsi": "fa",
    "french": "fr",
    "german": "de",
    "hindi": "hi",
    "mandarin": "zh",
    "pashto": "ps",
    "pushto": "ps",
    "persian": "fa",
    "punjabi": "pa",
    "russian": "ru",
    "sindhi": "sd",
    "spanish": "es",
    "turkish": "tr",
    "urdu": "ur",
    "uyghur": "ug",
    "cn": "zh",
    "in": "hi",
    "ir": "fa",
    "pk": "ur",
    "af": "ps",
    "jp": "ja",
}
"""What people write instead of the code: the language's English name, or its country."""

_OTHER_SCRIPTS = "am as bn bo dv dz el gu he hy ii iu ka km kn ko lo ml my or pa shn si ta te th ti trw yi"
_SCRIPTS = {
    "arabic": "ar bal bgn bcc brh ckb fa hno khw ks ku pnb prs ps sd skr ug ur",
    "han": "ja yue zh",
    "devanagari": "hi ks mr ne sa sd",
    "cyrillic": "ab ba be bg ce cv kk ky mk mn os ru sr tg tt uk",
}


def scripts_of(lang: str) -> frozenset[str]:
    """Return the scripts a language is written in, as ``monitor.text.language.scripts`` calls them.

    Empty for a language whose script has no name there.
    """
    primary = lang.split("-", 1)[0].lower()
    if primary in _OTHER_SCRIPTS.split():
        return frozenset()
    found = frozenset(script for script, langs in _SCRIPTS.items() if primary in langs.split())
    return found or frozenset({"latin"})


def is_within(lang: str, wanted: str) -> bool:
    """Return whether a language is the one a filter names: ``fa`` covers ``fa-AF``, and not the reverse."""
    return lang == wanted or lang.startswith(f"{wanted}-")


def is_language(tag: str) -> bool:
    """Return whether ``tag`` is a language code, with or without a region: ``ur``, ``fa-AF``."""
    primary, _, rest = tag.partition("-")
    return primary in _CODES.split() and all(part.isalnum() and 2 <= len(part) <= 8 for part in rest.split("-") if rest)
