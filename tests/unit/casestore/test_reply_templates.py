"""Templates fit the classification, have blanks to fill, and cite rules by name and number."""

import re

import pytest

from casestore.domain import sensitive
from casestore.domain.reply_template import ReplyTemplate, best_first
from casestore.domain.taxonomy import BUSINESSES, REASONS
from casestore.storage.reply_templates import reply_templates

TEMPLATES = reply_templates()


def test_keys_are_given_once_and_one_fits_everything() -> None:
    keys = [template.key for template in TEMPLATES]
    assert len(set(keys)) == len(keys)
    assert any(template.fit("没有的业务", "没有的原因") for template in TEMPLATES)


@pytest.mark.parametrize(
    ("business", "reason", "key"),
    [
        ("借记卡", "因金融机构管理制度、业务规则与流程引起的投诉", "generic"),
        ("信用卡", "因营销方式和手段引起的投诉", "generic"),
        ("借记卡", "因定价收费引起的投诉", "fees"),
        ("自营理财", "因营销方式和手段引起的投诉", "wealth"),
        ("个人金融信息", "因消费者信息安全引起的投诉", "personal_information"),
        ("账户管理", "因金融机构管理制度、业务规则与流程引起的投诉", "account_control"),
    ],
)
def test_the_first_template_offered_is_about_the_matter(
    business: str, reason: str, key: str
) -> None:
    assert best_first(TEMPLATES, business, reason)[0].key == key


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.key)
def test_a_template_names_classes_of_the_standard(template: ReplyTemplate) -> None:
    assert template.businesses <= set(BUSINESSES)
    assert template.reasons <= set(REASONS)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.key)
def test_no_part_can_be_sent_unfilled(template: ReplyTemplate) -> None:
    for part in (template.facts, template.decision, template.basis):
        assert re.search("【[^】]+】", part)
        assert sensitive.problems(part) == ()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.key)
def test_a_cited_rule_has_its_number(template: ReplyTemplate) -> None:
    # Laws of the National People's Congress have no document number.
    for title, follows in re.findall("《([^》]+)》(（[^）]*）|)", template.basis):
        if title.startswith("中华人民共和国") or title == "假币收缴凭证":
            continue
        assert re.search("令|〔[0-9]{4}〕", follows), title
