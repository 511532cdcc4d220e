"""Where the virtual PC may be left out: never on a machine that installs packages for the tests."""

from dataclasses import replace

from tests.virtual_pc.image.needs import Machine

CI = Machine(is_debian=True, is_x86_64=True, is_root=True, missing=())


def test_a_machine_with_everything_lacks_nothing() -> None:
    assert CI.lacks == [] and CI.is_expected_to_have_all


def test_as_root_on_debian_a_missing_program_is_a_fault() -> None:
    machine = replace(CI, missing=("mmdebstrap",))
    assert machine.lacks == ["mmdebstrap"] and machine.is_expected_to_have_all


def test_elsewhere_it_is_left_out_and_the_reason_is_told() -> None:
    for machine, word in (
        (replace(CI, is_root=False), "root"),
        (replace(CI, is_debian=False), "Debian"),
        (replace(CI, is_x86_64=False), "an x86-64 processor"),
    ):
        assert machine.lacks == [word] and not machine.is_expected_to_have_all
