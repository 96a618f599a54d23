"""企业微信 (WeCom): the QR code that a member scans, as its documentation describes it (企业微信登录,
获取访问用户身份).
"""

import logging
import secrets
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from ..outside_json import parse_outside_json
from ..refusals import Problem
from .backends import NO_ANSWER, NOT_CONFIRMED, CannotSignOn

log = logging.getLogger(__name__)

LOGIN = "https://login.work.weixin.qq.com/wwlogin/sso/login"
API = "https://qyapi.weixin.qq.com/cgi-bin"
TIMEOUT = 5.0  # seconds, for each answer
STATE = "wecom_state"
# The token of the newsroom's application is kept until a little before it expires: WeCom limits how often it is
# fetched.
TOKEN, EARLY = "wecom.access_token", 300  # seconds
EXPIRED_TOKENS = (40014, 42001)  # WeCom's codes: invalid, and expired
INVALID_CODE = 40029

IS_A_GUEST = Problem("sign_on.is_a_guest", _("You are not a member of the house's 企业微信."))


def begin_wecom(request: HttpRequest, callback: str) -> HttpResponse:
    """Redirect to the page with the QR code, which redirects back to `callback`."""
    request.session[STATE] = state = secrets.token_urlsafe(24)
    asked = {
        "login_type": "CorpApp",
        "appid": settings.WECOM_CORP_ID,
        "agentid": settings.WECOM_AGENT_ID,
        "redirect_uri": callback,
        "state": state,
    }
    return HttpResponseRedirect(f"{LOGIN}?{urlencode(asked)}")


def finish_wecom(request: HttpRequest) -> str:
    """Return the member's user id, which is the name of the account here. Raises CannotSignOn, for guests too."""
    state, code = request.session.pop(STATE, ""), request.GET.get("code", "")
    if not state or not code or not constant_time_compare(state, request.GET.get("state", "")):
        raise CannotSignOn(NOT_CONFIRMED)
    try:
        answer = _ask_who(code)
        if answer.get("errcode") in EXPIRED_TOKENS:
            cache.delete(TOKEN)
            answer = _ask_who(code)
    except (OSError, HTTPException, ValueError, KeyError, TypeError) as error:
        log.warning("企业微信 did not answer as it should: %r", error)
        raise CannotSignOn(NO_ANSWER) from error
    if answer.get("errcode", 0) == 0:
        if "userid" not in answer:  # a guest, who has an openid instead
            raise CannotSignOn(IS_A_GUEST)
        return str(answer["userid"])
    log.warning("企业微信 refused a log-in: %s", answer)
    raise CannotSignOn(NOT_CONFIRMED if answer["errcode"] == INVALID_CODE else NO_ANSWER)


def _ask_who(code: str) -> dict[str, Any]:
    return _wecom_answer("auth/getuserinfo", access_token=_access_token(), code=code)


def _access_token() -> str:
    """Return the token of the application. Raises ValueError if WeCom gives none."""
    kept = cache.get(TOKEN)
    if kept:
        return kept
    answer = _wecom_answer("gettoken", corpid=settings.WECOM_CORP_ID, corpsecret=settings.WECOM_SECRET)
    if answer.get("errcode", 0) != 0:
        raise ValueError(f"no access token: {answer.get('errcode')} {answer.get('errmsg')}")
    cache.set(TOKEN, answer["access_token"], max(int(answer["expires_in"]) - EARLY, 0))
    return answer["access_token"]


def _wecom_answer(path: str, **parameters: str) -> dict[str, Any]:
    """Return WeCom's answer. Raises OSError, HTTPException or ValueError if there is none or it is not JSON."""
    with urlopen(f"{API}/{path}?{urlencode(parameters)}", timeout=TIMEOUT) as answer:  # noqa: S310 (a constant, https)
        found = parse_outside_json(answer.read(100_000))
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found
