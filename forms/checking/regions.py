"""The tree of places: every code once, of the right length, below its parent's."""

from collections.abc import Mapping
from typing import Any

from forms.catalogue_reading import Finding
from forms.region import CODE_LENGTH

REGIONS = "regions.yaml"


def check_regions(city: Mapping[str, Any]) -> list[Finding]:
    """Every place once, under a code of its level's length that begins with its parent's."""
    findings: list[Finding] = []
    seen: set[str] = set()

    def visit(node: Mapping[str, Any], level: str, parent: str) -> None:
        code = str(node.get("code", ""))
        if node.get("ended_on"):
            return  # its code may be another place's by now, and its parent's another one
        if code in seen:
            findings.append(Finding(REGIONS, code, "code", f"区划代码“{code}”用了不止一次"))
        seen.add(code)
        begins = level in ("city", "county") or code.startswith(parent)
        if len(code) != CODE_LENGTH[level] or not code.isdigit() or not begins:
            findings.append(Finding(REGIONS, code, "code", f"应是{CODE_LENGTH[level]}位数字，以上级代码“{parent}”开头"))
        for below, key in (("county", "districts"), ("township", "towns"), ("village", "villages")):
            for child in node.get(key, ()):
                visit(child, below, code)

    visit(city, "city", "")
    return findings
