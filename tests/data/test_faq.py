"""The vetted answers: form, sources, and promises they must not make."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date

import pytest

from tests.data.corpus import (
    CITATION,
    answers,
    body,
    citation,
    faq_files,
    variables,
)

THEMES = {
    "card_safety",
    "card_lost",
    "card_fraud",
    "card_swallowed",
    "card_lending",
    "counterfeit",
    "torn_notes",
    "fees",
    "illegal_fundraising",
    "telecom_fraud",
    "ebanking_safety",
    "personal_info",
    "wealth_products",
    "loans_credit",
    "deposit_insurance",
    "consumer_rights",
    "complaint_process",
}
KEY = re.compile(r"[a-z_]+\.[a-z0-9]+(_[a-z0-9]+)*")
METADATA = {"title", "sources", "confidence", "owner", "status", "checked_on", "review_due"}
SOURCE = {"document", "number", "article", "in_force_since", "facts"}
DESCRIBED = {"中国人民银行文件", "中国人民银行公告", "国家发展改革委文件"}
"""Documents known by number only; the title is not in the sheet of checked facts."""
SUPERSEDED = (
    "保监会令2013年第8号",
    "银监办发〔2018〕13号",
    "银发〔2016〕314号",
    "银办发〔2013〕107号",
    "令〔2003〕第4号",
    "令〔2003〕第7号",
    "银发〔2009〕18号",
    "银发〔2009〕142号",
    "银发〔2015〕264号",
    "公告2023年第1号",
    "银办发〔2014〕73号",
    "令〔2007〕第2号",
    "令〔2022〕第1号",
    "银发〔2007〕280号",
)
"""Repealed or replaced; the last one is not confirmed to have survived the exchange rule of 2026."""
PROMISES = re.compile(
    r"一定(能|会|可以)?(赔|退|追回)|包(赔|退)|肯定(能|会)?(赔|退|追回)|全额赔|承诺赔"
    r"|保证(能|会)?(赔|退|追回|解除)|百分之百(赔|退)"
)
SECRETS = re.compile(
    r"(请|需要)(您)?(提供|发送|发来|发给|告诉|回复|输入|报一下)"
    r"[^，。；：]{0,12}(密码|验证码|CVV|安全码|后三位|有效期)"
)


# -- form --------------------------------------------------------------------------------------


def test_all_themes_are_there_with_enough_answers() -> None:
    count = Counter(answer.theme for answer in answers().values())
    assert set(faq_files()) == set(count) == THEMES
    assert min(count.values()) >= 3
    assert sum(count.values()) >= 50


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_every_question_has_exactly_one_answer_under_its_themes_key(theme: str) -> None:
    file = faq_files()[theme]
    questions = [item["intent"] for item in file["nlu"]]
    assert len(questions) == len(set(questions))
    assert {f"utter_{question}" for question in questions} == set(file["responses"])
    assert all(len(variants) == 1 for variants in file["responses"].values())
    keys = [question.removeprefix("faq/") for question in questions]
    assert [key for key in keys if not KEY.fullmatch(key) or key.split(".")[0] != theme] == []


def test_answers_are_short_and_end_with_their_sources() -> None:
    texts = {answer.id: answer.text for answer in answers().values()}
    assert {key: len(text) for key, text in texts.items() if len(text) > 600} == {}
    assert [a.id for a in answers().values() if not citation(a).startswith(CITATION)] == []
    assert [key for key, text in texts.items() if text.count(CITATION) != 1] == []


def test_only_hotline_and_its_hours_are_filled_in() -> None:
    unknown = {a.id: variables(a.text) - {"hotline", "hotline_hours"} for a in answers().values()}
    assert {key: names for key, names in unknown.items() if names} == {}
    filled = [re.sub(r"{hotline(_hours)?}", "", answer.text) for answer in answers().values()]
    assert [text for text in filled if "{" in text or "}" in text] == []


def test_metadata_is_complete() -> None:
    for answer in answers().values():
        assert set(answer.metadata) == METADATA, answer.id
        assert answer.metadata["confidence"] in {"A", "B"}, answer.id
        assert answer.metadata["status"] in {"draft", "approved"}, answer.id
        assert answer.metadata["owner"].strip(), answer.id
        assert answer.metadata["sources"], answer.id


def test_titles_fit_a_button_and_are_unique() -> None:
    titles = Counter(answer.title for answer in answers().values())
    assert [title for title in titles if not 0 < len(title) <= 18] == []
    assert [title for title, times in titles.items() if times > 1] == []


def test_dates_are_iso_strings_and_the_review_follows_the_check() -> None:
    for answer in answers().values():
        checked, due = answer.metadata["checked_on"], answer.metadata["review_due"]
        assert isinstance(checked, str) and isinstance(due, str), answer.id
        assert date.fromisoformat(checked) < date.fromisoformat(due), answer.id


# -- sources -----------------------------------------------------------------------------------


def test_every_source_stands_in_the_text() -> None:
    for answer in answers().values():
        for source in answer.metadata["sources"]:
            assert {"document", "facts"} <= set(source) <= SOURCE, answer.id
            for key in ("document", "number", "article", "in_force_since"):
                assert source.get(key, "") in answer.text, (answer.id, key)


def test_every_document_of_the_citation_is_a_source() -> None:
    for answer in answers().values():
        named = set(re.findall(r"《([^》]+)》", citation(answer)))
        assert named <= {source["document"] for source in answer.metadata["sources"]}, answer.id


def test_a_document_has_the_same_number_and_date_everywhere() -> None:
    known: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for answer in answers().values():
        for source in answer.metadata["sources"]:
            cited = (source.get("number", ""), source.get("in_force_since", ""))
            known[source["document"]].add(cited)
    different = {document for document, cited in known.items() if len(cited) > 1}
    assert different <= DESCRIBED


def test_sources_are_in_force_on_the_day_of_the_check() -> None:
    for answer in answers().values():
        dates = [
            source.get("in_force_since", "2000-01-01") for source in answer.metadata["sources"]
        ]
        assert all(date.fromisoformat(day) for day in dates), answer.id
        assert max(dates) <= answer.metadata["checked_on"], answer.id


def test_superseded_documents_are_never_cited() -> None:
    found = [(a.id, old) for a in answers().values() for old in SUPERSEDED if old in a.text]
    assert found == []


# -- conduct -----------------------------------------------------------------------------------


def test_nothing_is_promised() -> None:
    found = {a.id: m.group() for a in answers().values() if (m := PROMISES.search(a.text))}
    assert found == {}


def test_secrets_are_never_asked_for() -> None:
    found = {a.id: m.group() for a in answers().values() if (m := SECRETS.search(a.text))}
    assert found == {}


@pytest.mark.parametrize("text", ["我们包赔", "一定会退给您", "保证追回", "肯定能赔"])
def test_the_watch_for_promises_would_catch(text: str) -> None:
    assert PROMISES.search(text)


@pytest.mark.parametrize("text", ["请提供您的验证码", "请您发送卡片密码", "需要告诉我们背面安全码"])
def test_the_watch_for_secrets_would_catch(text: str) -> None:
    assert SECRETS.search(text)


def test_the_regulator_is_called_by_its_present_name() -> None:
    name = "国家金融监督管理总局（金融监管总局）"
    assert [a.id for a in answers().values() if "12378" in a.text and name not in a.text] == []
    assert [a.id for a in answers().values() if re.search("银保监会|银监会", body(a))] == []


def test_what_the_chat_cannot_do_yet_is_sent_to_the_hotline() -> None:
    """Withdrawal and documents are not taken in the chat; see the commands of bot/intake."""
    for key in ("withdraw", "what_needed", "agent_or_heir"):
        text = answers()[f"complaint_process.{key}"].text
        assert "{hotline}" in text and re.search(r"还不能|暂时不能", text), key
    offered = re.compile(
        r"在(这里|聊天里)(?!还不能|暂时不能)[^，。；]{0,6}(撤回|补充|上传|评价|打分)"
    )
    assert [a.id for a in answers().values() if offered.search(a.text)] == []


def test_status_is_offered_with_number_and_last_four_digits() -> None:
    text = answers()["complaint_process.how_to"].text
    assert "编号" in text and "后四位" in text
