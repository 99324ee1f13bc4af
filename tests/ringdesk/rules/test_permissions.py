"""permissions: default deny, and nothing is left out of the tables."""

import pytest

from ringdesk.members import EDITABLE
from ringdesk.ops import KINDS, ROW_TYPES
from ringdesk.rules.permissions import DUMPS, OPS, READS, ROLES, may, may_change, may_here, may_read


def test_every_kind_of_op_and_row_is_in_its_table() -> None:
    assert set(OPS) == set(KINDS)
    assert set(ROW_TYPES) <= set(READS)
    assert set(DUMPS.values()) <= set(READS)


def test_the_tables_know_no_other_roles() -> None:
    assert set().union(*OPS.values(), *READS.values()) <= set(ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_what_is_in_no_table_is_not_allowed(role: str) -> None:
    assert not may([role], "member.erase")
    assert not may_read([role], "audit")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_who_has_no_role_may_nothing(kind: str) -> None:
    assert not may([], kind)
    assert not may(["owner"], kind)


def test_rights_of_several_roles_add_up() -> None:
    assert not may(["marketing"], "call.claim")
    assert may(["marketing", "agent"], "call.claim")


def test_marketing_meets_no_member() -> None:
    for kind in ("member.add", "member.update", "call.claim", "call.wrapup"):
        assert not may(["marketing"], kind)
    assert may(["marketing"], "note.add")
    assert not may_read(["marketing"], "calls")


def test_a_cashier_corrects_numbers_only() -> None:
    assert may_change(["cashier"], ["numbers"])
    assert not may_change(["cashier"], ["numbers", "name"])
    assert may_change(["cashier", "agent"], EDITABLE)
    assert not may_change(["marketing"], ["numbers"])
    assert not may_change([], [])


def test_only_those_who_serve_by_telephone_see_numbers_in_clear() -> None:
    clear = {role for role in ROLES if may_read([role], "number")}
    assert clear == {"agent", "senior", "supervisor", "admin"}


@pytest.mark.parametrize("dump", sorted(DUMPS))
def test_a_dump_is_ruled_like_its_rows(dump: str) -> None:
    for role in ROLES:
        assert may_read([role], dump) == may_read([role], DUMPS[dump])


def test_only_who_leads_lets_go_of_what_others_wrote() -> None:
    assert {role for role in ROLES if may_here([role], "outbox.let_go")} == {"supervisor", "admin"}
    assert not may_here(["admin"], "something.else")
