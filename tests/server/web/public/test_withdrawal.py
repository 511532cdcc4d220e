"""撤回申请: by whoever holds the receipt, asked once more, and refused in words while departments review."""

from server.services.tracking import find_progress


def status_of(world, code: str) -> str:
    with world.installation.look() as work:
        return find_progress(work, code).status


def test_a_villager_takes_the_application_back_after_being_asked_once_more(phone, world):
    code = world.lookup_codes[world.new_case()]
    assert "撤回这次申请" in phone.get(f"/c/{code}").get_data(as_text=True)
    unsure = phone.post(f"/c/{code}/withdrawal")
    assert (unsure.status_code, status_of(world, code)) == (422, "in_verification")
    assert "我确定要撤回" in unsure.get_data(as_text=True)
    assert phone.post(f"/c/{code}/withdrawal", data={"sure": "yes"}).status_code == 303
    page = phone.get(f"/c/{code}").get_data(as_text=True)
    assert "已撤回" in page and "撤回这次申请" not in page


def test_while_departments_review_the_page_offers_no_withdrawal_and_refuses_one(phone, world):
    code = world.lookup_codes[world.case_in_review()]
    assert "撤回这次申请" not in phone.get(f"/c/{code}").get_data(as_text=True)
    refused = phone.post(f"/c/{code}/withdrawal", data={"sure": "yes"})
    assert refused.status_code == 409
    assert "部门联审中" in refused.get_data(as_text=True)
    assert status_of(world, code) == "in_joint_review"


def test_a_wrong_code_withdraws_nothing(phone):
    assert phone.post("/c/ABCDEFGHJK/withdrawal", data={"sure": "yes"}).status_code == 404
