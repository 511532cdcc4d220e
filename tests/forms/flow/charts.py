"""Every flow chart of the catalogue, for the tests that hold for all of them."""

from forms.catalogue import load_catalogue
from forms.flow.chart import FlowChart
from forms.flow.of_item import chart_of_item
from forms.flow.of_power import chart_of_power

CATALOGUE = load_catalogue()
ITEM_CHARTS = [chart_of_item(item) for item in CATALOGUE.items.values()]
POWER_CHARTS = [chart_of_power(power) for power in CATALOGUE.powers.values()]
CHARTS = ITEM_CHARTS + POWER_CHARTS


def chart(code: str) -> FlowChart:
    return next(chart for chart in CHARTS if chart.code == code)
