"""Every form of every page: without its token, empty, and filled with nonsense, in both languages."""

import re

import pytest

from shared.web.current import Access
from tests.web.browser import Page, forms_of
from tests.web.catalogue import HAN, english_in
from tests.web.routes import routes
from tests.web.site import PASSWORD, leads_home
from tests.web.world import an_event

WHO = {Access.PUBLIC: ("nobody", "volunteer"), Access.CONTACT: ("contact",), Access.ORGANIZER: ("organizer",)}
LONG = "<b>长</b>" * 300
MARKS_LATER = "/import"
"""How the addresses end whose forms take whole lists, and lead on to a page that marks what is wrong in them."""
NONSENSE = {
    "number": "不是数字<b>",
    "email": "不是邮箱<b>",
    "tel": "12345<b>",
    "date": "昨天<b>",
    "datetime-local": "明天下午<b>",
    "time": "下午<b>",
}
"""What is typed into a box of a kind; a text that is too long into all others."""
OUTSIDE = (
    "//evil.example",
    "///evil.example",
    "https://evil.example/",
    "http:evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "@evil.example",
    ".evil.example",
    "/\x00/evil.example",
    "/\r\nSet-Cookie: a=b",
    "/%0d%0aSet-Cookie:%20a=b",
)


def pages(site, world):
    """Every page that can be opened, with somebody who may."""
    for route in routes(site):
        if not route.is_api and route.method == "GET" and "/static/" not in route.rule.rule:
            for who in WHO[route.access]:
                visitor = site.visitor(**world.cookies(who))
                yield route, visitor, route.path(world)
                if "event_id" in route.rule.arguments and route.access is Access.ORGANIZER:
                    yield route, visitor, route.path(world, event_id=world.cancelled["id"])
                    if route.service == "events":
                        yield route, visitor, route.path(world, event_id=world.draft["id"])


def forms(site, world):
    """Every form of those pages, once."""
    seen = set()
    for route, visitor, path in pages(site, world):
        answer = visitor.get(path)
        if answer.content_type.startswith("text/html"):
            for form in forms_of(answer.text, route.service):
                key = (re.sub("[0-9a-f-]{36}", "…", form.action), tuple(sorted({box.name for box in form.boxes})))
                if key not in seen:
                    seen.add(key)
                    yield route.service, visitor, form


def test_every_page_opens(site, world):
    for route, visitor, path in pages(site, world):
        for language in ("zh-CN", "en"):
            status = visitor.get(path, language).status_code
            is_lost = path.startswith(("/signups/mine", "/signups/feed/", "/signups/together"))
            is_lost |= path == "/signups/feedback"
            is_lost |= "upload_id" in route.rule.arguments
            is_lost |= bool({"mailing_id", "notice_id"} & route.rule.arguments)  # they are of one event
            is_lost |= "/letter" in route.rule.rule  # nobody is thanked before the event is over
            assert status in ({200, 303, 404} if is_lost else {200, 303}), (route, status)


def test_names_with_markup_are_shown_as_they_were_typed(site, world):
    """No page holds the markup itself; those that show names hold it as text."""
    shown = [path for _route, visitor, path in pages(site, world) if "&lt;script&gt;" in visitor.get(path).text]
    for place in ("/events/", "/events/desk", "/signups/events/", "/signups/desk/", "/partners/desk", "/partners/unit"):
        assert any(path.startswith(place) for path in shown), place


def test_a_form_without_its_token_is_a_page_with_400(site, world):
    for route in routes(site):
        if not route.is_api and route.method != "GET":
            path = route.path(world)
            for who in ("nobody", "volunteer", "contact", "organizer"):
                visitor = site.visitor(**world.cookies(who))
                for fields in ({}, {"csrf_token": ""}, {"csrf_token": "x"}, {"csrf_token": "IjEi.a.b"}):
                    answer = visitor.ask(route.method, path, data=fields, headers={"Accept-Language": "zh-CN"})
                    assert answer.status_code in {400, 401, 403}, (route, who, answer.status_code)
                    assert answer.status_code == 400 or who != "organizer", (route, who)
                    assert HAN.search(answer.text)


def test_a_token_of_another_session_or_service_is_400(site, world):
    for route in routes(site):
        if not route.is_api and route.method != "GET":
            for service in site.apps:
                stale = site.visitor().token(service)
                who = "contact" if route.access is Access.CONTACT else "organizer"
                visitor = site.visitor(**world.cookies(who))
                visitor.token(route.service)
                headers = {"Origin": "https://evil.example", "Referer": "https://evil.example/"}
                answer = visitor.ask(route.method, route.path(world), data={"csrf_token": stale}, headers=headers)
                assert answer.status_code == 400, (route, service, answer.status_code)


