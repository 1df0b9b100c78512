"""The language of a text, by its most frequent small words and its script."""

from __future__ import annotations

import re
from collections import Counter

from resumate_grpc.parsing.folding import fold

__all__ = ["language_of"]

_PROFILES = {
    "en": "the and of to in for with on at by from as an is was were have has this that which using",
    "de": "und der die das mit von fur im bei zu den dem ein eine als auf sowie des zur zum durch ist",
    "fr": "et de la le les des du en pour dans une un avec sur au aux par est chez ans",
    "es": "y de la el en los las del con para por una un al como se es desde anos",
    "pt": "e de a o em os as do da dos das com para por uma um ao como na no nos",
    "it": "e di il la in per con del della dei delle un una al alla nel sono da presso gli",
    "nl": "en de het een van in voor met op bij als aan te door naar ook zijn is tot",
    "ru": "и в на с по для из от к о за при как что не до работы опыт",
}
_OWNERS: dict[str, list[str]] = {}
for _language, _words in _PROFILES.items():
    for _word in _words.split():
        _OWNERS.setdefault(_word, []).append(_language)

_CJK = re.compile(r"[\u4e00-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[가-힣]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_OTHER_SCRIPT = re.compile(r"[\u0400-\u04ff\u3040-\u30ff\u4e00-\u9fff가-힣]")
_WORD = re.compile(r"(?<![\w.@/-])[^\W\d_]+(?![\w@/-]|\.\w)")
_ENOUGH_TEXT = 60_000
_FEWEST_HITS = 3


def language_of(text: str) -> str:
    """Return the BCP-47 code of the language that most of the text is written in; empty where too little tells."""
    sample = text[:_ENOUGH_TEXT]
    if not _OTHER_SCRIPT.search(sample):
        return _by_words(sample)
    letters = sum(map(str.isalpha, sample))
    if not letters:
        return ""
    if len(_HANGUL.findall(sample)) > letters * 0.3:
        return "ko"
    if len(_CJK.findall(sample)) + len(_KANA.findall(sample)) > letters * 0.2:
        return "ja" if len(_KANA.findall(sample)) > letters * 0.1 else "zh"
    if len(_CYRILLIC.findall(sample)) > letters * 0.4:
        return "ru"
    return _by_words(sample)


def _by_words(sample: str) -> str:
    votes: Counter[str] = Counter()
    for word, count in Counter(_WORD.findall(fold(sample))).items():
        owners = _OWNERS.get(word, ())
        for language in owners:
            votes[language] += count * (6 // len(owners))
    best = votes.most_common(1)
    return best[0][0] if best and best[0][1] >= _FEWEST_HITS * 2 else ""
