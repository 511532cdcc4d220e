"""The state table of a roster's rows, its sums, and how a line of a sheet is read."""

import pytest

from forms.catalogue import load_catalogue
from server.domain.people import Role
from server.domain.roster import (
    ALLOWED,
    RosterRefused,
    RosterState,
    RowAction,
    RowState,
    Sum,
    next_state,
    reconcile,
    require_reason,
    yuan,
)
from server.domain.roster_entry import columns_of, pays, priced, read_entry, read_fen
from tests.rosters import household, person

AGENT, TOWN = Role.VILLAGE_AGENT, Role.TOWNSHIP_COUNTER
REVIEWERS = {TOWN, Role.DEPARTMENT_REVIEWER, Role.DEPARTMENT_HEAD}
DESKS, ENTERING = REVIEWERS | {AGENT}, {AGENT, TOWN}
OPEN, APPROVED = RosterState.OPEN, RosterState.APPROVED
EXPECTED = {
    (OPEN, RowState.ENTERED, RowAction.AGREE): ("stands", REVIEWERS),
    (OPEN, RowState.ENTERED, RowAction.EXCLUDE): ("excluded", DESKS),
    (OPEN, RowState.ENTERED, RowAction.CORRECT): ("entered", ENTERING),
    (OPEN, RowState.ENTERED, RowAction.OBJECT): ("held", DESKS),
    (OPEN, RowState.STANDS, RowAction.EXCLUDE): ("excluded", REVIEWERS),
    (OPEN, RowState.STANDS, RowAction.OBJECT): ("held", DESKS),
    (OPEN, RowState.EXCLUDED, RowAction.AGREE): ("stands", REVIEWERS),
    (OPEN, RowState.EXCLUDED, RowAction.OBJECT): ("held", DESKS),
    (OPEN, RowState.HELD, RowAction.AGREE): ("stands", REVIEWERS),
    (OPEN, RowState.HELD, RowAction.EXCLUDE): ("excluded", REVIEWERS),
    (APPROVED, RowState.STANDS, RowAction.PAY): ("paid", REVIEWERS),
    (APPROVED, RowState.PAID, RowAction.RETURN): ("returned", REVIEWERS),
    (APPROVED, RowState.RETURNED, RowAction.CORRECT): ("corrected", ENTERING),
    (APPROVED, RowState.CORRECTED, RowAction.PAY): ("paid", REVIEWERS),
    (APPROVED, RowState.CORRECTED, RowAction.CORRECT): ("corrected", ENTERING),
}


@pytest.mark.parametrize("roster", list(RosterState))
@pytest.mark.parametrize("row", list(RowState))
@pytest.mark.parametrize("action", list(RowAction))
def test_each_action_is_for_its_roles_and_leads_where_it_should_and_no_other_is_there(roster, row, action):
    leads_to, roles = EXPECTED.get((roster, row, action), (None, set()))
    for role in Role:
        if role in roles:
            assert next_state(roster, row, action, role) == leads_to
        else:
            with pytest.raises(RosterRefused, match="不能"):
                next_state(roster, row, action, role)


def test_every_open_row_can_come_to_a_decision():
    for row in (RowState.ENTERED, RowState.HELD):
        assert {step.to for step in ALLOWED[OPEN][row].values()} >= {RowState.STANDS, RowState.EXCLUDED}


def test_leaving_out_and_ending_an_objection_are_explained():
    for action, row in ((RowAction.EXCLUDE, RowState.ENTERED), (RowAction.AGREE, RowState.HELD)):
        with pytest.raises(RosterRefused, match="理由"):
            require_reason(action, row, " 没有 ")
    require_reason(RowAction.AGREE, RowState.ENTERED, "")


class TestTheAccount:
    def rows(self, *states):
        return [(state, 100 * (number + 1)) for number, state in enumerate(states)]

    def test_balances_when_paid_and_returned_are_what_was_approved(self):
        found = reconcile(Sum(3, 600), self.rows(RowState.PAID, RowState.RETURNED, RowState.PAID, RowState.EXCLUDED))
        assert (found.paid, found.returned, found.difference) == (Sum(2, 400), Sum(1, 200), Sum())
        assert found.balances

    @pytest.mark.parametrize("waiting", [RowState.STANDS, RowState.CORRECTED])
    def test_does_not_while_one_waits(self, waiting):
        found = reconcile(Sum(2, 300), self.rows(RowState.PAID, waiting))
        assert (found.waiting, found.difference) == (Sum(1, 200), Sum(1, 200))
        assert not found.balances

    def test_does_not_when_a_fen_is_missing(self):
        assert not reconcile(Sum(1, 101), self.rows(RowState.PAID)).balances


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("356.80", 35680),
        ("1,200", 120000),
        ("0.1元", 10),
        ("1.005", None),
        ("-3", None),
        ("三百", None),
        ("１２", None),
    ],
)
def test_sums_are_read_to_the_fen_or_not_at_all(text, fen):
    assert read_fen(text) == fen


def test_a_sum_is_the_quantity_times_the_standard_half_a_fen_upwards():
    columns = columns_of(load_catalogue().get_item("NY-002"))
    entry, _ = read_entry(columns, household(1, quantity="3.5"))
    assert priced(entry, 10025) == 35088
    assert yuan(35088) == "350.88"
    without, _ = read_entry(columns, household(1, quantity=""))
    assert priced(without, 10025) is None


@pytest.mark.parametrize("code", [code for code, item in load_catalogue().items.items() if item.batch])
def test_every_batch_item_has_a_sheet_that_asks_for_no_more_than_it_needs(code):
    item = load_catalogue().get_item(code)
    columns = columns_of(item)
    labels = [column.label for column in columns]
    assert len(labels) == len(set(labels))
    assert [column.kind for column in columns[:2]] == ["name", "id_number"]
    assert any(column.kind == "account" for column in columns) == pays(item)
    asked = {column.name for column in columns}
    assert not asked & {"phone", "address", "spouse_id", "agent_id", "case_type", "disability"}


def test_fourteen_items_go_in_batches():
    assert sum(item.batch for item in load_catalogue().items.values()) == 14


def test_each_fault_of_a_line_is_told_in_its_column():
    columns = columns_of(load_catalogue().get_item("NY-002"))
    entry, faults = read_entry(columns, household(1, id_number=person(1)[:17] + "?", quantity="多", account="1"))
    assert entry is None
    assert len(faults) == 3
    assert person(1)[:17] not in "".join(faults)