def test_a_form_with_an_empty_box_that_is_needed_comes_back(site, world):
    seen = 0
    for service, visitor, form in forms(site, world):
        if any(box.required for box in form.typed):
            seen += 1
            empty = form.hidden | dict.fromkeys((box.name for box in form.typed), "")
            empty.pop("csrf_token")
            chinese = visitor.send(form.action, empty)
            assert chinese.status_code == 422, (form.action, chinese.status_code)
            page = Page(chinese.text)
            assert page.errors, form.action
            assert not english_in(page.errors, service), form.action
            said = Page(visitor.send(form.action, empty, "en").text).errors
            assert said, form.action
            assert not [text for text in said if HAN.search(text)], (form.action, said)
    assert seen > 5


def test_a_form_filled_with_nonsense_comes_back_with_what_was_typed(site, world):
    seen = 0
    for service, visitor, form in forms(site, world):
        if form.typed and not form.action.endswith(MARKS_LATER):
            seen += 1
            typed = {box.name: NONSENSE.get(box.kind, LONG) for box in form.typed}
            sent = form.hidden | typed
            sent.pop("csrf_token")
            answer = visitor.send(form.action, sent)
            assert answer.status_code == 422, (form.action, answer.status_code)
            assert "<b>" not in answer.text, form.action
            page = Page(answer.text)
            assert page.errors, form.action
            assert not english_in(page.errors, service), form.action
            kept = page.values
            for box in form.typed:
                if box.kind != "password" and box.name in kept:
                    assert kept[box.name].strip() == typed[box.name], (form.action, box.name)
    assert seen > 5


def test_choices_that_nobody_offered_are_refused(site, world):
    for service, visitor, form in forms(site, world):
        chosen = [box for box in form.boxes if box.kind in {"radio", "checkbox", "select", "hidden"}]
        for box in {box.name: box for box in chosen if box.name != "csrf_token"}.values():
            for value in ("garbage\0",):
                others = {one.name: one.value for one in form.boxes if one.kind != "button"}
                del others["csrf_token"]
                typed = {one.name: LONG for one in form.typed}
                answer = visitor.send(form.action, others | typed | {box.name: value})
                assert answer.status_code in {303, 404, 409, 412, 422}, (form.action, box.name, answer.status_code)
                errors = Page(answer.text).errors if answer.status_code == 422 else []
                assert not english_in(errors, service), (form.action, errors)


def test_fields_that_no_form_has_are_refused(site, world):
    for _service, visitor, form in forms(site, world):
        if form.typed and not form.action.endswith(MARKS_LATER):
            names = ("status", "role", "community", "id", "shifts-0-status", "shifts-999999-role", "a-0-b", "版本")
            sent = form.hidden | dict.fromkeys((box.name for box in form.typed), "x") | dict.fromkeys(names, "admin")
            sent.pop("csrf_token")
            assert visitor.send(form.action, sent).status_code == 422, form.action


@pytest.mark.parametrize("reminder", ["garbage", "P", "-P1D", "P9999D", "PT0S", "<b>", "", "P1D\0"])
def test_reminders_that_nobody_offered_are_refused(site, world, reminder):
    visitor, path = site.visitor(organizer=world.organizer), f"/events/desk/{world.draft['id']}/edit"
    (form,) = [form for form in forms_of(visitor.get(path).text, "events") if form.action == path]
    sent = {box.name: box.value for box in form.boxes if box.kind != "button"} | {"reminders": [reminder, "P1D"]}
    sent.pop("csrf_token")
    answer = visitor.send(path, sent | {"title": ""})
    assert answer.status_code == 422
    assert visitor.send(path, sent | {"_add": "shifts"}).status_code == 200
    assert visitor.send(path, sent | {"_remove": "garbage"}).status_code == 200
    assert visitor.send(path, sent | {"_add": "<b>"}).status_code == 200


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n\xff\r\n--x"),
        ("application/x-www-form-urlencoded", b"title=%ff%00&=&&&%"),
        ("application/x-www-form-urlencoded; charset=utf-16", b"\xff\xfe"),
        ("application/json", b'{"csrf_token": "x"}'),
        ("text/plain", b"x"),
        ("", b"\0"),
    ],
)
def test_no_body_breaks_a_page(site, world, kind, body):
    for route in routes(site):
        if not route.is_api and route.method != "GET":
            visitor = site.visitor(organizer=world.organizer)
            page = visitor.get(f"/{route.service}/nothing").text
            token = re.search('name="csrf_token" value="([^"]+)"', page)[1]
            for headers in ({}, {"X-CSRFToken": token}):
                if route.path(world).endswith(("/publish", "/close", "/reopen", "/access-link", "/logout", "/leave")):
                    continue
                answer = visitor.ask(route.method, route.path(world), data=body, content_type=kind, headers=headers)
                assert answer.status_code < 500, (route, answer.status_code)


