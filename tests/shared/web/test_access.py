"""Who comes in where, and what a token must be like."""

import hmac
from base64 import urlsafe_b64encode
from datetime import timedelta
from http.cookies import SimpleCookie
from json import dumps

import jwt
from sqlalchemy.exc import OperationalError

from shared.web.current import KEY, Access
from tests.shared.web.board import CONTACT_TOKEN, ENDED
from tests.shared.web.conftest import NOW, PRIVATE, PUBLIC, ZH, bearer, csrf_of, key_pair

SECRET = "/board/api/v1/secret"
WHOAMI = "/board/api/v1/whoami"


def signed_in(client, token, kind="organizer"):
    return client.post(f"/board/sign-in/{kind}", data={"csrf_token": csrf_of(client), "token": token})


def test_every_route_stands_in_a_list_that_says_who_may_come_in(app):
    access = app.extensions[KEY].access
    open_to_all = {"door", "api_door", "assets", "health", "preferences", "reference"}
    assert {name for name, who in access.items() if who is Access.PUBLIC} == open_to_all
    assert {rule.endpoint.rpartition(".")[0] for rule in app.url_map.iter_rules()} <= access.keys()


def test_an_organizer_comes_in_with_a_token(client, token):
    assert client.get(SECRET, headers=bearer(token())).json == {"name": "wang"}
    assert client.get("/board/api/v1/unit", headers=bearer(token())).json == {"kind": "organizer"}


def test_a_contact_comes_in_where_contacts_may(client):
    assert client.get("/board/api/v1/unit", headers=bearer(CONTACT_TOKEN)).json == {"kind": "contact"}
    assert client.get(SECRET, headers=bearer(CONTACT_TOKEN)).status_code == 403
    assert client.get("/board/api/v1/unit", headers=bearer("somebody")).status_code == 401


def test_the_words_around_a_token_are_forgiven(client, token):
    for header in (f"bearer {token()}", f"BEARER  {token()} "):
        assert client.get(SECRET, headers={"Authorization": header}).status_code == 200
    for header in (token(), f"Token {token()}", "Bearer", "Bearer ", "Basic d2FuZzp3YW5n", f"Bearer {'x' * 5000}"):
        assert client.get(SECRET, headers={"Authorization": header}).status_code == 401


def forged(token, **changes):
    """The token with other claims, under its old signature."""
    header, _claims, signature = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False}) | changes
    return f"{header}.{urlsafe_b64encode(dumps(claims).encode()).decode().rstrip('=')}.{signature}"


def signed(token, *, leave_out=None, key=PRIVATE, algorithm="EdDSA", **changes):
    """The token with other claims, signed anew."""
    claims = jwt.decode(token, options={"verify_signature": False}) | changes
    claims.pop(leave_out, None)
    return jwt.encode(claims, key, algorithm=algorithm)


def test_tokens_that_events_did_not_issue_are_nobodys(client, token):
    ours = token()
    wrong = [
        forged(ours, role="admin"),
        ours[:-4] + "AAAA",
        ours + "A",
        signed(ours, key=key_pair()[0]),
        signed(ours, key=None, algorithm="none"),
        signed(ours, iss="somebody"),
        signed(ours, sub="not-an-id"),
        signed(ours, sid=7),
        signed(ours, exp="tomorrow"),
        *(signed(ours, leave_out=claim) for claim in ("iss", "sub", "name", "community", "role", "sid", "iat", "exp")),
    ]
    for one in wrong:
        assert client.get(SECRET, headers=bearer(one)).status_code == 401
    assert client.get(SECRET, headers=bearer(signed(ours))).status_code == 200


def test_the_public_key_signs_nothing(client, token):
    header = urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    claims = token().split(".")[1]
    signature = hmac.new(PUBLIC.encode(), f"{header}.{claims}".encode(), "sha256").digest()
    confused = f"{header}.{claims}.{urlsafe_b64encode(signature).decode().rstrip('=')}"
    assert client.get(SECRET, headers=bearer(confused)).status_code == 401


def test_a_token_ends_after_twelve_hours(client, token):
    for age, status in ((timedelta(hours=11, minutes=59), 200), (timedelta(hours=12, minutes=1), 401)):
        assert client.get(SECRET, headers=bearer(token(at=NOW - age))).status_code == status


def test_a_token_from_the_future_is_nobodys(client, token):
    assert client.get(SECRET, headers=bearer(token(at=NOW + timedelta(seconds=10)))).status_code == 200
    assert client.get(SECRET, headers=bearer(token(at=NOW + timedelta(minutes=5)))).status_code == 401


def test_a_sign_in_that_was_ended_ends_its_token(client, token):
    assert client.get(SECRET, headers=bearer(token(session_id=ENDED))).status_code == 401


def test_a_manage_token_is_handed_to_the_view(client):
    assert client.get(WHOAMI, headers=bearer("a-manage-token")).json == {"kind": None, "bearer": "a-manage-token"}
    assert client.get(WHOAMI).json == {"kind": None, "bearer": None}


