"""The invented villagers of the demo history: names nobody bears, numbers nobody was given."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from forms.identity import age_on, id_check_character, luhn_holds
from hongye.practice import invented_name


@dataclass(frozen=True)
class Resident:
    """Somebody who never was: 000 is no sequence number anybody was ever given (GB 11643)."""

    name: str
    id_number: str
    born_on: date
    phone: str
    account: str


class Register:
    """Who lives in which village; the same villager comes again for another errand."""

    def __init__(self) -> None:
        self._of_village: dict[str, list[Resident]] = {}
        self._numbers: set[str] = set()

    def visitor(self, village: str, ages: tuple[int, int], on: date, rng: Random) -> Resident:
        """Somebody of that age on that day: every third one was there before."""
        youngest, oldest = ages
        known = [one for one in self._of_village.get(village, []) if youngest <= age_on(one.born_on, on) <= oldest]
        if known and rng.random() < 0.35:
            return rng.choice(known)
        return self.newcomer(village, ages, on, rng)

    def newcomer(self, village: str, ages: tuple[int, int], on: date, rng: Random) -> Resident:
        youngest, oldest = ages
        while True:
            born_on = on - timedelta(days=rng.randrange(youngest * 366, (oldest + 1) * 365))
            stem = f"{village[:6]}{born_on:%Y%m%d}000"
            number = stem + id_check_character(stem)
            if number not in self._numbers:
                break
        self._numbers.add(number)
        resident = Resident(
            name=invented_name(rng.randrange(20), rng.randrange(10)),
            id_number=number,
            born_on=born_on,
            phone=f"1380000{len(self._numbers) % 10_000:04d}",
            account=_card(len(self._numbers)),
        )
        self._of_village.setdefault(village, []).append(resident)
        return resident


def _card(number: int) -> str:
    stem = f"6217000000{number:08d}"
    return next(f"{stem}{last}" for last in range(10) if luhn_holds(f"{stem}{last}"))