def test_no_link_leads_out_of_here(site, world):
    for route in routes(site):
        if not route.is_api and route.method == "GET" and "/static/" not in route.rule.rule:
            for who in ("nobody", "organizer", "contact"):
                query = {"next": "//evil.example", "back": "https://evil.example"}
                answer = site.visitor(**world.cookies(who)).ask("GET", route.path(world), query_string=query)
                assert leads_home(answer.headers.get("Location", "/")), (route, answer.headers["Location"])


@pytest.mark.parametrize(
    "source", ["https://[::1", "https://evil.example/", "https://localhost.evil.example/", "null", ""]
)
def test_over_https_a_form_says_where_it_comes_from(site, source):
    page = (visitor := site.visitor()).ask("GET", "/events/login", base_url="https://localhost").text
    token = re.search('name="csrf_token" value="([^"]+)"', page)[1]
    for path in ("/events/preferences", "/events/logout"):
        for name in ("Referer", "Origin"):
            sent = {"data": {"csrf_token": token}, "headers": {name: source}, "base_url": "https://localhost"}
            assert visitor.ask("POST", path, **sent).status_code == 400, (path, name)


@pytest.mark.parametrize("outside", OUTSIDE)
def test_no_form_leads_out_of_here(site, world, outside):
    addresses = {
        route.path(world) for route in routes(site) if route.rule.rule.endswith("/preferences") or "/back" in str(route)
    }
    addresses |= {f"/signups/desk/signups/{world.signup}/absent"}
    for path in addresses:
        visitor = site.visitor(organizer=world.organizer)
        answer = visitor.send(path, {"next": outside, "back": outside})
        assert answer.status_code == 303, path
        assert leads_home(answer.headers["Location"]), (path, answer.headers["Location"])
        assert "a=b" not in answer.headers.get("Set-Cookie", "")


@pytest.mark.parametrize("outside", OUTSIDE)
def test_who_is_signed_in_is_led_nowhere_else(site, world, outside):
    answer = site.visitor(organizer=world.organizer).ask("GET", "/events/login", query_string={"next": outside})
    assert answer.status_code == 303
    assert leads_home(answer.headers["Location"]), answer.headers["Location"]


@pytest.mark.parametrize("outside", OUTSIDE[::4])
def test_signing_in_leads_nowhere_else(site, outside):
    newcomer = site.visitor()
    page = newcomer.ask("GET", "/events/login", query_string={"next": outside}).text
    token = re.search('name="csrf_token" value="([^"]+)"', page)[1]
    fields = {"username": "admin", "password": PASSWORD, "csrf_token": token}
    answer = newcomer.ask("POST", "/events/login", query_string={"next": outside}, data=fields)
    assert answer.status_code == 303
    assert leads_home(answer.headers["Location"]), answer.headers["Location"]


def test_a_date_beyond_the_calendar_breaks_no_page(fresh_site, world):
    """Events far away have no festival date to propose."""
    for starts_at in ("2199-12-31T10:00:00+08:00", "2150-06-01T10:00:00+08:00"):
        for template in ("dragon-boat", "mid-autumn", "clean-up", "lecture"):
            body = {"template": template, "starts_at": starts_at}
            made = fresh_site.done("POST", "/events/api/v1/events", body, token=world.organizer)
            organizer = fresh_site.visitor(organizer=world.organizer)
            for page in ("", "/edit", "/duplicate"):
                assert organizer.get(f"/events/desk/{made['id']}{page}").status_code == 200
    far = {"starts_at": "2199-12-31T10:00:00+08:00", "ends_at": "2199-12-31T12:00:00+08:00", "shifts": []}
    shift = {"role": "a", "capacity": 1, "starts_at": far["starts_at"], "ends_at": far["ends_at"]}
    event = an_event(fresh_site, world.organizer, **far | {"shifts": [shift], "programme": []})
    fresh_site.settle()
    for path in (f"/signups/events/{event['id']}", "/events/"):
        assert fresh_site.visitor().get(path).status_code == 200
    for path in ("/partners/desk", f"/partners/desk/events/{event['id']}"):
        assert fresh_site.visitor(organizer=world.organizer).get(path).status_code == 200
