"""The words by which a text says that people died, in the languages of the feeds; folded when first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from monitor.text.fold import fold

_DEAD = """
killed, kill, kills, killing, dead, die, dies, died, dying, martyred, slain, perished, perish, murdered, massacred,
executed, beheaded, deaths, fatalities, lost their lives, lose their lives, losing their lives, lives lost,
lives were lost
ہلاک, جاں بحق, جان بحق, جانبحق, شہید, مارے گئے, مارے گۓ, مارے جانے, مارا گیا, لقمہ اجل, قتل, دم توڑ, جان سے گئے,
جانیں گئیں, جان کی بازی ہار, اموات, موت, ہلاکتیں
کشته, جان باخت, جان باختند, جان باخته, جان باختن, شهید, به شهادت, جان خود را از دست, جان شان را از دست,
جانشان را از دست, به قتل رسید, کشته شدند
ووژل, ووژل شول, وژل, وژلی, وژل شوي, مړه, مړه شول, شهیدان, ژوند له لاسه, ژوند یې له لاسه, ووژلل, ووژلي, وژلي
मारे गए, मारे गये, मारे जाने, मारा गया, मारी गई, मौत, मौतें, जान गई, जान चली, जान गंवाई, जान गंवा, शहीद, हत्या,
दम तोड़, दम तोड़ा, मृत, मृत्यु, ढेर, की जान ले
"""
_TOLL = """
death toll, toll, number of dead, number of deaths, number of those killed, number of people killed,
number of people confirmed killed
ہلاکتوں, ہلاکتیں, اموات, جاں بحق افراد, جاں بحق ہونے, ہلاک ہونے, شہید ہونے, ہلاک افراد, مرنے والوں, جان بحق ہونے
شمار کشته, تعداد کشته, کشته شدگان, شمار جان باختگان, جان باختگان, شمار قربانیان, آمار کشته
مړو شمېر, مړو شمیر, وژل شویو شمېر, مړینې شمېر, شهیدانو شمېر
मृतकों, मरने वालों, मौतों, मृतक संख्या, मौत का आंकड़ा
"""
_BARRED = """
wounded, wounding, injured, injuring, injuries, wounds, hurt, maimed, arrested, detained, captured, rescued, missing,
abducted, kidnapped, trapped, escaped, survived, attacked, stormed, ambushed, raided, after, when, while, as, before,
but, nobody, who, threatened, hostages, against, besides
زخمی, مجروح, گرفتار, لاپتہ, اغوا, بازیاب, نے, بعد, ٹپی, ټپیان, ټپي, ټپیانو, ژوبل, دستگیر, ربوده, نیول, ونیول
घायल, जख्मी, ज़ख़्मी, गिरफ्तार, लापता, अगवा, ने, बाद
"""
_UNITS = """
km, kms, kilometres, kilometers, kilometre, kilometer, miles, mile, metres, meters, feet, years, year, yr, months,
month, weeks, week, days, day, hours, hour, minutes, minute, nights, percent, per, %, rupees, dollars, rounds, kg,
kilograms, tonnes, am, pm, million, billion, crore, lakh, st, nd, rd, th, bc, ad, attacks, incidents, districts,
vehicles, times, bombings,
january, february, march, april, may, june, july, august, september, october, november, december,
jan, feb, mar, apr, jun, jul, aug, sep, sept, oct, nov, dec
کلومیٹر, میل, میٹر, سال, سالہ, ماہ, دن, روز, گھنٹے, گھنٹوں, منٹ, بجے, فیصد, کروڑ, لاکھ, روپے, کلو, گاڑیاں, بار, حملوں,
جنوری, فروری, مارچ, اپریل, مئی, جون, جولائی, اگست, ستمبر, اکتوبر, نومبر, دسمبر
کیلومتر, ساله, ساعت, دقیقه, درصد, میلیون, متر, هفته, خودرو
کیلومتره, کاله, کال, کلن, کلنه, ورځې, ورځو, ساعته, سلنه, میاشتې
किलोमीटर, किमी, साल, वर्ष, वर्षीय, साला, दिन, दिनों, घंटे, घंटों, मिनट, बजे, महीने, महीनों, प्रतिशत, करोड़, लाख,
जनवरी, फरवरी, मार्च, अप्रैल, मई, जून, जुलाई, अगस्त, सितंबर, अक्टूबर, नवंबर, दिसंबर
"""
_APPOSITION = (
    "including, among, mostly, most, all, some, many, half, both, incl, بشمول, جن, شمول, جمله, ګډون, जिनमें, समेत"
)
_RISES = """
rises, rise, rose, risen, rising, increases, increased, climbs, climbed, reaches, reached, jumps, jumped, stands, stood,
mounts, surges, passes, tops, hits
"""
_HEDGES = """
at, least, up, to, more, than, over, as, many, nearly, almost, about, around, some, an, a, estimated, another, all, the,
other, total, of, by, further, lives
"""


@dataclass(frozen=True, slots=True)
class TollWords:
    """Folded phrases by their meaning."""

    dead: frozenset[tuple[str, ...]]
    """They say that whoever is counted beside them is dead."""
    toll: frozenset[tuple[str, ...]]
    """They announce the number."""
    barred: frozenset[str]
    """Between a number and a death they show that the number counts something else."""
    units: frozenset[str]
    """After a number they show that it counts no people."""
    apposition: frozenset[str]
    """They begin a remark on some of those counted: "nine people, including two children, died"."""
    rises: frozenset[str]
    """They lead from the announcement of a number to the number."""
    hedges: frozenset[str]
    """They may stand between "killed" and its number."""


@cache
def toll_words() -> TollWords:
    """Return the words, folded."""
    return TollWords(
        dead=_phrases(_DEAD),
        toll=_phrases(_TOLL),
        barred=_single(_BARRED),
        units=_single(_UNITS),
        apposition=_single(_APPOSITION),
        rises=_single(_RISES),
        hedges=_single(_HEDGES),
    )


def _phrases(listed: str) -> frozenset[tuple[str, ...]]:
    phrases = listed.replace("\n", ",").split(",")
    return frozenset(tuple(fold(phrase.strip()).text.split()) for phrase in phrases if phrase.strip())


def _single(listed: str) -> frozenset[str]:
    return frozenset(word for phrase in _phrases(listed) for word in phrase)