def test_pages_know_an_organizer_by_a_cookie_and_json_by_a_header_only(client, token):
    assert signed_in(client, token()).status_code == 303
    assert client.get("/board/desk").json == {"name": "wang"}
    assert client.get(SECRET).status_code == 401
    stranger = client.application.test_client()
    assert stranger.get("/board/desk", headers=bearer(token())).status_code == 303


def test_others_are_sent_to_sign_in_and_back(client):
    for path, back in (
        ("/board/desk", "%2Fboard%2Fdesk"),
        ("/board/desk?tab=a&b=1", "%2Fboard%2Fdesk%3Ftab%3Da%26b%3D1"),
    ):
        response = client.get(path)
        assert (response.status_code, response.headers["Location"]) == (303, f"/events/login?next={back}")


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(client):
    response = client.get("/board/desk", headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Redirect"]) == (204, "/events/login")


def test_a_unit_page_explains_itself_to_whoever_lost_the_link(client):
    response = client.get("/board/unit", headers=ZH)
    assert response.status_code == 401
    assert "请先登录，或打开社区发给您的链接。" in response.text


def test_a_contact_sees_the_unit_and_not_the_desk(client):
    signed_in(client, CONTACT_TOKEN, "contact")
    assert client.get("/board/unit").json == {"kind": "contact"}
    response = client.get("/board/desk", headers=ZH)
    assert response.status_code == 403
    assert "只有社区的组织者可以这样做。" in response.text


def test_who_is_both_is_whom_the_page_is_for(client, token):
    signed_in(client, token())
    signed_in(client, CONTACT_TOKEN, "contact")
    assert client.get("/board/unit").json == {"kind": "contact"}
    assert client.get("/board/desk").json == {"name": "wang"}


def test_the_header_of_a_page_shows_who_is_signed_in_and_where_to_go(client, token):
    assert "/partners/desk" not in client.get("/board/notes/new").text
    signed_in(client, token())
    page = client.get("/board/notes/new", headers=ZH).text
    assert "wang" in page
    assert '<a href="/partners/desk">驻地单位</a>' in page


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client, token):
    cookie = SimpleCookie(signed_in(client, token()).headers["Set-Cookie"])
    kept = cookie["steward-organizer"]
    assert (kept["httponly"], kept["samesite"], kept["path"], kept["secure"]) == (True, "Lax", "/", "")


def test_over_https_cookies_are_bound_to_the_host(build, token):
    client = build(origin="https://steward.example").test_client()
    page = client.get("/board/notes/new", base_url="https://localhost")
    (session,) = page.headers.getlist("Set-Cookie")
    assert session.startswith("__Host-steward-board=")
    csrf = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    response = client.post(
        "/board/sign-in/organizer",
        data={"csrf_token": csrf, "token": token()},
        base_url="https://localhost",
        headers={"Referer": "https://localhost/board/notes/new"},
    )
    cookies = {line.split("=")[0]: line for line in response.headers.getlist("Set-Cookie")}
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookies["__Host-steward-organizer"].split("; "))
    assert "Domain" not in cookies["__Host-steward-organizer"]
    assert client.get("/board/desk", base_url="https://localhost").json == {"name": "wang"}


def test_over_https_what_a_reader_chose_is_kept_under_such_a_name_as_well_and_no_other_counts(build):
    client = build(origin="https://steward.example").test_client()
    page, here = "/board/notes/new", {"base_url": "https://localhost"}
    csrf = client.get(page, **here).text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": csrf, "theme": "dark", "text": "large", "lang": "en", "next": page}
    answer = client.post("/board/preferences", data=form, headers={"Referer": f"https://localhost{page}"}, **here)
    names = {line.split("=")[0] for line in answer.headers.getlist("Set-Cookie")}
    assert names == {"__Host-steward-theme", "__Host-steward-text", "__Host-steward-lang"}
    assert 'data-theme="dark"' in client.get(page, **here).text
    assert (
        'data-theme="light"'
        not in build(origin="https://steward.example")
        .test_client()
        .get(page, headers={"Cookie": "steward-theme=light"}, **here)
        .text
    )


def test_signing_in_begins_a_new_session(client, token):
    csrf = csrf_of(client)
    client.post("/board/sign-in/organizer", data={"csrf_token": csrf, "token": token()})
    assert client.post("/board/notes/new", data={"csrf_token": csrf}).status_code == 400


def test_signing_out_forgets_everybody(client, token):
    signed_in(client, token())
    signed_in(client, CONTACT_TOKEN, "contact")
    client.post("/board/sign-out", data={"csrf_token": csrf_of(client)})
    assert client.get("/board/desk").status_code == 303
    assert client.get("/board/unit").status_code == 401


def test_a_database_that_is_gone_while_somebody_is_recognised_is_an_error_like_any_other(build, database, monkeypatch):
    client = build().test_client()
    client.set_cookie("steward-contact", CONTACT_TOKEN)

    def gone(*_args, **_kwargs):
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(database, "read", gone)
    for path, status in (("/board/unit", 503), ("/board/notes/new", 503), ("/board/nothing", 404)):
        assert client.get(path).status_code == status
