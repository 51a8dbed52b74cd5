"""One faultless answer, the documents it may cite, and files to work on."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from bot.knowledge.answer import Answer, Metadata, Variant
from bot.knowledge.catalogue import load_catalogue
from bot.knowledge.sources import Article, Document, Sources

TODAY = date(2026, 12, 1)
RULE = "存款保险条例"
CITATION = "依据：《存款保险条例》（国务院令第660号，2015-05-01施行）第五条"
TEXT = f"最多赔 50 万元，请拨打 {{hotline}}（{{hotline_hours}}）问。\n{CITATION}"
SOURCE = {
    "document": RULE,
    "number": "国务院令第660号",
    "article": "第五条",
    "in_force_since": "2015-05-01",
    "facts": "12",
}
METADATA: dict[str, Any] = {
    "title": "存款保险最多赔多少",
    "sources": [SOURCE],
    "confidence": "A",
    "owner": "个人金融部",
    "status": "draft",
    "checked_on": "2026-11-23",
    "review_due": "2027-05-23",
    "related": [],
    "follow_up": ["call"],
}
ID = "deposit_insurance.limit"


def _document(title: str, number: str, status: str = "current", **more: Any) -> Document:
    return Document(title, number, "国务院", status, more.pop("confidence", "A"), **more)


SOURCES = Sources(
    (
        _document(
            RULE,
            "国务院令第660号",
            in_force_since="2015-05-01",
            articles={"第五条第一款": Article("限额", "A"), "第九条": Article("保费", "B")},
        ),
        _document("旧办法", "中国人民银行令〔2003〕第4号", "superseded", superseded_by="新办法"),
        _document("草案", "金规〔2026〕9号", "uncertain", confidence="C"),
    )
)


def answer(key: str = ID, text: str = TEXT, wechat: str = "", **metadata: Any) -> Answer:
    """A faultless answer but for what is given; None takes a key of the metadata away."""
    raw = {k: v for k, v in {**METADATA, **metadata}.items() if v is not None}
    variants = (Variant(text), *((Variant(wechat, "wechat"),) if wechat else ()))
    return Answer(key, variants, ("存款保险",), Metadata.read(raw))


FAQ_FILE = """\
version: "3.1"
nlu:
- intent: faq/deposit_insurance.limit
  examples: |
    - 存款保险赔多少
- intent: faq/deposit_insurance.premium
  examples: |
    - 保费谁交
responses:
  # 银行给的限额，改动前先问法规部
  utter_faq/deposit_insurance.limit:
  - text: |-
      最多赔 50 万元，请拨打 {hotline}（{hotline_hours}）问。
      依据：《存款保险条例》（国务院令第660号，2015-05-01施行）第五条
    metadata:
      title: 存款保险最多赔多少
      sources:
      - document: 存款保险条例
        number: 国务院令第660号
        article: 第五条
        in_force_since: "2015-05-01"
        facts: "12"
      confidence: A
      owner: 个人金融部
      status: draft
      checked_on: "2026-11-23"  # 第一次核对
      review_due: "2027-05-23"
      related:
      - deposit_insurance.premium
      follow_up: [call]
  utter_faq/deposit_insurance.premium:
  - text: |-
      保费由银行交，您不用交。
      依据：《存款保险条例》（国务院令第660号，2015-05-01施行）第九条
    metadata:
      title: 存款保险要交钱吗
      sources:
      - document: 存款保险条例
        number: 国务院令第660号
        article: 第九条
        in_force_since: "2015-05-01"
        facts: "12"
      confidence: B
      owner: 个人金融部
      status: approved
      approved_by: 王芳
      approved_on: "2026-11-25"
      checked_on: "2026-11-23"
      review_due: "2027-05-23"
"""
SOURCES_FILE = """\
documents:
- title: 存款保险条例
  number: 国务院令第660号
  issuer: 国务院
  in_force_since: "2015-05-01"
  status: current
  confidence: A
  articles:
    第五条: {confidence: A, says: 限额}
    第九条: {confidence: B, says: 保费}
"""
PREMIUM = "deposit_insurance.premium"


def write_files(folder: Path) -> tuple[Path, Path]:
    """A folder of answers and a list of sources under `folder`."""
    faq, sources = folder / "faq", folder / "sources.yml"
    faq.mkdir()
    (faq / "deposit_insurance.yml").write_text(FAQ_FILE, encoding="utf-8")
    sources.write_text(SOURCES_FILE, encoding="utf-8")
    return faq, sources


def read_answer(faq: Path, key: str) -> Answer:
    return load_catalogue(faq)[key]
