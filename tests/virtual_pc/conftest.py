"""What the tests of the virtual village PC share: the image and the saved state, built when needed, or a plain reason to skip."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.camera.specimens import Specimen, specimens_for, story_person
from tests.virtual_pc.devices.desk import Desk
from tests.virtual_pc.devices.document_camera import DocumentCamera
from tests.virtual_pc.devices.usb_printer import UsbPrinter
from tests.virtual_pc.image.image import Image, get_image
from tests.virtual_pc.image.needs import this_machine
from tests.virtual_pc.machine.saved_state import get_state
from tests.virtual_pc.village import Village, open_village


@pytest.fixture(scope="session")
def village_image() -> Image:
    """Skips where the machine cannot have a virtual PC; as root on Debian a missing part is a fault, never a skip."""
    machine = this_machine()
    if machine.lacks and machine.is_expected_to_have_all:
        pytest.fail(f"scripts/system-packages.sh test should have brought: {', '.join(machine.lacks)}", pytrace=False)
    if machine.lacks:
        pytest.skip(f"no virtual village PC here, it needs: {', '.join(machine.lacks)}")
    return get_image()


@pytest.fixture(scope="session")
def village_state(village_image: Image) -> Path:
    return get_state(village_image)


@pytest.fixture(scope="session")
def open_counter(
    village_image: Image, village_state: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Village]:
    """One village for the whole run, as a counter stays open all day while cameras come and go."""
    camera = DocumentCamera(Desk()).identity
    with open_village(village_image, village_state, tmp_path_factory.mktemp("village"), f"uvc:{camera}") as village:
        yield village


@pytest.fixture
def village(open_counter: Village) -> Iterator[Village]:
    """The village with an agent signed in, nothing plugged in and no visit in hand, before and after."""
    open_counter.counter.sign_in("cun-daiban", open_counter.practice.password)
    yield open_counter
    open_counter.clear()


@pytest.fixture(scope="session")
def sheets() -> dict[str, Specimen]:
    """What the villager of the story brings along, by name."""
    return specimens_for(story_person())


@pytest.fixture
def desk(sheets: dict[str, Specimen]) -> Desk:
    """The desk with an identity card on it."""
    laid = Desk()
    laid.lay(sheets["id_card_front"])
    return laid


@pytest.fixture
def camera(desk: Desk) -> DocumentCamera:
    """The camera the kiosk's settings name, not plugged in yet."""
    return DocumentCamera(desk)


@pytest.fixture
def printer() -> UsbPrinter:
    """The printer behind the PC's queue, not plugged in yet."""
    return UsbPrinter()
