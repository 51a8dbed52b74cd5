"""Passwords, one-time codes and lists of branches: the rules alone."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

import pyotp
import pytest

from casestore.domain.branches import branch_problems, names_of, superiors
from casestore.domain.one_time import STEP_SECONDS, enrolment_uri, new_step
from casestore.domain.passwords import LONGEST, password_problem
from casestore.domain.staff import (
    RIGHTS,
    Branch,
    Officer,
    Right,
    StaffRole,
    is_username,
    role_names,
)
from casestore.service.limits import invitation_try
from casestore.service.tokens import code_hash, new_code, new_secret
from tests.officers import SECRET

# Passwords


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "three-old-locust-trees",
        "k7#mPq2vX9wz",
        "我家门口有三棵老槐树和一口井",
        "k7#mPq2vX9wz" * 10,
        " leading and trailing blanks ",
    ],
)
def test_long_passwords_of_ones_own_are_taken_whatever_they_are_made_of(password: str) -> None:
    assert password_problem(password, ("liming", "李明")) is None


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password2024!",
        "P@ssw0rd1234",
        "qwertyuiop12",
        "1qaz2wsx3edc",
        "123456789012",
        "987654321098",
        "abcdefghijkl",
        "lovelovelovelove",
        "woaini5201314",
        "zhongguo888888",
        "admin@2026admin",
        "xiaobao-yinhang-2026",
        "liming19880808",
        "李明李明李明-2026!!",
        "aaaabbbbcccc",
        "!!!!@@@@####",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert "猜到" in str(password_problem(password, ("liming", "李明")))


@pytest.mark.parametrize(("length", "words"), [(11, "太短"), (LONGEST + 1, "太长")])
def test_the_length_is_bounded_on_both_sides(length: int, words: str) -> None:
    assert words in str(password_problem(("k7#mPq2vX9wz" * 12)[:length]))


def test_a_name_of_one_letter_is_no_reason_to_refuse() -> None:
    assert password_problem("three old locust trees", ("e",)) is None


# One-time codes

MOMENT = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_counts_one_step_early_or_late_and_gives_its_step(steps: int) -> None:
    secret = new_secret()
    shown = pyotp.TOTP(secret).at(MOMENT + timedelta(seconds=STEP_SECONDS * steps))
    step = int(MOMENT.timestamp()) // STEP_SECONDS + steps
    assert new_step(secret, shown, MOMENT, last_step=0) == step
    assert new_step(secret, f"{shown[:3]} {shown[3:]}", MOMENT, last_step=step - 1) == step
    assert new_step(secret, shown, MOMENT, last_step=step) is None


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_code_counts_no_longer(steps: int) -> None:
    shown = pyotp.TOTP(SECRET).at(MOMENT + timedelta(seconds=STEP_SECONDS * steps))
    assert new_step(SECRET, shown, MOMENT, last_step=0) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34\n56"])
def test_what_is_no_code_is_refused(code: str) -> None:
    assert new_step(SECRET, code, MOMENT, last_step=0) is None


def test_an_authenticator_is_told_issuer_account_and_secret() -> None:
    uri = enrolment_uri(SECRET, "liming")
    parsed = pyotp.parse_uri(uri)
    assert (parsed.secret, parsed.name, parsed.issuer) == (
        SECRET,
        "liming",
        "小保投诉台",
    )


def test_an_invitations_code_is_long_and_may_be_typed_carelessly() -> None:
    codes = {new_code() for _ in range(100)}
    assert len(codes) == 100
    assert all(len(code.replace("-", "")) == 24 for code in codes)
    assert code_hash("0123l-ABCDE") == code_hash(" o1231 abcde ")
    assert code_hash("0123l-ABCDE") != code_hash("01231-ABCDF")


def test_an_endless_address_is_cut() -> None:
    subject, _limit = invitation_try("a" * 500).place
    assert len(subject) < 100


# Roles


def test_an_officer_may_what_one_of_the_roles_may() -> None:
    both = Officer("li", "李", frozenset({StaffRole.CLERK, StaffRole.AUDITOR}))
    assert both.rights == RIGHTS[StaffRole.CLERK] | RIGHTS[StaffRole.AUDITOR]
    assert both.may(Right.AUDIT)
    assert not both.may(Right.HANDLE)
    assert Officer("li", "李").rights == frozenset()


def test_every_right_is_some_roles() -> None:
    assert frozenset().union(*RIGHTS.values()) == frozenset(Right)
    assert RIGHTS.keys() == set(StaffRole)


def test_keeping_accounts_goes_with_seeing_no_case() -> None:
    assert RIGHTS[StaffRole.ADMIN] == {Right.ADMINISTER}
    assert [role for role in StaffRole if Right.ADMINISTER in RIGHTS[role]] == [StaffRole.ADMIN]


def test_roles_are_named_in_the_order_of_the_posts() -> None:
    assert role_names([StaffRole.ADMIN, StaffRole.CLERK]) == "登记员、管理员"


@pytest.mark.parametrize("name", ["", "Li", "1li", "li ming", "李明", "l" * 51, "li\n"])
def test_what_is_no_user_name(name: str) -> None:
    assert not is_username(name)


# Branches


def known(*branches: Branch) -> Mapping[str, Branch]:
    return {branch.code: branch for branch in branches}


HEAD, CITY, ROAD = Branch("1", "分行"), Branch("2", "城区", "1"), Branch("3", "人民路支行", "2")


def test_superiors_go_up_to_the_top() -> None:
    assert superiors("3", known(HEAD, CITY, ROAD)) == ["2", "1"]
    assert superiors("1", known(HEAD)) == []
    assert superiors("9", known(HEAD)) == []


def test_a_circle_ends_and_is_refused() -> None:
    turned = known(Branch("1", "a", "2"), Branch("2", "b", "1"))
    assert superiors("1", turned) == ["2", "1"]
    assert branch_problems(turned["1"], turned, names_of(turned)) == {"parent": "上级绕成了一圈"}
    own = known(Branch("1", "a", "1"))
    assert "parent" in branch_problems(own["1"], own, names_of(own))


@pytest.mark.parametrize(
    ("branch", "fields"),
    [
        (Branch("4", "南门支行", "2"), set()),
        (Branch("4", "人民路支行", "2"), {"name"}),
        (Branch("4", "", "2"), {"name"}),
        (Branch("4", "长" * 101), {"name"}),
        (Branch("4", "半\ud800"), {"name"}),
        (Branch("", "南门支行"), {"code"}),
        (Branch("a/b", "南门支行"), {"code"}),
        (Branch("4" * 21, "南门支行"), {"code"}),
        (Branch("4", "南门支行", "9"), {"parent"}),
        (Branch("四", "", "9"), {"code", "name", "parent"}),
    ],
)
def test_a_branch_has_a_code_a_name_of_its_own_and_a_superior_that_exists(
    branch: Branch, fields: set[str]
) -> None:
    after = {**known(HEAD, CITY, ROAD), branch.code: branch}
    assert set(branch_problems(branch, after, names_of(after))) == fields
