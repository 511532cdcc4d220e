"""The Flask app of the counter's page: gate, errors, and the routes of shell, visit and counter.

JSON API (all under /api but /open, /type and /preview; bodies and answers are JSON, but the pictures of a stack, which come
as application/octet-stream; every POST needs `Origin` of this page, its `Content-Type` and the cookie that POST /open
{secret} gave; errors are {"error": {"code", "message", "reference", ...}}, with "allowed" for a step or a reopening not
allowed and "gaps" for one incomplete):

  POST /open {secret}                          -> {opened: true} and the cookie
  POST /api/sign-in {sign_in_name, password}   -> {agent}          POST /api/sign-out {}
  GET  /api/health                             -> {signs, online, unsent, agent, practice, practising, shoots_by_itself,
                                               virtual_camera, folder_camera, card_reader, village_name}
  POST /api/practice {on}                      into the practice room and out of it -> {practising, visit}
  POST /api/auto-shot {on}                     whether still sheets are taken by themselves -> {shoots_by_itself}
  GET  /api/items?words=<any>                  by words, pinyin or initials, best first; without words all -> {items}
  GET  /api/corrections                        -> {corrections}
  GET  /api/drafts                             -> {drafts}
  POST /api/visits {item_code} | {case_number} | {visit_id}   begin, begin a correction, reopen a draft -> {visit}
  GET  /api/visit                              -> {visit | null}
  POST /api/visit/step {step}                  notice, answers, capture or check -> {visit}
  POST /api/visit/notice {}                    prints -> {printed: {path, words}, visit}
  POST /api/visit/answers {field_id: value, needs_x: bool, ...}    kept right or wrong -> {visit, faults, reference?}
  POST /api/visit/form {}                      prints -> {printed, visit}
  POST /api/visit/mandate {}                   prints the mandate -> {printed, visit}
  POST /api/visit/covers {}                    prints a cover sheet for each material -> {printed, visit}
  POST /api/visit/capture {material_id, sight?}   `sight`: the sheet of the preview that is to be taken by itself
                                               -> {accepted, keepable, page_id, sheet, findings, visit, reference?}
  POST /api/visit/keep-anyway {material_id}    -> the same, after a capture that was keepable
  POST /api/visit/retake {material_id, page}   page counts from 0; the next accepted capture replaces it -> {visit}
  POST /api/visit/drop-page {material_id, page}   -> {visit}
  POST /api/visit/move-page {material_id, page, to, place}   `place` in `to` once it is out of where it was -> {visit}
  POST /api/visit/turn-page {material_id, page, degrees}     90, 180 or 270 clockwise -> {visit}
  POST /api/visit/vouch-page {material_id, page}   kept in spite of what its reading says -> {visit}
  POST /api/visit/undo {}                      the last thing done to the pages -> {visit}
  POST /api/visit/stack/begin {}               -> {begun}; then each picture file: POST /api/visit/stack <bytes> -> {visit}
  POST /api/visit/stack/next {}                the same, the next picture of the scanner's folder -> {more, visit}
  POST /api/visit/stack/sort {}                by the cover sheets -> {lines, faults, left, visit}; what is left is visit.loose
  POST /api/visit/checked {materials: [id...]} compared with the originals; the whole list each time -> {visit}
  POST /api/visit/send {}                      -> {packet_id, lookup_code, visit}
                                               from here on visit has neither answers nor pages, though the draft stays
                                               on the disk until the packet is delivered
  POST /api/visit/set-aside {} | /api/visit/abandon {} | /api/visit/close {}   -> {visit: null}
  GET  /api/visit/pages/<page_id>              -> JPEG as it was taken
  GET  /api/visit/pages/<page_id>/shown?side=small|large     -> JPEG upright, for the screen
  POST /api/visit/card {material_id, place}    wait for the card of that person, one of visit.cards -> {card}
  GET  /api/visit/card                         -> {card: {state, owner, seconds_left, sentence, reference}}; state idle,
                                               waiting, trouble, or read, and then {card, visit} with the card's offers
  POST /api/visit/card/cancel {}               -> {card}
  POST /api/visit/card/drop {material_id, place}   it was another person's card -> {visit}
  GET  /api/outbox                             -> {packets: [{packet_id, state, allowed, percent, case_number, reason,
                                                  ...}], unsent}; state waiting, sending, delivered, refused or replaced
  POST /api/outbox/<packet_id>/retry {}        the same packet once more -> {packet}
  POST /api/outbox/<packet_id>/reopen {}       a refused one only: back at the check, everything kept, a new packet_id, the
                                               same lookup_code, visit.refusal {reason, reference} -> {visit}
  POST /api/receipts/<packet_id> {}            prints -> {printed}
  POST /api/rating/find {code}                 a lookup code, or a receipt's address as a scanner types it
                                               -> {rating: {item_name, lookup_code, aspects}}
  POST /api/rating/scan {}                     looks for a receipt's square under the camera -> {code | null}
  POST /api/rating/send {lookup_code, grade, aspects, anonymous, comment}     the villager's; nobody at the counter is
                                               recorded with it -> {answer_key}
  GET  /api/printing                           -> {words | null} of the print in hand, which may take a minute
  GET  /api/camera/knobs                       -> {knobs}: which of refocus, brighter, darker this camera has
  POST /api/camera/knobs {turn}                -> {done, words}; not done at the end of the scale
  GET  /api/camera/virtual                     -> {specimens, placed}
  POST /api/camera/virtual {place, person, tilt, blur, glare, light, shadow, hand, unplug}   any of them -> the same
  GET  /type/<codes>.woff                      -> a font with those rare characters, as 20BB7-2A6D7
  GET  /preview?after=<number>&visit=<visit_id>&material=<material_id>   the last two while sheets are waited for
                                               -> JPEG with X-Sheet {number, width, height, sheet, findings, auto}; 204: no
                                               news; auto {phase, share, sight}, null when nothing is taken by itself
"""

