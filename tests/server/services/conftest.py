"""A case taken in, for the errands that speak with villagers."""

import pytest

from tests import factories as make


@pytest.fixture
def case(installation):
    return make.take_in(installation, make.enrolled_machine(installation))
