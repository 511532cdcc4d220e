"""Lays a flow chart out, top to bottom, as narrow as a phone or as wide as a sheet: where every figure, arrow and word is.

Figures stand in rows. Arrows turn only in the channels between rows and in the lanes at the right edge, so none can run
through a figure; an arrow's words stand beside its first piece, in room kept for them alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forms.flow.chart import FlowChart
from forms.flow.desks import parallel_desks
from forms.flow.figures import LINE, TIP, Arrow, Figure, Group, Measure, Pen, TextLine, side_by_side
from forms.flow.routes import Route, Routes, routes_of
from forms.flow.rows import Unit, rows_of

_LANE = 0.95  # from lane to lane, in ems
_EDGE = 0.1  # kept free at the outer edges, for the lines' own thickness
_TRACK = 0.7  # from one turn to the next in a channel
_HEAD = 0.95  # the last straight piece, with the arrow's head
_ABOVE = 0.22  # between a figure and the words of its arrow
_AFTER = 0.5  # between an arrow and its words
_TRUNK = TIP + 0.4  # the main line, beneath the numbers
_FORK = 6.8  # from the main line to a branch
_NEXT_EXIT = 4.5  # to the next where one figure has several
_STEP_IN = 2.0  # from the main line to the figures of a branch


@dataclass(frozen=True)
class Setting:
    """How wide the drawing is and in what size of type, in points (or pixels)."""

    width: float
    size: float


@dataclass(frozen=True)
class Tag:
    """The words of an arrow, and the room they take."""

    edge_of: Arrow
    x: float
    y: float
    width: float
    height: float
    lines: tuple[TextLine, ...]


@dataclass(frozen=True)
class FlowDrawing:
    """Everything placed; `cuts` are heights at which a page may end: nothing but upright lines is cut there."""

    chart: FlowChart
    width: float
    height: float
    size: float
    figures: tuple[Figure, ...]
    arrows: tuple[Arrow, ...]
    tags: tuple[Tag, ...]
    cuts: tuple[float, ...]


def lay_out(chart: FlowChart, setting: Setting, measure: Measure) -> FlowDrawing:
    return _Layout(routes_of(rows_of(chart)), setting, Pen(measure, setting.size)).drawing()


class _Frame:
    """Where the main line, the branches and the lanes are, across the drawing."""

    def __init__(self, routes: Routes, setting: Setting, pen: Pen):
        self.left = pen.em(_EDGE)
        self.right = setting.width - pen.em(_EDGE) - pen.em(_LANE) * routes.lane_count
        self.trunk = self.left + pen.em(_TRUNK)
        self.fork = self.trunk + pen.em(_FORK)
        self._branch = self.trunk + pen.em(_STEP_IN)
        self._lane = pen.em(_LANE)

    def lane(self, number: int) -> float:
        return self.right + self._lane * (number + 0.65)

    def span(self, unit: Unit) -> tuple[float, float]:
        left = self.left if unit.track == "main" else self._branch
        return left, self.right - left

    def port(self, unit: Unit) -> float:
        return self.trunk if unit.track == "main" else self.fork


class _Layout:
    """One drawing in the making: figures first, then ports, channels, and at last the arrows."""

    def __init__(self, routes: Routes, setting: Setting, pen: Pen):
        self._routes, self._rows, self._setting, self._pen = routes, routes.rows, setting, pen
        self._frame = _Frame(routes, setting, pen)
        self._groups = {unit.name: self._group(unit) for unit in self._rows.units}
        self._exit_x: dict[int, float] = {}
        self._entry_x: dict[int, float] = {}
        self._track: dict[tuple[int, int], int] = {}
        self._words: dict[int, tuple[TextLine, ...]] = {}

    def drawing(self) -> FlowDrawing:
        for unit in self._rows.units:
            self._give_exits(unit)
        for unit in self._rows.units:
            self._give_entries(unit)
        tops, channels = self._heights()
        groups = [self._groups[unit.name].moved(tops[unit.row]) for unit in self._rows.units]
        figures = {figure.node.id: figure for group in groups for figure in group.figures}
        arrows = {id(route): self._arrow(route, figures, channels) for route in self._routes.all}
        tags = [self._tag(route, arrows[id(route)], channels) for route in self._routes.all if id(route) in self._words]
        inside = [arrow for group in groups for arrow in group.arrows]
        cuts = sorted([*(channel.cut for channel in channels[:-1]), *(cut for group in groups for cut in group.cuts)])
        height = max(figure.bottom for figure in figures.values()) + self._pen.em(_EDGE)
        return FlowDrawing(
            self._rows.chart, self._setting.width, height, self._setting.size,
            tuple(figures.values()), (*inside, *arrows.values()), tuple(tags), tuple(cuts),
        )  # fmt: skip

    def _group(self, unit: Unit) -> Group:
        x, width = self._frame.span(unit)
        if unit.kind == "parallel":
            return parallel_desks(self._pen, self._rows.chart, unit.nodes, x, width)
        if unit.kind == "alternatives":
            return side_by_side(self._pen, unit.nodes, x, width)
        return Group((self._pen.figure(unit.nodes[0], x, width, self._frame.port(unit)),))

    # Ports: where an arrow leaves a figure's bottom and enters another's top.

    def _figure(self, unit: Unit, node_id: str) -> Figure:
        return next(figure for figure in self._groups[unit.name].figures if figure.node.id == node_id)

    def _own_port(self, unit: Unit, figure: Figure) -> float:
        """Alternatives are entered and left near their left edge: the words of the arrow have the rest."""
        return figure.x + self._pen.em(TIP + 0.4) if unit.kind == "alternatives" else self._frame.port(unit)

    def _give_exits(self, unit: Unit) -> None:
        """From left to right, each far enough from the last for its words; closer together where all must fit."""
        leaving = [route for route in self._routes.all if route.source is unit and route.leaves == "bottom"]
        places: list[float] = []
        for route in sorted(leaving, key=lambda route: route.kind == "lane"):
            figure = self._figure(unit, route.edge.source)
            wanted = self._within(figure, self._wanted_exit(route, unit, figure))
            crowded = any(abs(wanted - other) < self._pen.em(1.5) for other in places)
            places.append(max(places) + self._pen.em(_NEXT_EXIT) if crowded else wanted)
            self._exit_x[id(route)] = places[-1]
        if places and max(places) > (limit := self._within(figure, self._frame.right)):
            self._squeeze(leaving, min(places), limit)

    def _squeeze(self, leaving: Sequence[Route], first: float, last: float) -> None:
        between = (last - first) / (len(leaving) - 1)
        for at, route in enumerate(sorted(leaving, key=lambda route: self._exit_x[id(route)])):
            self._exit_x[id(route)] = first + at * between

    def _wanted_exit(self, route: Route, unit: Unit, figure: Figure) -> float:
        if unit.kind == "alternatives":
            return self._own_port(unit, figure)
        if route.kind == "down" and route.target.kind == "alternatives":
            return self._own_port(route.target, self._figure(route.target, route.edge.target))
        leads_aside = route.kind == "lane" or (route.target.track == "side" and not route.passes)
        return self._frame.fork if leads_aside else self._frame.port(unit)

    def _give_entries(self, unit: Unit) -> None:
        """Straight down where it comes from, if no other arrow is there; else at the next free place to the right."""
        entering = [route for route in self._routes.all if route.target is unit and route.enters == "top"]
        taken: list[float] = []
        for route in sorted(entering, key=lambda route: route.source.track != unit.track):
            figure = self._figure(unit, route.edge.target)
            others = [self._exit_x[id(other)] for other in self._routes.leaving(unit.row - 1) if other is not route]
            free = (
                x
                for x in self._offers(route, unit, figure)
                if x == self._within(figure, x) and all(abs(x - other) > self._pen.em(0.6) for other in taken + others)
            )
            taken.append(next(free, self._within(figure, self._came_down(route))))
            self._entry_x[id(route)] = taken[-1]

    def _offers(self, route: Route, unit: Unit, figure: Figure) -> list[float]:
        if unit.kind == "alternatives":
            return [self._own_port(unit, figure)]
        further = [figure.x + figure.width * share for share in (0.85, 0.7, 0.55)]
        return [self._came_down(route), self._own_port(unit, figure), self._frame.fork, *further]

    def _came_down(self, route: Route) -> float:
        if route.kind == "lane":
            return self._frame.fork
        return self._frame.trunk if route.passes else self._exit_x[id(route)]

    def _within(self, figure: Figure, x: float) -> float:
        ends = self._pen.em(TIP + 0.4) if figure.node.kind == "decision" else self._pen.em(0.8)
        return (
            min(max(x, figure.x + ends), figure.right - ends)
            if figure.width > 2 * ends
            else figure.x + figure.width / 2
        )

    # Channels: the words of the arrows, then the turns, then the heads.

    def _heights(self) -> tuple[list[float], list["_Channel"]]:
        top, tops, channels = self._pen.em(_EDGE), [], []
        for row, unit in enumerate(self._rows.units):
            tops.append(top)
            channels.append(self._channel(row, top + self._groups[unit.name].height))
            top = channels[-1].end
        return tops, channels

    def _channel(self, row: int, top: float) -> "_Channel":
        """Words stand beside the arrow's head too, where no arrow turns; else the turns come beneath them."""
        em = self._pen.em
        tallest = max((self._put_words(route) for route in self._routes.leaving(row) if route.says), default=0.0)
        words = tallest + 2 * em(_ABOVE) if tallest else em(0.25)
        turns = self._give_tracks(row)
        if not turns:
            return _Channel(top, top, em(_TRACK), 0, max(words, em(0.25 + _HEAD)))
        return _Channel(top, top + words, em(_TRACK), turns, em(_HEAD))

    def _put_words(self, route: Route) -> float:
        """Sets the words of an arrow at the origin; returns their height."""
        x = self._exit_x[id(route)]
        room = self._room_beside(route, x)
        lines: list[TextLine] = []
        for text, bold in ((route.edge.label, True), (route.edge.days, False)):
            for words in self._pen.wrap_evenly(text, room, bold) if text else ():
                base = self._pen.em(1.08) + len(lines) * self._pen.em(LINE * 0.93)
                lines.append(TextLine(words, 0.0, base, self._pen.size, bold, "ink" if bold else "accent"))
        self._words[id(route)] = tuple(lines)
        return len(lines) * self._pen.em(LINE * 0.93)

    def _room_beside(self, route: Route, x: float) -> float:
        """As far as the next upright line in this channel, or the edge."""
        row = route.source.row
        others = [self._exit_x[id(other)] for other in self._routes.leaving(row) if other is not route]
        others += [self._came_down(other) for other in self._routes.passing(row)]
        edge = min([other for other in others if other > x + 0.5], default=self._frame.right + self._pen.em(0.3))
        return edge - x - 2 * self._pen.em(_AFTER)

    def _give_tracks(self, row: int) -> int:
        """A height of its own for each turn that would run along another; returns how many heights there are."""
        turns = sorted(self._turns(row), key=lambda turn: -turn[1])
        tracks: list[list[tuple[float, float]]] = []
        for route, start, end in turns:
            low, high = min(start, end) - 1, max(start, end) + 1
            free = (at for at, runs in enumerate(tracks) if all(high < a or b < low for a, b in runs))
            track = next(free, len(tracks))
            if track == len(tracks):
                tracks.append([])
            tracks[track].append((low, high))
            self._track[id(route), row] = track
        return len(tracks)

    def _turns(self, row: int) -> list[tuple[Route, float, float]]:
        found = []
        for route in self._routes.all:
            for channel, start, end in self._sideways(route):
                if channel == row and abs(start - end) > 0.01:
                    found.append((route, start, end))
        return found

    def _sideways(self, route: Route) -> list[tuple[int, float, float]]:
        """In which channels it runs sideways, from where to where."""
        leaves, enters = self._exit_x.get(id(route)), self._entry_x.get(id(route))
        if route.kind == "lane":
            lane = self._frame.lane(route.lane)
            out = [(route.first_channel, leaves, lane)] if leaves is not None else []
            return out + ([(route.last_channel, lane, enters)] if enters is not None else [])
        assert leaves is not None and enters is not None
        if not route.passes:
            return [(route.first_channel, leaves, enters)]
        trunk = self._frame.trunk
        return [(route.first_channel, leaves, trunk), (route.last_channel, trunk, enters)]

    # Arrows.

    def _arrow(self, route: Route, figures: dict[str, Figure], channels: Sequence["_Channel"]) -> Arrow:
        source, target = figures[route.edge.source], figures[route.edge.target]
        points: list[tuple[float, float]] = []
        if route.leaves == "right":
            points.append((source.right, self._side_height(source, 0.72)))
        else:
            points.append((self._exit_x[id(route)], source.bottom))
        for channel, start, end in self._sideways(route):
            if abs(start - end) > 0.01:
                height = channels[channel].track(self._track[id(route), channel])
                points += [(start, height), (end, height)]
        if route.kind == "lane" and route.leaves == "right":
            points.insert(1, (self._frame.lane(route.lane), points[0][1]))
        if route.enters == "right":
            height = self._side_height(target, 0.3)
            points += [(self._frame.lane(route.lane), height), (target.right, height)]
        else:
            points.append((self._entry_x[id(route)], target.y))
        return Arrow(route.edge, tuple(dict.fromkeys(points)), loop=route.edge in self._rows.chart.loops)

    def _side_height(self, figure: Figure, share: float) -> float:
        """In at the upper part of a figure's right side, out at the lower; a decision only at its point."""
        return figure.middle if figure.node.kind == "decision" else figure.y + figure.height * share

    def _tag(self, route: Route, arrow: Arrow, channels: Sequence["_Channel"]) -> Tag:
        lines = self._words[id(route)]
        x = self._exit_x[id(route)] + self._pen.em(_AFTER)
        y = channels[route.source.row].top + self._pen.em(_ABOVE)
        placed = tuple(replace(line, x=line.x + x, base=line.base + y) for line in lines)
        width = max(self._pen.width(line.text, line.bold) for line in lines)
        return Tag(arrow, x, y, width, len(lines) * self._pen.em(LINE * 0.93), placed)


@dataclass(frozen=True)
class _Channel:
    """The space between two rows: words from `top`, turns from `turns_at`, heads to the end."""

    top: float
    turns_at: float
    between: float
    turns: int
    head: float

    @property
    def cut(self) -> float:
        """Close beneath the figures: whatever leaves them goes straight down here."""
        return self.top + 0.5

    @property
    def end(self) -> float:
        return self.turns_at + self.between * self.turns + self.head

    def track(self, number: int) -> float:
        return self.turns_at + self.between * (number + 0.5)
