"""Masks: how much of a name and a phone each role sees."""

from __future__ import annotations

import pytest

from policyserve.access.masks import masked_name, masked_phone, shown_address, shown_name, shown_phone
from policyserve.access.viewer import ROLES, Role, Scope, Viewer


@pytest.mark.parametrize(
    ("phone", "masked"),
    [("13900000001", "139****0001"), ("+8613900000001", "+86*******0001"), ("12345678", "******78"), ("12", "**"),
     ("1", "*"), (None, None)],
)  # fmt: skip
def test_a_masked_phone_keeps_its_ends(phone: str | None, masked: str | None) -> None:
    assert masked_phone(phone) == masked


@pytest.mark.parametrize(("name", "masked"), [("王小明", "王**"), ("Li Na", "L* N*"), ("王", "王"), (None, None)])
def test_a_masked_name_keeps_the_first_sign_of_each_word(name: str | None, masked: str | None) -> None:
    assert masked_name(name) == masked


def test_each_role_sees_what_the_docs_say() -> None:
    seen = {
        role: (shown_name(viewer, "王小明"), shown_phone(viewer, "13900000001"))
        for role in ROLES
        for viewer in [Viewer(who=role, role=role, scope=Scope(reach="all"))]
    }
    plain, masked = ("王小明", "13900000001"), ("王**", "139****0001")
    assert seen == {
        "agent": plain, "manager": ("王小明", "139****0001"), "clerk": plain, "administrator": masked, "auditor": masked
    }  # fmt: skip


@pytest.mark.parametrize(
    ("role", "seen"), [("agent", "杭州市人民路3号"), ("manager", "杭州市****"), ("auditor", "杭州市****")]
)
def test_who_sees_phones_sees_addresses_and_a_manager_after_asking(role: Role, seen: str) -> None:
    viewer = Viewer(who=role, role=role, scope=Scope(reach="all"))
    assert shown_address(viewer, "杭州市人民路3号") == seen
    assert shown_address(viewer, "杭州市人民路3号", revealed=True) == "杭州市人民路3号"
    assert shown_address(viewer, None) is None
