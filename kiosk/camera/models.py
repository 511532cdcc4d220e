"""The table of known cameras: what they are called, and which are document cameras; a city lays its own file over it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, PositiveInt, ValidationError

MODELS_FILE = Path(__file__).with_name("models.yaml")
log = logging.getLogger(__name__)


class CameraModel(BaseModel):
    """One row: USB numbers (without `product_id`, every product of the maker), and remarks that may be left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vendor_id: int
    product_id: int | None = None
    name: str
    #: True a document camera, False surely none (a webcam), None not known
    document_camera: bool | None = None
    #: the size for the record, where the largest one the device offers is stretched
    still_size: tuple[PositiveInt, PositiveInt] | None = None
    #: degrees clockwise by which the sensor's picture is turned to stand upright
    rotation: Literal[0, 90, 180, 270] = 0


Models = dict[tuple[int, int | None], CameraModel]


def load_models(own: Path | None = None) -> Models:
    """The table that ships with the program, a city's `own` rows laid over it. A broken row names nothing and is logged."""
    models = _read_table(MODELS_FILE)
    return models if own is None else {**models, **_read_table(own)}


def find_model(models: Models, vendor_id: int | None, product_id: int | None) -> CameraModel | None:
    """The row of this very product, else of its maker."""
    if vendor_id is None:
        return None
    return models.get((vendor_id, product_id)) or models.get((vendor_id, None))


def _read_table(path: Path) -> Models:
    return {(model.vendor_id, model.product_id): model for model in _rows(path)}


def _rows(path: Path) -> Iterator[CameraModel]:
    try:
        rows: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as trouble:  # ValueError: a day like 2026-13-01
        log.warning("camera models not read from %s: %s", path, trouble)
        return
    if not isinstance(rows, list):
        log.warning("camera models not read from %s: it is no list of rows", path)
        return
    for number, row in enumerate(rows, start=1):
        try:
            yield CameraModel.model_validate(row)
        except ValidationError as trouble:
            log.warning("row %s of %s is no camera model: %s", number, path, trouble)
