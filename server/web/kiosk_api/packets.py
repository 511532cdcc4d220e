"""Hands a finished upload in as a packet: the same packet twice gets the same answer and opens one case."""

from contextlib import suppress
from dataclasses import asdict

from flask import Blueprint, Response, g, jsonify

from forms.catalogue import UnknownItem
from forms.packet import PacketFault, sha256_of
from server.services.intake import OpenedPacket, TakenIn, find_taken_in, open_sealed_packet, take_in_packet
from server.services.upload import UploadRefused, forget_upload, get_upload, read_whole
from server.services.work import RowConflict
from server.web.kiosk_api.machines import json_body
from server.web.webkit.errors import Refusal
from server.web.webkit.guards import guarded_by
from server.web.webkit.installation import installation


def add_routes(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/packets/<packet_id>", view_func=hand_in, methods=["PUT"])


@guarded_by("machine")
def hand_in(packet_id: str) -> tuple[Response, int]:
    with installation().look() as work:
        if taken := find_taken_in(work, packet_id, g.machine):
            return jsonify(asdict(taken)), 200
    upload_id = str(json_body().get("upload_id", ""))
    try:
        return jsonify(asdict(_take_in(_open_upload(packet_id, upload_id), upload_id))), 201
    except (PacketFault, UnknownItem) as fault:
        raise Refusal(422, "packet_refused", str(fault)) from None
    except UploadRefused as refused:
        raise Refusal(refused.status, "upload_refused", str(refused)) from None


def _open_upload(packet_id: str, upload_id: str) -> OpenedPacket:
    """Raises UploadRefused, PacketFault."""
    tools = installation().tools
    with installation().look() as work:
        row = get_upload(work, upload_id, g.machine.id)
    sealed = read_whole(tools, row)
    if sha256_of(sealed) != json_body().get("sha256"):
        raise PacketFault("收到的文件和村里算的校验值不一致，没有收下。材料还在村里电脑上，请重新上传这一件。")
    return open_sealed_packet(tools, sealed, packet_id)


def _take_in(opened: OpenedPacket, upload_id: str) -> TakenIn:
    try:
        return _take_in_once(opened, upload_id)
    except RowConflict:
        # The same packet was handed in twice at one moment: the other one opened the case, this one reads its answer.
        # Or another packet of the same new resident came first: once more, and the resident is known.
        with installation().look() as work:
            taken_before = find_taken_in(work, opened.manifest.packet_id, g.machine)
        return taken_before or _take_in_once(opened, upload_id)


def _take_in_once(opened: OpenedPacket, upload_id: str) -> TakenIn:
    with installation().begin() as work:
        taken = take_in_packet(work, opened, g.machine)
        with suppress(UploadRefused):  # the same upload handed in at the same moment has forgotten it already
            forget_upload(work, get_upload(work, upload_id, g.machine.id))
        return taken
