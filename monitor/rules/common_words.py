"""Words that stand in so many news items that one alone says nothing."""

from __future__ import annotations

from functools import cache

from monitor.text.fold import fold

_WORDS = """
    a about after again all also an and any are as at be been before but by can could day days did do for from had has
    have he her here his how if in into is it its just last like made make man many may men more most mr mrs my new news
    no not now of official officials on one only or other our out over people police president prime minister report
    reported reports said say says she should since so some state states such than that the their them then there these
    they this those time today tomorrow two under until up us was we week were what when where which while who will with
    would year years yesterday you your government country world security media statement according local area city
    ہے ہیں تھا تھے تھی کا کی کے کو میں سے پر نے اور یہ وہ کہ کہا گیا گئی گئے بھی تک لیے ایک اس ان خبر آج حکومت
    و در به از که این آن را با برای است بود شد شده می کرد های هم تا یک گفت خبر امروز دولت
    د په چې دي دی وو او ته له یې هم سره کې خبر نن حکومت
    في من على إلى عن أن هذا هذه التي الذي كان قال قالت مع بعد اليوم خبر
    है हैं था थे थी का की के को में से पर ने और यह वह कि कहा गया गई भी तक लिए एक इस उस खबर आज सरकार
    的 了 在 是 和 与 與 对 對 为 為 有 也 不 人 中 今天 新闻 新聞 报道 報道 表示 政府 国家 國家
    и в на с по из к от за что это как не был была были сказал сегодня новости
"""


@cache
def _folded() -> frozenset[str]:
    return frozenset(fold(word).text for word in _WORDS.split())


def is_common(text: str) -> bool:
    """Return whether ``text`` is one single common word, in whatever spelling the matcher takes it."""
    return fold(text).text.strip() in _folded()
