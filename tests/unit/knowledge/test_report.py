"""What staff see of the answers: open questions, reviews to come."""

from __future__ import annotations

from datetime import date, timedelta

from bot.knowledge import report
from bot.knowledge.feedback import Miss, MissKind
from tests.fakes import NOW
from tests.unit.knowledge.kit import ID, TODAY, answer

ANSWERS = {ID: answer()}


def miss(text: str, day: int = 0, label: str = f"faq/{ID}", **kind: MissKind) -> Miss:
    return Miss(kind.get("kind", MissKind.UNKNOWN), text, label, NOW + timedelta(days=day))


def test_like_questions_are_one_line_with_how_often_and_since_when() -> None:
    found = report.questions(
        [
            miss("数字人民币钱包怎么开", 0, kind=MissKind.NONE_OF_THESE),
            miss("外币兑换要预约吗", 1, label="out_of_scope"),
            miss("怎么开数字人民币钱包", 2),
            miss("数字人民币钱包怎么开呀", 3),
        ],
        ANSWERS,
    )
    assert found["missed"] == 4
    first, second = found["questions"]
    assert first["question"] in {"数字人民币钱包怎么开", "数字人民币钱包怎么开呀"}
    assert (first["times"], first["kind"], first["theme"]) == (3, "unknown", "存款保险与储蓄")
    assert first["first_seen"] == NOW.isoformat()
    assert first["last_seen"] == (NOW + timedelta(days=3)).isoformat()
    assert (second["question"], second["theme"]) == ("外币兑换要预约吗", "")


def test_of_very_many_questions_the_newest_are_grouped_and_all_counted() -> None:
    words = [chr(0x4E00 + n) * 3 for n in range(report.MOST_GROUPED + 50)]
    found = report.questions([miss(word) for word in words], ANSWERS)
    assert found["missed"] == report.MOST_GROUPED + 50
    assert [line["question"] for line in found["questions"]] == words[50:150]


def test_a_long_question_is_cut_and_an_empty_one_still_counts() -> None:
    lines = report.questions([miss("问" * 300), miss(" ")], ANSWERS)["questions"]
    assert [line["question"] for line in lines] == ["问" * report.LONGEST_QUESTION, "（空白）"]


def test_reviews_to_come_are_listed_the_oldest_first_with_who_answers_for_them() -> None:
    answers = {
        "fees.late": answer("fees.late", review_due="2026-11-01", owner="财务部"),
        "fees.soon": answer("fees.soon", review_due="2027-02-01", valid_until="2027-03-01"),
        "fees.far": answer("fees.far", review_due="2027-03-02", status="approved"),
    }
    found = report.standing(answers, TODAY)
    assert (found["answers_total"], found["drafts_total"], found["due_total"]) == (3, 2, 2)
    assert found["due"] == [
        {
            "id": "fees.late",
            "title": "存款保险最多赔多少",
            "theme": "服务收费",
            "owner": "财务部",
            "status": "draft",
            "review_due": "2026-11-01",
            "valid_until": None,
        },
        {
            "id": "fees.soon",
            "title": "存款保险最多赔多少",
            "theme": "服务收费",
            "owner": "个人金融部",
            "status": "draft",
            "review_due": "2027-02-01",
            "valid_until": "2027-03-01",
        },
    ]


def test_an_answer_without_a_readable_date_does_not_spoil_the_report() -> None:
    answers = {
        "fees.none": answer("fees.none", review_due=None),
        "fees.wrong": answer("fees.wrong", review_due="2026年底"),
        "fees.end": answer("fees.end", review_due="2026-12-01", valid_until="年底"),
    }
    (line,) = report.standing(answers, date(2026, 12, 1))["due"]
    assert (line["id"], line["valid_until"]) == ("fees.end", None)
