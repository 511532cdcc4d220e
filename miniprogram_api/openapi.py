"""The API's OpenAPI 3.1 description, made from the shapes so that it cannot drift from them."""

import re
from typing import Any

from pydantic.json_schema import models_json_schema

from miniprogram_api.shapes import (
    AgainRequest,
    CaseDetail,
    CaseList,
    FaultAnswer,
    FollowRequest,
    LoginAnswer,
    LoginRequest,
    RatingAnswer,
    RatingRequest,
    RatingStanding,
    Shape,
)

# path, method, what it does, request, answer, status, needs a session
ROUTES: tuple[tuple[str, str, str, type[Shape] | None, type[Shape], str, bool], ...] = (
    ("/login", "post", "用 wx.login 的 code 登录", LoginRequest, LoginAnswer, "200", False),
    ("/cases", "get", "我的办件", None, CaseList, "200", True),
    ("/cases/follow", "post", "用查询码添加办件", FollowRequest, CaseDetail, "201", True),
    ("/cases/{case_number}", "get", "办件进度", None, CaseDetail, "200", True),
    ("/cases/{case_number}/withdrawal", "post", "撤回申请", None, CaseDetail, "200", True),
    ("/cases/{case_number}/rating", "post", "评价", RatingRequest, RatingAnswer, "201", True),
    ("/cases/{case_number}/rating/{key}", "get", "我的评价和答复", None, RatingStanding, "200", True),
    ("/cases/{case_number}/rating/{key}", "post", "答复以后再评一次", AgainRequest, RatingStanding, "201", True),
)


def describe_api() -> dict[str, Any]:
    shapes = {shape for route in ROUTES for shape in (route[3], route[4], FaultAnswer) if shape}
    ordered = sorted(shapes, key=lambda shape: shape.__name__)
    _, schemas = models_json_schema(
        [(shape, "validation") for shape in ordered], ref_template="#/components/schemas/{model}"
    )
    paths: dict[str, Any] = {}
    for path, method, summary, asks, answers, status, session in ROUTES:
        paths.setdefault(path, {})[method] = _operation(path, summary, asks, answers, status, session)
    return {
        "openapi": "3.1.0",
        "info": {"title": "农事网通小程序接口", "version": "1"},
        "servers": [{"url": "/mp"}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(
    path: str, summary: str, asks: type[Shape] | None, answers: type[Shape], status: str, session: bool
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": summary,
        "responses": {status: _content("成功", answers), "default": _content("没有办成", FaultAnswer)},
    }
    if asks:
        operation["requestBody"] = {"required": True, **_content(None, asks)}
    if names := re.findall(r"\{(\w+)\}", path):
        stated = {"in": "path", "required": True, "schema": {"type": "string"}}
        operation["parameters"] = [{"name": name, **stated} for name in names]
    if session:
        operation["security"] = [{"session": []}]
    return operation


def _content(description: str | None, shape: type[Shape]) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{shape.__name__}"}}}
    return {"content": content, **({"description": description} if description else {})}
