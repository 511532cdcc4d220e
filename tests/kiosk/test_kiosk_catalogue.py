"""A village machine serves under what is published, keeps it without a line, and ends each draft as it was begun."""

import pytest

from forms.catalogue import content_of, digest_of, load_catalogue
from kiosk.catalogue_store import CatalogueStore

SHIPPED = load_catalogue()


def answer_with(fee: str = "免费", suspended: dict | None = None) -> dict:
    """What a server sends after it published another fee for MZ-008."""
    changed = {**content_of(SHIPPED.items["MZ-008"]), "fee": fee}
    merged = SHIPPED.with_entries("item", [type(SHIPPED.items["MZ-008"]).model_validate(changed)], suspended)
    entries = {"item": [changed], "power": [], "policy": []}
    return {"digest": merged.digest, "entries": entries, "suspended": suspended or {}}


@pytest.fixture
def store(tmp_path) -> CatalogueStore:
    return CatalogueStore(tmp_path / "catalogue", SHIPPED)


def test_before_the_first_answer_it_is_what_ships(store):
    assert store.current is SHIPPED


def test_what_is_published_is_used_and_survives_a_restart_without_a_line(store, tmp_path):
    assert store.refresh("another digest", lambda: answer_with("免费（第二版）"))
    assert store.get_item("MZ-008").fee == "免费（第二版）"
    again = CatalogueStore(tmp_path / "catalogue", SHIPPED)
    assert again.get_item("MZ-008").fee == "免费（第二版）"
    assert again.digest == store.digest


def test_nothing_is_fetched_while_the_digests_agree(store):
    def never():
        raise AssertionError("fetched for nothing over a bad line")

    assert not store.refresh(store.digest, never)
    assert not store.refresh(None, never)


def test_a_draft_is_finished_in_the_version_it_was_begun_under(store, tmp_path):
    first = digest_of(SHIPPED.items["MZ-008"])
    store.take(answer_with("免费（第二版）"))
    second = digest_of(store.get_item("MZ-008"))
    store.take(answer_with("免费（第三版）"))
    for reader in (store, CatalogueStore(tmp_path / "catalogue", SHIPPED)):
        fees = [reader.get_item("MZ-008", digest).fee for digest in (first, second, None)]
        assert fees == ["免费", "免费（第二版）", "免费（第三版）"]


def test_a_suspended_item_is_not_offered(store):
    store.take(answer_with(suspended={"MZ-008": "暂停办理：等新标准下发"}))
    assert "MZ-008" not in store.current.offered_items
    assert store.current.suspended["MZ-008"] == "暂停办理：等新标准下发"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"entries": {"item": [{"code": "MZ-008"}]}, "suspended": {}},
        {"entries": {"law": [{"code": "X"}]}, "suspended": {}},
        {"entries": {"item": "all"}, "suspended": {}},
        {"entries": [], "suspended": {}},
    ],
)
def test_what_this_program_cannot_read_leaves_the_old_one_in_use(store, answer):
    assert not store.take(answer)
    assert store.current is SHIPPED


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"entries": 1}'])
def test_a_kept_file_broken_by_a_power_cut_does_not_keep_the_counter_closed(tmp_path, content):
    folder = tmp_path / "catalogue"
    folder.mkdir()
    (folder / "published.json").write_bytes(content)
    assert CatalogueStore(folder, SHIPPED).current is SHIPPED


def test_what_was_fetched_is_not_fetched_again_though_it_could_not_be_used(store):
    """Every twenty seconds, half a megabyte over a village's line, for as long as the programs differ."""
    fetched = []
    for _ in range(3):
        store.refresh("a digest of a newer program", lambda: fetched.append(1) or {"entries": {"item": "?"}})
    assert len(fetched) == 1


def test_what_the_server_no_longer_has_is_not_offered(store):
    store.take(answer_with())
    assert set(store.current.offered_items) == {"MZ-008"}


def test_a_kept_version_that_cannot_be_read_gives_way_to_the_one_in_use(store, tmp_path):
    (tmp_path / "catalogue" / f"MZ-008-{'0' * 64}.json").write_bytes(b"{")
    assert store.get_item("MZ-008", "0" * 64) == store.get_item("MZ-008")


def test_a_correction_is_brought_in_the_version_its_case_was_accepted_under(store, tmp_path):
    changed = {**content_of(SHIPPED.items["MZ-008"]), "fee": "免费（老版本）"}
    accepted_under = store.keep_version(changed, "MZ-008")
    again = CatalogueStore(tmp_path / "catalogue", SHIPPED)
    assert again.get_item("MZ-008", digest_of(accepted_under)).fee == "免费（老版本）"
    assert store.keep_version(None, "MZ-008") is SHIPPED.items["MZ-008"]
