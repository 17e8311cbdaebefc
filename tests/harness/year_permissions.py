"""How the fake TikTok of the long run gives and takes permissions: each pair dies with the next."""

import hashlib
from collections import Counter
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.harness.year_records import Creator, Refused, json_answer

REFRESH_LIFE_S = 180 * 86_400
SCOPES = "user.info.basic,user.info.profile,user.info.stats,video.list,video.publish,video.upload"
IN_A_ROW_S = 10.0


class Permissions:
    """Knows whose each token is, and since when an account has none that the app could use."""

    def __init__(
        self, now_s: Callable[[], float], number: Callable[[], int], violations: Counter[str]
    ) -> None:
        self._now_s = now_s
        self._number = number
        self._violations = violations
        self._owner: dict[str, Creator] = {}
        self._codes: dict[str, tuple[Creator, str]] = {}

    def consent(self, creator: Creator, challenge: str) -> str:
        """The owner agrees on TikTok's page; returns the code for the app."""
        code = f"code-{self._number()}"
        self._codes[code] = (creator, challenge)
        return code

    def owner(self, token: str) -> Creator | None:
        """Return whose an access or refresh token is or was."""
        return self._owner.get(token)

    def owner_of_form(self, form: dict[str, list[str]]) -> Creator | None:
        """Return for whom tokens are asked."""
        agreed = self._codes.get(form.get("code", [""])[0])
        return agreed[0] if agreed else self.owner(form.get("refresh_token", [""])[0])

    def take_back(self, creator: Creator) -> None:
        """End every token of an account."""
        creator.access.clear()
        creator.refresh = ""
        self.lose(creator)

    def expire(self, creator: Creator) -> None:
        """End an account's access tokens; a call refused so twice makes the app ask the owner."""
        creator.access.clear()
        now_s = self._now_s()
        if now_s - creator.expired_s < IN_A_ROW_S:
            self.lose(creator)
        creator.expired_s = now_s

    def lose(self, creator: Creator) -> None:
        """From now on the app has no permission that holds."""
        if creator.broken_since_s is None:
            creator.broken_since_s = self._now_s()

    def keep(self, creator: Creator, *, is_read: bool) -> None:
        """An app keeps a new permission once it has read whose it is, and gives it back if not."""
        is_new = creator.successor_used
        if is_read and is_new and creator.broken_since_s is not None:
            creator.broken.append((creator.broken_since_s, self._now_s()))
            creator.broken_since_s = None

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Trade a code or a refresh token, or take a permission back; raises Refused."""
        form = {name: values[0] for name, values in parse_qs(request.read().decode()).items()}
        if form.get("client_key") != "sim-key" or form.get("client_secret") != "sim-secret":
            self._violations["wrong app keys"] += 1
            raise Refused(400, "invalid_client")
        if request.url.path == "/v2/oauth/revoke/":
            self.take_back(self._owner[form["token"]])
            return json_answer(200, {})
        if form["grant_type"] == "refresh_token":
            return self._pair(self._refreshed(form["refresh_token"]))
        creator, challenge = self._codes.pop(form["code"])
        if hashlib.sha256(form["code_verifier"].encode()).hexdigest() != challenge:
            self._violations["wrong code verifier"] += 1
            raise Refused(400, "invalid_grant")
        return self._pair(creator)

    def _refreshed(self, token: str) -> Creator:
        creator = self._owner.get(token)
        if creator is None or token != creator.refresh:
            if creator is not None:
                if creator.successor_used and token in creator.spent:
                    self._violations["a pair was used and then forgotten"] += 1
                since_s = creator.spent.get(token, self._now_s())
                creator.broken_since_s = creator.broken_since_s or since_s
            raise Refused(400, "invalid_grant", "The refresh token is invalid.")
        return creator

    def _pair(self, creator: Creator) -> httpx.Response:
        now_s = self._now_s()
        if creator.refresh:
            creator.spent = {creator.refresh: now_s}
        creator.access = {old: end for old, end in creator.access.items() if end > now_s}
        access, refresh = f"act.{self._number()}", f"rft.{self._number()}"
        creator.access[access] = now_s + creator.access_life_s
        creator.refresh, creator.successor_used = refresh, False
        self._owner[access] = self._owner[refresh] = creator
        return json_answer(
            200,
            {
                "access_token": access,
                "refresh_token": refresh,
                "open_id": creator.open_id,
                "expires_in": int(creator.access_life_s),
                "refresh_expires_in": REFRESH_LIFE_S,
                "scope": SCOPES,
                "token_type": "Bearer",
            },
        )

    def bearer(self, request: httpx.Request) -> Creator:
        """Return whose token a call bears; raises Refused."""
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        creator = self._owner.get(token)
        if creator is None or creator.access.get(token, 0.0) <= self._now_s():
            raise Refused(401, "access_token_invalid", "The access token is invalid.")
        creator.expired_s = float("-inf")
        if token == next(reversed(creator.access)):
            creator.successor_used = True
        return creator


def redirect_of(page_url: str) -> tuple[str, str, str]:
    """Return redirect address, state and challenge of a consent page's address."""
    query = parse_qs(urlsplit(page_url).query)
    return query["redirect_uri"][0], query["state"][0], query["code_challenge"][0]
