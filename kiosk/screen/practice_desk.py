"""The practice desk: lays drawn specimens under the virtual camera, for learning and for the demo story."""

from datetime import date
from typing import Any

from kiosk.camera.protocol import Camera
from kiosk.camera.specimens import Specimen, SpecimenPerson, specimens_for, story_person
from kiosk.camera.virtual import VirtualCamera
from kiosk.screen.live_view import LiveView

_NUMBERS = {"tilt": "tilt_degrees", "blur": "blur", "glare": "glare", "light": "light", "shadow": "shadow"}
_ALLOWED = {*_NUMBERS, "place", "person", "hand", "unplug"}


class DeskRefused(Exception):
    """There is no practice desk, or it cannot do this."""

    code = "desk_refused"


class PracticeDesk:
    """What lies under the virtual camera of one live view."""

    def __init__(self, live_view: LiveView) -> None:
        self._live_view = live_view
        self._person = story_person()
        self._placed: str | None = None

    @property
    def is_there(self) -> bool:
        return self._live_view.kind == "virtual"

    def describe(self) -> dict[str, Any]:
        """The sheets that can be laid down, and which one lies there."""
        self._require_there()
        sheets = [{"key": key, "title": sheet.title_zh} for key, sheet in self._specimens().items()]
        return {"specimens": sheets, "placed": self._placed}

    def arrange(self, wishes: dict[str, Any]) -> dict[str, Any]:
        """Change what is asked for and leave the rest; `place: null` clears the desk. Raises DeskRefused."""
        self._require_there()
        unknown = wishes.keys() - _ALLOWED
        if unknown:
            raise DeskRefused(f"练习台没有“{sorted(unknown)[0]}”这一项。可用的有：{'、'.join(sorted(_ALLOWED))}。")
        if "person" in wishes:
            self._person = _person(wishes["person"], self._person)
        with self._live_view.device() as camera:
            self._place(_virtual(camera), wishes)
            self._adjust(_virtual(camera), wishes)
        return self.describe()

    def _specimens(self) -> dict[str, Specimen]:
        return specimens_for(self._person)

    def _place(self, camera: VirtualCamera, wishes: dict[str, Any]) -> None:
        key = wishes.get("place", self._placed)
        if key is None:
            camera.place(None)
        elif "place" in wishes or "person" in wishes:
            sheet = self._specimens().get(str(key))
            if sheet is None:
                raise DeskRefused(f"没有叫“{key}”的样张。可用的有：{'、'.join(self._specimens())}。")
            camera.place(sheet.picture, sheet.width_mm, sheet.height_mm)
        self._placed = key

    def _adjust(self, camera: VirtualCamera, wishes: dict[str, Any]) -> None:
        changes: dict[str, Any] = {}
        for wish, setting in _NUMBERS.items():
            if wish in wishes:
                changes[setting] = _number(wish, wishes[wish])
        if "hand" in wishes:
            changes["hand"] = bool(wishes["hand"])
        if wishes.get("unplug") is True:
            changes["unplug_after_frames"] = 0
        if changes:
            camera.adjust(**changes)
        if wishes.get("unplug") is False:
            camera.replug()

    def _require_there(self) -> None:
        if not self.is_there:
            raise DeskRefused("接的是真的高拍仪，没有练习台。")


def _virtual(camera: Camera) -> VirtualCamera:
    if not isinstance(camera, VirtualCamera):
        raise DeskRefused("接的是真的高拍仪，没有练习台。")
    return camera


def _number(wish: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -360 <= value <= 360:
        raise DeskRefused(f"“{wish}”要填数字。")
    return float(value)


def _person(told: Any, former: SpecimenPerson) -> SpecimenPerson:
    """The person the specimens are drawn for: what is told, and the former person's for the rest."""
    if not isinstance(told, dict):
        raise DeskRefused("“person”要写成一组项目。")
    known = {name: getattr(former, name) for name in SpecimenPerson.__dataclass_fields__}
    unknown = told.keys() - known.keys()
    if unknown:
        raise DeskRefused(f"样张上没有“{sorted(unknown)[0]}”这一项。可用的有：{'、'.join(known)}。")
    try:
        days = {name: date.fromisoformat(str(value)) for name, value in told.items() if isinstance(known[name], date)}
    except ValueError:
        raise DeskRefused("样张上的日期要写成 1943-03-15 这样。") from None
    return SpecimenPerson(**{**known, **{name: str(value) for name, value in told.items()}, **days})
