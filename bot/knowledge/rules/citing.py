"""Rules on sources: every document, number and article is one that was read and is in force."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bot.knowledge.answer import CITATION, citation_of
from bot.knowledge.articles import read_articles
from bot.knowledge.citation import Cited, read_citation
from bot.knowledge.rules.finding import Case, Rule
from bot.knowledge.sources import CURRENT, SUPERSEDED, Document

_TITLE = re.compile(r"《([^》]+)》")


def _no_source(case: Case) -> Iterator[str]:
    if not case.metadata.sources:
        yield "没有写依据。请在 sources 里写明文件、文号和条文。"


def _citation_missing(case: Case) -> Iterator[str]:
    for text in case.texts:
        if not citation_of(text).startswith(CITATION) or text.count(CITATION) != 1:
            yield f"最后一行要以“{CITATION}”开头，而且只有这一处。"


def _unreadable(case: Case) -> Iterator[str]:
    for text in case.texts:
        if citation_of(text).startswith(CITATION):
            try:
                list(read_citation(citation_of(text)))
            except ValueError as exc:
                yield f"依据这样写看不懂：“{exc}”。写法：《全称》（文号，日期施行）第X条；……"


def _named(case: Case) -> list[Cited]:
    """Every document named, in the metadata and in the citation lines; each once."""
    found = [
        Cited(s.document, s.number, s.article, s.in_force_since) for s in case.metadata.sources
    ]
    for text in case.texts:
        try:
            found += read_citation(citation_of(text))
        except ValueError:
            continue  # `unreadable` says so
    return list(dict.fromkeys(found))


def _known(case: Case) -> Iterator[tuple[Cited, Document]]:
    for cited in _named(case):
        if (document := case.sources.find(cited.title, cited.number)) is not None:
            yield cited, document


def _unknown_document(case: Case) -> Iterator[str]:
    for title in dict.fromkeys(cited.title for cited in _named(case)):
        if not case.sources.titled(title):
            yield f"《{title}》不在依据清单里。核对原文后先写进 data/knowledge/sources.yml。"


def _wrong_number(case: Case) -> Iterator[str]:
    for title, number in dict.fromkeys((c.title, c.number) for c in _named(case)):
        known = [document.number or "只写文件名" for document in case.sources.titled(title)]
        if known and case.sources.find(title, number) is None:
            written = number or "（没有写）"
            yield f"《{title}》的文号写成了“{written}”，依据清单里是：{'；'.join(known)}。"


def _wrong_date(case: Case) -> Iterator[str]:
    for cited, document in _known(case):
        if cited.in_force_since != document.in_force_since:
            written, known = cited.in_force_since or "空", document.in_force_since or "不写"
            yield f"《{cited.title}》的施行日写成了“{written}”，依据清单里是“{known}”。"


def _standing(status: Callable[[str], bool], why: str) -> Callable[[Case], Iterator[str]]:
    """A rule that refuses documents of a status, and their numbers anywhere in a text."""

    def check(case: Case) -> Iterator[str]:
        cited = {document for _, document in _known(case)}
        for document in case.sources.not_to_be_cited():
            short = document.short_number
            in_text = bool(short) and any(short in text for text in case.texts)
            if status(document.status) and (in_text or document in cited):
                instead = f"，改引{document.superseded_by}" if document.superseded_by else ""
                yield f"《{document.title}》{document.number}{why}{instead}。"

    return check


def _unsupported_article(case: Case) -> Iterator[str]:
    for cited, document in _known(case):
        try:
            places = read_articles(cited.article)
        except ValueError as exc:
            yield f"《{cited.title}》的条文“{exc}”写法看不懂。写法：第七条第四款、一（四）、第三部分。"
            continue
        for place in places:
            if document.confidence_of(place) is None:
                yield f"《{cited.title}》{place}没有核对过。核对原文后先写进依据清单，或者只写文件名。"


def _overconfident(case: Case) -> Iterator[str]:
    """An answer is no surer than the weakest thing it rests on."""
    for cited, document in _known(case):
        if case.metadata.confidence == "A" and _weakest(cited, document) == "B":
            yield f"《{cited.title}》{cited.article}只有 B 级把握，这个回答不能标 A。"


def _weakest(cited: Cited, document: Document) -> str:
    try:
        places = read_articles(cited.article)
    except ValueError:
        return document.confidence
    return max((document.confidence_of(place) or "" for place in places), default="") or (
        document.confidence
    )


def _apart(case: Case) -> Iterator[str]:
    """Metadata and citation line say the same; the metadata may also name what the body names."""
    titles = {source.document for source in case.metadata.sources}
    for text in case.texts:
        for title in dict.fromkeys(_TITLE.findall(citation_of(text))):
            if title not in titles:
                yield f"依据行里的《{title}》没有写进 sources。"
    for source in case.metadata.sources:
        for part in (source.document, source.number, source.article, source.in_force_since):
            if part not in case.answer.text:
                yield f"sources 里的“{part}”在正文里没有出现。"


RULES = (
    Rule("no_source", "没有依据", _no_source),
    Rule("citation_missing", "正文没有以“依据：”结尾", _citation_missing),
    Rule("citation_unreadable", "依据行写法不对", _unreadable),
    Rule("unknown_document", "引用了依据清单以外的文件", _unknown_document),
    Rule("wrong_number", "文号不对", _wrong_number),
    Rule("wrong_date", "施行日不对", _wrong_date),
    Rule(
        "superseded",
        "引用了已被取代的文件",
        _standing(lambda status: status == SUPERSEDED, "已被取代，不能引用"),
    ),
    Rule(
        "uncertain",
        "引用了还没有核实的文件",
        _standing(lambda status: status not in (SUPERSEDED, CURRENT), "还没有核实，不能引用"),
    ),
    Rule("unsupported_article", "引用了没有核对过的条文", _unsupported_article),
    Rule("overconfident", "把握等级高于依据", _overconfident),
    Rule("sources_apart", "sources 与依据行不一致", _apart),
)
