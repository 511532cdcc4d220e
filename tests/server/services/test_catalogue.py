"""Officials change the catalogue: drafted by one, let out by another, in force at once everywhere, and cases keep theirs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from forms.catalogue import content_of, digest_of
from forms.packet import PacketFault
from server.db.case import find_case_by_number
from server.db.catalogue import CatalogueVersionRow
from server.domain.catalogue_version import VersionAction, VersionRefused, VersionState
from server.domain.people import Actor, Desk, Role
from server.services import catalogue as versions
from server.services import catalogue_page
from server.services.audit import verify_audit
from server.services.item_version import item_of
from server.services.published import PublishedCatalogue
from tests import factories as make

CITY = "450500"
WRITER = Actor("zk1", "甲示范", Role.CONTROL_CENTRE, Desk("综控中心", CITY))
SECOND = Actor("zk2", "乙示范", Role.CONTROL_CENTRE, Desk("综控中心", CITY))
HEAD = Actor("mz", "丙示范", Role.DEPARTMENT_HEAD, Desk("民政", make.COUNTY))
OTHER_HEAD = Actor("sw", "丁示范", Role.DEPARTMENT_HEAD, Desk("税务", make.COUNTY))
REVIEWER = Actor("sh", "戊示范", Role.DEPARTMENT_REVIEWER, Desk("民政", make.COUNTY))


def drafted(installation, actor=WRITER, code="MZ-008", **changes) -> str:
    """The id of a draft of MZ-008 with these changes."""
    with installation.begin() as work:
        draft = versions.begin_draft(work, actor, "item", code)
        return versions.save_draft(work, actor, draft.id, draft.edition, {**draft.content, **changes}).id


def act(installation, actor, version_id, action, reason="") -> None:
    with installation.begin() as work:
        versions.act_on_version(work, actor, version_id, action, reason)


def published(installation, **changes) -> str:
    version = drafted(installation, **changes)
    act(installation, WRITER, version, VersionAction.SUBMIT)
    act(installation, SECOND, version, VersionAction.PUBLISH)
    return version


def fee_in_force(installation) -> str:
    with installation.look() as work:
        return work.catalogue.get_item("MZ-008").fee


class TestTheWayOfAVersion:
    def test_nothing_is_in_force_before_a_second_person_let_it_out(self, installation):
        before = fee_in_force(installation)
        version = drafted(installation, fee="免费（已确认）")
        act(installation, WRITER, version, VersionAction.SUBMIT)
        assert fee_in_force(installation) == before
        with pytest.raises(VersionRefused, match="不能由您自己复核发布"):
            act(installation, WRITER, version, VersionAction.PUBLISH)
        act(installation, SECOND, version, VersionAction.PUBLISH)
        assert fee_in_force(installation) == "免费（已确认）"
        with installation.look() as work:
            page = catalogue_page.entry_page(work, WRITER, "item", "MZ-008")
            assert [(line.number, line.state) for line in page.history] == [
                (2, VersionState.PUBLISHED),
                (1, VersionState.SUPERSEDED),
            ]
            assert page.standing.reviewed_by == SECOND.display_name
            assert verify_audit(work).broken_at is None

    def test_whoever_wrote_any_word_of_it_may_not_let_it_out(self, installation):
        version = drafted(installation, fee="免费")
        with installation.begin() as work:
            draft = versions.get_draft(work, SECOND, version)
            versions.save_draft(work, SECOND, version, draft.edition, {**draft.content, "window": "工作日"})
        act(installation, WRITER, version, VersionAction.SUBMIT)
        for writer in (WRITER, SECOND):
            with pytest.raises(VersionRefused, match="不能由您自己复核发布"):
                act(installation, writer, version, VersionAction.PUBLISH)
        act(installation, HEAD, version, VersionAction.PUBLISH)

    def test_what_is_returned_goes_back_with_its_reason(self, installation):
        version = drafted(installation, fee="1元")
        act(installation, WRITER, version, VersionAction.SUBMIT)
        with pytest.raises(VersionRefused, match="要写明理由"):
            act(installation, SECOND, version, VersionAction.RETURN)
        act(installation, SECOND, version, VersionAction.RETURN, "收费没有依据")
        with installation.look() as work:
            page = catalogue_page.entry_page(work, WRITER, "item", "MZ-008")
        assert (page.open_version.state, page.open_version.reason) == (VersionState.DRAFT, "收费没有依据")

    def test_a_draft_with_a_fault_is_kept_but_goes_no_further(self, installation):
        version = drafted(installation, promised_days=99)
        with pytest.raises(VersionRefused, match="各环节相加却是11天"):
            act(installation, WRITER, version, VersionAction.SUBMIT)
        with installation.look() as work:
            assert versions.get_draft(work, WRITER, version).content["promised_days"] == 99

    def test_a_draft_that_has_lost_its_shape_is_kept_too(self, installation):
        version = drafted(installation, materials=[{"id": "x"}])
        with installation.look() as work:
            findings = versions.get_draft(work, WRITER, version).findings
        assert any(finding.field.startswith("materials.第1项") for finding in findings)

    def test_of_one_entry_only_one_draft_is_open(self, installation):
        drafted(installation, fee="1元")
        with pytest.raises(VersionRefused, match="甲示范已经起草了一份修改"):
            drafted(installation, SECOND)

    def test_a_discarded_draft_makes_room(self, installation):
        act(installation, WRITER, drafted(installation, fee="1元"), VersionAction.DISCARD)
        assert drafted(installation, SECOND, fee="2元")

    def test_two_who_save_at_once_and_the_second_is_told_what_changed(self, installation):
        version = drafted(installation, fee="1元")
        with installation.begin() as work:
            shown = versions.get_draft(work, WRITER, version)
        with installation.begin() as work:
            versions.save_draft(work, SECOND, version, shown.edition, {**shown.content, "window": "逢圩日"})
        with (
            pytest.raises(versions.DraftChanged, match=r"乙示范刚才也改了.*什么时候办.*逢圩日"),
            installation.begin() as work,
        ):
            versions.save_draft(work, WRITER, version, shown.edition, {**shown.content, "fee": "2元"})

    def test_a_new_entry_comes_in_by_the_same_way(self, installation):
        with installation.begin() as work:
            content = content_of(work.catalogue.get_policy("P-MZ-01"))
            draft = versions.begin_new(work, WRITER, "policy", "P-MZ-99", {**content, "name_zh": "示范补贴"})
        act(installation, WRITER, draft.id, VersionAction.SUBMIT)
        act(installation, SECOND, draft.id, VersionAction.PUBLISH)
        with installation.look() as work:
            assert work.catalogue.get_policy("P-MZ-99").name == "示范补贴"
            assert len(work.catalogue.policies) == 88
        with pytest.raises(VersionRefused, match="已经有了"), installation.begin() as work:
            versions.begin_new(work, WRITER, "policy", "P-MZ-99", {})

    def test_the_difference_between_two_versions_reads_line_by_line(self, installation):
        published(installation, fee="免费（已确认）")
        with installation.look() as work:
            [change] = catalogue_page.compare_versions(work, "item", "MZ-008", 1, 2)
        assert change.sentence == "收费：原来“免费”，改成“免费（已确认）”"


class TestWhoMay:
    def test_a_head_changes_only_what_is_the_own_departments(self, installation):
        assert drafted(installation, HEAD, fee="免费")
        with pytest.raises(VersionRefused, match="综控中心"):
            drafted(installation, OTHER_HEAD, code="MZ-001")

    def test_a_head_cannot_give_an_entry_to_another_department(self, installation):
        with pytest.raises(VersionRefused, match="主管部门只能写您自己的部门"):
            drafted(installation, HEAD, department="税务")

    @pytest.mark.parametrize("actor", [REVIEWER, make.VILLAGE_AGENT])
    def test_others_change_nothing(self, installation, actor):
        with pytest.raises(VersionRefused, match="综控中心"):
            drafted(installation, actor)

    def test_village_powers_are_the_control_centres(self, installation):
        with installation.begin() as work, pytest.raises(VersionRefused):
            versions.begin_draft(work, HEAD, "power", "Q-ZD-01")
        with installation.begin() as work:
            assert versions.begin_draft(work, WRITER, "power", "Q-ZD-01").findings == ()

    def test_what_awaits_review_is_shown_to_those_who_may_and_did_not_write_it(self, installation):
        act(installation, WRITER, drafted(installation, fee="1元"), VersionAction.SUBMIT)
        with installation.look() as work:
            waiting = {
                actor.account_id: len(catalogue_page.list_awaiting_review(work, actor))
                for actor in (WRITER, SECOND, HEAD, OTHER_HEAD)
            }
        assert waiting == {"zk1": 0, "zk2": 1, "mz": 1, "sw": 0}


class TestCases:
    def test_a_case_keeps_the_version_it_was_accepted_under(self, installation):
        machine = make.enrolled_machine(installation)
        first = make.take_in(installation, machine)
        published(installation, fee="免费（第二版）")
        second = make.take_in(installation, machine)
        with installation.look() as work:
            fees = [item_of(find_case_by_number(work.session, taken.case_number)).fee for taken in (first, second)]
        assert fees == ["免费", "免费（第二版）"]

    def test_a_packet_received_under_the_version_before_is_judged_by_that_one(self, installation):
        """The line was down while officials asked for one paper more: what was complete at the counter stays complete."""
        machine = make.enrolled_machine(installation)
        served = installation.tools.catalogue.get_item("MZ-008")
        more = {"id": "extra", "name": "又一张表", "source": "applicant", "form": "original", "capture": "generic"}
        materials = [*content_of(served)["materials"], {**more, "required": "always"}]
        published(installation, materials=materials)
        taken = make.take_in(installation, machine, item_digest=digest_of(served))
        with installation.look() as work:
            assert "extra" not in item_of(find_case_by_number(work.session, taken.case_number)).materials_by_id
        with pytest.raises(PacketFault, match="又一张表"):
            make.take_in(installation, machine)

    def test_so_is_one_under_a_version_of_the_citys_own(self, installation):
        machine = make.enrolled_machine(installation)
        published(installation, fee="第二版")
        with installation.look() as work:
            served = digest_of(work.catalogue.get_item("MZ-008"))
        published(installation, fee="第三版")
        taken = make.take_in(installation, machine, item_digest=served)
        with installation.look() as work:
            assert item_of(find_case_by_number(work.session, taken.case_number)).fee == "第二版"


class TestSuspended:
    @pytest.mark.parametrize("action", [VersionAction.SUSPEND, VersionAction.WITHDRAW])
    def test_nothing_new_is_begun_and_the_reason_is_told(self, installation, action):
        machine = make.enrolled_machine(installation)
        with installation.begin() as work:
            versions.suspend_shipped(work, WRITER, "item", "MZ-008", action, "等新标准下发")
        with pytest.raises(PacketFault, match=r"现在不办了.*等新标准下发"):
            make.take_in(installation, machine)

    def test_what_the_village_received_before_is_taken_in(self, installation, clock):
        machine = make.enrolled_machine(installation)
        before = clock.now()
        clock.move_to(before.replace(hour=before.hour + 2))
        with installation.begin() as work:
            versions.suspend_shipped(work, WRITER, "item", "MZ-008", VersionAction.SUSPEND, "等新标准下发")
        assert make.take_in(installation, machine, received_at=before).case_number

    def test_a_resumed_item_is_offered_again(self, installation):
        version = published(installation, fee="免费（第二版）")
        act(installation, WRITER, version, VersionAction.SUSPEND, "等新标准下发")
        with installation.look() as work:
            assert work.catalogue.suspended == {"MZ-008": "暂停办理：等新标准下发"}
        act(installation, WRITER, version, VersionAction.RESUME, "标准已下发")
        with installation.look() as work:
            assert work.catalogue.suspended == {}
        assert make.take_in(installation, make.enrolled_machine(installation)).case_number

    def test_only_with_a_reason_and_only_by_those_who_may(self, installation):
        with installation.begin() as work:
            with pytest.raises(VersionRefused, match="理由"):
                versions.suspend_shipped(work, WRITER, "item", "MZ-008", VersionAction.SUSPEND, " ")
            with pytest.raises(VersionRefused, match="综控中心"):
                versions.suspend_shipped(work, OTHER_HEAD, "item", "MZ-001", VersionAction.SUSPEND, "想停")


def test_what_is_rolled_back_is_never_in_force(installation):
    version = drafted(installation, fee="不该生效")
    act(installation, WRITER, version, VersionAction.SUBMIT)

    def publish_and_break() -> None:
        with installation.begin() as work:
            versions.act_on_version(work, SECOND, version, VersionAction.PUBLISH)
            assert replace(work).catalogue.get_item("MZ-008").fee == "不该生效", "seen, and kept, before it broke"
            raise RuntimeError("the line to the database broke")

    with pytest.raises(RuntimeError):
        publish_and_break()
    assert fee_in_force(installation) == "免费"
    published(installation, code="MZ-001", fee="另一件")
    assert fee_in_force(installation) == "免费"


def test_a_version_that_no_longer_fits_the_program_falls_back_to_the_shipped_one(installation):
    """After an upgrade that asks for more: one entry is the shipped one again, and everything else goes on."""
    version = published(installation, fee="免费（第二版）")
    with installation.begin() as work:
        row = work.session.get(CatalogueVersionRow, version)
        row.content = {key: value for key, value in row.content.items() if key != "stages"}
    upgraded = replace(installation, tools=replace(installation.tools, published=PublishedCatalogue()))
    assert fee_in_force(upgraded) == "免费"


class TestWhatIsStopped:
    def test_a_new_wording_does_not_put_a_suspended_errand_back_on_offer(self, installation):
        with installation.begin() as work:
            versions.suspend_shipped(work, WRITER, "item", "MZ-008", VersionAction.SUSPEND, "等新标准下发")
        version = published(installation, fee="免费（第二版）")
        with installation.look() as work:
            assert work.catalogue.get_item("MZ-008").fee == "免费（第二版）"
            assert work.catalogue.suspended == {"MZ-008": "暂停办理：等新标准下发"}
        act(installation, WRITER, version, VersionAction.RESUME, "标准已下发")
        with installation.look() as work:
            assert work.catalogue.suspended == {}

    def test_what_was_withdrawn_is_not_mended_back_in(self, installation):
        version = drafted(installation, fee="免费（第二版）")
        act(installation, WRITER, version, VersionAction.SUBMIT)
        with installation.begin() as work:
            shipped = catalogue_page.entry_page(work, WRITER, "item", "MZ-008").standing
            versions.act_on_version(work, WRITER, shipped.id, VersionAction.WITHDRAW, "依法取消")
        with pytest.raises(VersionRefused, match="已经取消（依法取消）"):
            act(installation, SECOND, version, VersionAction.PUBLISH)
        with pytest.raises(VersionRefused, match=r"已经起草|已经取消"):
            drafted(installation, SECOND)

    def test_the_time_counts_from_the_first_stop_and_anew_after_a_resumption(self, installation, clock):
        version = published(installation, fee="免费（第二版）")
        moments = []
        for action in (VersionAction.SUSPEND, VersionAction.RESUME, VersionAction.SUSPEND, VersionAction.WITHDRAW):
            clock.move_to(clock.now() + timedelta(hours=1))
            moments.append(clock.now())
            act(installation, WRITER, version, action, "有原因")
            with installation.look() as work:
                since = versions.stopped_since(work, "item", "MZ-008")
            assert since == (None if action is VersionAction.RESUME else moments[2] if len(moments) > 2 else moments[0])


def test_a_draft_thrown_away_leaves_the_entry_to_the_program(installation):
    """After an upgrade the program's new text stands, also when somebody publishes something else."""
    act(installation, WRITER, drafted(installation, fee="1元"), VersionAction.DISCARD)
    item = installation.tools.catalogue.get_item("MZ-008").model_copy(update={"fee": "升级后的程序"})
    shipped = installation.tools.catalogue.with_entries("item", [item])
    upgraded = replace(installation, tools=replace(installation.tools, catalogue=shipped))
    published(upgraded, code="MZ-001", fee="另一件")
    assert fee_in_force(upgraded) == "升级后的程序"


@pytest.mark.parametrize("code", ["MZ/16", "..", "mz-016", "MZ-16", "<b>", ""])
def test_a_new_entry_needs_a_code_that_can_be_one(installation, code):
    with pytest.raises(VersionRefused, match="编码像这样：MZ-016"), installation.begin() as work:
        versions.begin_new(work, WRITER, "item", code, {})


def test_two_entries_of_one_name_would_be_mixed_up(installation):
    version = drafted(installation, name_zh="最低生活保障申请")
    with pytest.raises(VersionRefused, match="名称和 MZ-001 一样"):
        act(installation, WRITER, version, VersionAction.SUBMIT)
