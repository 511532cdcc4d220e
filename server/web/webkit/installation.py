"""How a view reaches the installation it runs in."""

from flask import current_app

from forms.catalogue import Catalogue
from server.bootstrap import Installation

KEY = "hongye"


def installation() -> Installation:
    return current_app.extensions[KEY]


def catalogue_in_force() -> Catalogue:
    """The catalogue villagers are shown now."""
    with installation().look() as work:
        return work.catalogue