import logging
import traceback
from typing import Any

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from forms.catalogue import UnknownItem
from forms.render.paper import PaperFault
from kiosk.agents import SignInRefused
from kiosk.camera.protocol import CameraTrouble
from kiosk.flow import AnswerRefused, StepNotAllowed, VisitIncomplete
from kiosk.imaging.read import NotAPicture
from kiosk.outbox import ReopenRefused, UnknownPacket
from kiosk.printer import PrinterTrouble
from kiosk.safe import NoRoom
from kiosk.screen import (
    counter_routes,
    device_routes,
    page_routes,
    rating_routes,
    shell_routes,
    type_routes,
    visit_routes,
)
from kiosk.screen.answering import BadRequest, refusal
from kiosk.screen.captures import CaptureRefused
from kiosk.screen.card_reading import CardRefused
from kiosk.screen.counter import ItemStopped, UnknownCase
from kiosk.screen.dispatch import DraftGone
from kiosk.screen.guards import Gate, GuardRefused
from kiosk.screen.hand import NoVisit, VisitInHand
from kiosk.screen.knobs import KnobRefused
from kiosk.screen.packing import PacketTooLarge
from kiosk.screen.places import Places, PracticeRefused
from kiosk.screen.practice_desk import DeskRefused
from kiosk.screen.ratings import RatingIncomplete
from kiosk.screen.session import NotSignedIn
from kiosk.screen.shapes import gap_shape
from kiosk.screen.watch import SheetChanged
from kiosk.server_link import ServerAway, ServerRefused
from kiosk.visits import UnknownPage, UnknownVisit

log = logging.getLogger("kiosk.screen")

LARGEST_BODY = 256 * 1024
STATUS_OF: dict[type[Exception], tuple[int, str]] = {
    StepNotAllowed: (409, "step_not_allowed"),
    VisitIncomplete: (409, "visit_incomplete"),
    VisitInHand: (409, "visit_in_hand"),
    ReopenRefused: (409, "reopen_refused"),
    DraftGone: (410, "draft_gone"),
    NoVisit: (409, "no_visit"),
    NotSignedIn: (401, "not_signed_in"),
    CardRefused: (409, "card_refused"),
    KnobRefused: (409, "knob_refused"),
    CaptureRefused: (409, "capture_refused"),
    SheetChanged: (409, "sheet_changed"),
    DeskRefused: (409, "desk_refused"),
    PracticeRefused: (409, "practice_refused"),
    BadRequest: (400, "bad_request"),
    AnswerRefused: (422, "answer_refused"),
    NotAPicture: (422, "not_a_picture"),
    RatingIncomplete: (422, "rating_incomplete"),
    PacketTooLarge: (422, "packet_too_large"),
    PaperFault: (422, "paper_fault"),
    SignInRefused: (401, "sign_in_refused"),
    UnknownItem: (404, "unknown_item"),
    ItemStopped: (409, "item_stopped"),
    UnknownVisit: (404, "unknown_visit"),
    UnknownPage: (404, "unknown_page"),
    UnknownPacket: (404, "unknown_packet"),
    UnknownCase: (404, "unknown_case"),
    CameraTrouble: (503, "camera_trouble"),
    PrinterTrouble: (503, "printer_trouble"),
    ServerAway: (503, "server_away"),
    ServerRefused: (502, "server_refused"),
    NoRoom: (507, "no_room"),
}
HTTP_WORDS = {404: "没有这个页面。", 405: "这个地址不能这样用。", 413: "发来的内容太大了。"}
UNEXPECTED = "程序出了点问题，已经拍好的都在。请再点一次；还不行，请把编号告诉镇里。"


def create_app(places: Places, gate: Gate) -> Flask:
    """The app, ready to be served."""
    app = Flask(__name__, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    gate.install(app, lambda: places.session.agent is not None)
    _install_errors(app)
    shell_routes.install(app, gate, places)
    type_routes.install(app)
    counter_routes.install(app, places)
    visit_routes.install(app, places)
    page_routes.install(app, places)
    device_routes.install(app, places)
    rating_routes.install(app, places)
    return app


def _install_errors(app: Flask) -> None:
    @app.errorhandler(GuardRefused)
    def _guarded(refused: GuardRefused) -> Response:
        return refusal(refused.status, refused.code, str(refused))

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        status = error.code or 500
        return refusal(status, f"http_{status}", HTTP_WORDS.get(status, "没有做成，请再试一次。"))

    @app.errorhandler(Exception)
    def _any(error: Exception) -> Response:
        for kind, (status, code) in STATUS_OF.items():
            if isinstance(error, kind):
                return refusal(status, getattr(error, "code", code), str(error), **_further(error))
        return _unexpected(error)


def _further(error: Exception) -> dict[str, Any]:
    if isinstance(error, (StepNotAllowed, ReopenRefused)):
        return {"allowed": list(error.allowed)}
    if isinstance(error, VisitIncomplete):
        return {"gaps": [gap_shape(gap) for gap in error.gaps]}
    if isinstance(error, ServerRefused):
        return {"server_reference": error.reference}
    return {}


def _unexpected(error: Exception) -> Response:
    """Attack on privacy: an exception's text may hold answers, so the log gets its kind and the lines of code only."""
    response = refusal(500, "unexpected", UNEXPECTED)
    where = "".join(traceback.format_tb(error.__traceback__)[-4:])
    log.error("%s %s\n%s", response.get_json()["error"]["reference"], type(error).__name__, where)
    return response
