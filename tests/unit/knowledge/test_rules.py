"""Every rule finds the fault planted for it, and nothing in an answer without fault."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from bot.knowledge.answer import Answer, Variant
from bot.knowledge.rules import RULES, check, errors
from tests.unit.knowledge.kit import CITATION, ID, SOURCE, SOURCES, TEXT, TODAY, answer


def cited(citation: str, **source: str) -> Answer:
    """An answer with that citation line, its metadata agreeing where `source` says so."""
    return answer(text=f"最多赔 50 万元。\n依据：{citation}", sources=[{**SOURCE, **source}])


def approved(**metadata: str) -> Answer:
    signed = {"status": "approved", "approved_by": "王芳", "approved_on": "2026-11-25"}
    return answer(**{**signed, **metadata})


def with_variants(*variants: Variant) -> Answer:
    return replace(answer(), variants=variants)


OLD = "《旧办法》（中国人民银行令〔2003〕第4号）"
PLANTED: dict[str, list[Answer]] = {
    "no_source": [answer(sources=[])],
    "citation_missing": [
        answer(text="最多赔 50 万元。"),
        answer(text=f"{TEXT}\n{CITATION}"),
        answer(wechat="最多 50 万元。"),
    ],
    "citation_unreadable": [cited("存款保险条例第五条"), cited("《存款保险条例")],
    "unknown_document": [
        cited("《没有的办法》（银发〔2020〕1号）", document="没有的办法", number="银发〔2020〕1号"),
        answer(text=f"{TEXT}；《没有的办法》"),
        answer(sources=[SOURCE, {"document": "没有的办法", "facts": "1"}]),
    ],
    "wrong_number": [
        cited(
            "《存款保险条例》（国务院令第661号，2015-05-01施行）第五条", number="国务院令第661号"
        ),
        cited("《存款保险条例》（2015-05-01施行）第五条"),
    ],
    "wrong_date": [
        cited(
            "《存款保险条例》（国务院令第660号，2015-05-02施行）第五条", in_force_since="2015-05-02"
        ),
        cited("《存款保险条例》（国务院令第660号）第五条"),
    ],
    "superseded": [
        answer(text=f"{TEXT}；{OLD}"),
        answer(text=f"按令〔2003〕第4号，{TEXT}"),
        answer(sources=[SOURCE, {"document": "旧办法", "number": "中国人民银行令〔2003〕第4号"}]),
        answer(wechat=f"{TEXT}；{OLD}"),
    ],
    "uncertain": [
        answer(text=f"{TEXT}；《草案》（金规〔2026〕9号）"),
        answer(text=f"按金规〔2026〕9号，{TEXT}"),
    ],
    "unsupported_article": [
        cited("《存款保险条例》（国务院令第660号，2015-05-01施行）第六条", article="第六条"),
        cited("《存款保险条例》（国务院令第660号，2015-05-01施行）第五条第二款"),
        cited("《存款保险条例》（国务院令第660号，2015-05-01施行）第九条第一款"),
        cited("《存款保险条例》（国务院令第660号，2015-05-01施行）第五条至第九条"),
        cited("《存款保险条例》（国务院令第660号，2015-05-01施行）第五条等"),
        answer(sources=[{**SOURCE, "article": "第六条"}]),
    ],
    "overconfident": [
        cited("《存款保险条例》（国务院令第660号，2015-05-01施行）第五条、第九条"),
    ],
    "sources_apart": [
        answer(sources=[{**SOURCE, "article": "第五条第一款"}]),
        answer(text=f"{TEXT}；《旧办法》"),
    ],
    "too_long": [answer(text="长" * 601 + "\n" + CITATION), answer(wechat="长" * 601 + CITATION)],
    "wechat_too_long": [answer(wechat="长" * 700 + "\n" + CITATION)],
    "promise": [
        answer(text=f"{words}。\n{CITATION}")
        for words in ("我们包赔", "一定会退给您", "保证追回", "肯定能赔", "全额赔")
    ]
    + [answer(wechat=f"包退\n{CITATION}")],
    "secret": [
        answer(text=f"{words}。\n{CITATION}")
        for words in ("请提供您的验证码", "请您发送卡片密码", "需要告诉我们背面安全码")
    ],
    "braces": [answer(text=f"找 {{branch}}，{TEXT}"), answer(wechat=f"多了 }} {TEXT}")],
    "regulator": [
        answer(text=f"可拨 12378。\n{CITATION}"),
        answer(text=f"银保监会规定，{TEXT}"),
    ],
    "title": [answer(title="字" * 19), answer(title=""), answer(title="保费谁来交")],
    "variants": [
        with_variants(Variant(TEXT), Variant(TEXT)),
        with_variants(Variant(TEXT, "web")),
        with_variants(Variant(TEXT), Variant(TEXT, "sms")),
    ],
    "fields": [
        answer(owner=None),
        answer(review_due=""),
        answer(aproved_by="王芳"),
        answer(confidence="C"),
        answer(status="ready"),
    ],
    "dates": [
        answer(checked_on=date(2026, 11, 23)),
        answer(review_due="2027-5-23"),
        answer(review_due="2027-02-30"),
        answer(review_due="2026-11-23"),
        answer(valid_from="2027-01-01", valid_until="2026-12-31"),
        answer(checked_on="2015-04-30"),
    ],
    "expired": [answer(valid_until="2026-11-30")],
    "approval": [
        approved(approved_by=""),
        approved(approved_on=""),
        approved(approved_by="小保项目组"),
        approved(written_by="王芳"),
        approved(approved_on="2026-11-22"),
        approved(approved_on="2026-12-02"),
        answer(approved_by="王芳"),
    ],
    "related": [
        answer(related=["fees.nothing"]),
        answer(related=[ID]),
        answer(related=["deposit_insurance.premium"] * 2),
        answer(follow_up=["phone"]),
        answer(follow_up=["call", "call"]),
    ],
    "review_overdue": [answer(review_due="2026-11-30")],
}
OTHER = answer("deposit_insurance.premium", title="保费谁来交")


def found(subject: Answer) -> dict[str, list[str]]:
    """Messages about `subject` by rule, with another answer beside it."""
    findings = check({OTHER.id: OTHER, subject.id: subject}, SOURCES, TODAY, only=[subject.id])
    return {f.rule: [g.message for g in findings if g.rule == f.rule] for f in findings}


@pytest.mark.parametrize(
    "faultless",
    [
        answer(),
        approved(),
        answer(wechat=f"最多 50 万元。\n{CITATION}", related=["deposit_insurance.premium"]),
        answer(valid_from="2026-12-01", valid_until="2026-12-02", review_due="2026-12-01"),
        approved(approved_by="王芳", written_by="李明"),
    ],
)
def test_an_answer_without_fault_is_left_alone(faultless: Answer) -> None:
    assert found(faultless) == {}


def test_there_is_a_planted_fault_for_every_rule() -> None:
    assert list(PLANTED) == [rule.name for rule in RULES]


@pytest.mark.parametrize(
    ("rule", "faulty"), [(rule, item) for rule, items in PLANTED.items() for item in items]
)
def test_a_planted_fault_is_found_and_said_in_chinese(rule: str, faulty: Answer) -> None:
    messages = found(faulty)[rule]
    assert all(re.search("[一-龥]", message) for message in messages)
    assert all(message.endswith(("。", "……")) for message in messages)


def test_only_the_overdue_review_is_a_warning() -> None:
    assert [rule.name for rule in RULES if rule.warning] == ["review_overdue"]
    overdue = check({ID: answer(review_due="2026-11-30")}, SOURCES, TODAY)
    assert [finding.rule for finding in overdue] == ["review_overdue"]
    assert errors(overdue) == []


def test_all_answers_are_checked_in_the_order_of_the_rules() -> None:
    findings = check(
        {"a.b": answer("a.b", sources=[]), "a.a": answer("a.a", valid_until="2026-01-01")},
        SOURCES,
        TODAY,
    )
    named = [(finding.answer, finding.rule) for finding in findings]
    assert ("a.b", "no_source") in named
    assert ("a.a", "expired") in named
    order = [rule.name for rule in RULES]
    assert named == sorted(named, key=lambda item: (order.index(item[1]), item[0]))
