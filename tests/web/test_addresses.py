"""Addresses that lead nowhere, methods that nobody offers, query strings that mean nothing."""

from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.web.routes import METHODS, braced, operations, routes
from tests.web.site import PROBLEM, leads_home

GARBAGE = ("x", "0", "-1", "null", "%00", "%ff", "%F0%9F%90%89", "..", "%2e%2e", "a%20b", "x" * 3000, "0" * 36, "{id}")
TRICKS = (
    "//",
    "//evil.example/",
    "/events//login",
    "/events/%2e%2e/partners/desk",
    "/events/../partners/desk",
    "/events/..%2f..%2fetc%2fpasswd",
    "/events/static/x/../../../../etc/passwd",
    "/events/static/x/%2e%2e/%2e%2e/templates/base.html",
    "/events/static/x/..%5c..%5cetc",
    "/events\\login",
    "/events/%5clogin",
    "/events/%00",
    "/events/login%00.html",
    "/events/login%0d%0aX-Evil:%201",
    "/events/login;x=1",
    "/events/%ed%a0%80",
    "/events/%c0%af",
    "/events/" + "a/" * 2000,
    "/events/" + "%25" * 1000 + "2e",
    "/.env",
    "/.git/config",
    "/favicon.ico",
    "/robots.txt",
    "/admin",
    "/nothing/api/v1/events",
)
QUERIES = {
    "limit": ("0", "-1", "x", "", "1.5", "201", "99999999999999999999", "1e3", "１x", "%00", "null"),
    "cursor": ("x", "..", "%00", "eyJhIjoxfQ", "x" * 900, "x" * 1100, "W10.x.y", "%ff", "{}"),
    "status": ("x", "DRAFT", "%00", "published,draft", "__class__", "x" * 3000),
    "state": ("x", "%00"),
    "event_id": ("x", "%00", "0", "x" * 3000, "null"),
    "shift_id": ("x", "%00", "0"),
    "from": ("x", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59%2B00:00", "2027-02-30", "2027-13-01", "-1", "%00"),
    "to": ("x", "0001-01-01", "9999-12-31", "2027-06-19T14:00:00", "%ff", "2027-02-30"),
    "kind": ("x" * 50, "%00"),
}


def parameters(described):
    return [one["name"] for one in described.get("parameters", ()) if one["in"] == "query"]


def lists(site, world):
    """Every operation that reads a query string, with its address."""
    described = {(method, path): operation for _service, method, path, operation in operations(site)}
    found = [(route.path(world), described.get((route.method, braced(route.rule.rule)), {})) for route in routes(site)]
    return [(path, operation) for path, operation in found if parameters(operation)]


def is_bare(route, site):
    """Say whether the route can be asked without a query string."""
    known = {(method, path): operation for _service, method, path, operation in operations(site)}
    operation = known.get((route.method, braced(route.rule.rule)), {})
    return not any(one.get("required") for one in operation.get("parameters", ()) if one["in"] == "query")


def test_an_unknown_id_is_not_found(site, world):
    for route in routes(site):
        if route.has_id and route.method == "GET":
            names = [name for name in route.rule.arguments if name.endswith("_id")]
            for unknown in (str(uuid4()), "00000000-0000-0000-0000-000000000000"):
                path = route.path(world, **dict.fromkeys(names, unknown))
                who = "contact" if path.startswith("/partners/unit") else "organizer"
                if route.is_api:
                    answer = site.call("GET", path, token=world.organizer)
                else:
                    answer = site.visitor(**world.cookies(who)).get(path)
                assert answer.status_code == (404 if is_bare(route, site) else 422), (route, answer.status_code)


def test_an_unknown_id_is_not_found_by_those_that_change_something_either(site, world):
    for route in routes(site):
        if route.has_id and route.method != "GET":
            unknown = {name: str(uuid4()) for name in route.rule.arguments if name.endswith("_id")}
            path = route.path(world, **unknown)
            if route.is_api:
                answer = site.call(route.method, path, {}, token=world.organizer, headers={"If-Match": '"1"'})
            else:
                who = "contact" if path.startswith("/partners/unit") else "organizer"
                answer = site.visitor(**world.cookies(who)).send(path, {})
            # A message that is gone has been settled by a colleague: the list says so.
            expected = {303} if route.rule.endpoint.startswith("messages.") else {404, 422}
            assert answer.status_code in expected, (route, answer.status_code)


@pytest.mark.parametrize("garbage", GARBAGE, ids=lambda garbage: garbage[:12])
def test_garbage_in_place_of_an_id_or_a_token_is_not_found(site, world, garbage):
    for route in routes(site):
        if route.rule.arguments and "/static/" not in route.rule.rule:
            for name in route.rule.arguments:
                known = route.path(world)
                path = known.replace(_sample(route, world, name), garbage)
                if route.is_api:
                    answer = site.call(route.method, path, {}, token=world.organizer)
                else:
                    answer = site.visitor(organizer=world.organizer).ask(route.method, path)
                assert 400 <= answer.status_code < 500 or answer.status_code in {303, 308}, (route, path[:100])
                assert "root:" not in answer.text


@pytest.mark.parametrize("path", TRICKS, ids=lambda path: path[:40])
def test_tricks_with_the_path_lead_nowhere(site, world, path):
    for method in ("GET", "POST", "HEAD"):
        answer = site.visitor(organizer=world.organizer).ask(method, path)
        assert answer.status_code in {303, 308, 400, 404, 405}, (method, answer.status_code)
        assert leads_home(answer.headers.get("Location", "/")), answer.headers["Location"]
        assert "X-Evil" not in answer.headers


def test_every_other_method_is_405_and_says_which_are_taken(site, world):
    offered: dict[str, set[str]] = {}
    for route in routes(site):
        offered.setdefault(route.path(world), set()).add(route.method)
    for path, methods in offered.items():
        for method in {*METHODS, "TRACE", "PROPFIND", "X"} - methods:
            answer = site.call(method, path, token=world.organizer)
            if method == "GET" and answer.status_code == 404:
                continue  # the name of no event
            assert answer.status_code == 405, (method, path, answer.status_code)
            allowed = {one.strip() for one in answer.headers["Allow"].split(",")}
            assert methods <= allowed, (method, path)
            assert method not in allowed


def test_head_answers_as_get_does_without_a_body(site, world):
    for route in routes(site):
        if route.method == "GET":
            who = {"contact": "contact", "organizer": "organizer"}.get(route.access, "volunteer")
            visitor = site.visitor(**world.cookies(who))
            headers = {"Authorization": f"Bearer {world.organizer}"} if route.is_api else {}
            head, get = (visitor.ask(method, route.path(world), headers=headers) for method in ("HEAD", "GET"))
            assert (head.status_code, head.data) == (get.status_code, b""), route
            assert head.content_type == get.content_type, route


def test_options_names_the_methods_and_lets_no_other_site_in(site, world):
    for route in routes(site):
        headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": route.method}
        answer = site.visitor().ask("OPTIONS", route.path(world), headers=headers)
        assert answer.status_code in {200, 303, 401}, (route, answer.status_code)
        assert not [name for name, _value in answer.headers if name.startswith("Access-Control")]


@pytest.mark.parametrize(
    "path", ["/events/api", "/signups/api/", "/partners/api/v1", "/events/api/v2/events", "/events/api/x/%00"]
)
def test_an_unknown_path_below_api_is_told_so_in_json(site, path):
    for method in METHODS:
        answer = site.visitor().ask(method, path)
        assert answer.status_code == 404 or (path == "/events/api" and answer.status_code == 405), (method, answer.text)
        assert answer.content_type == PROBLEM


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_that_means_nothing_is_refused_by_name(site, world, name):
    seen = 0
    for path, described in lists(site, world):
        if name in parameters(described):
            seen += 1
            for value in QUERIES[name]:
                answer = site.call("GET", f"{path}?{name}={value}", token=world.organizer)
                expected = {200, 400, 422} if name == "kind" or not value else {400, 422}
                assert answer.status_code in expected, (path, name, value[:60], answer.text[:300])
                assert answer.status_code != 422 or name in answer.json["errors"], (path, answer.text)
    assert seen


def test_an_unknown_parameter_is_refused_by_name(site, world):
    for path, _described in lists(site, world):
        for name in ("unknown", "offset", "community", "Limit", "limit[]", "状态"):
            answer = site.call("GET", f"{path}?{quote(name)}=1", token=world.organizer)
            assert answer.status_code == 422, (path, name)
            assert name in answer.json["errors"]


def test_a_cursor_of_another_list_or_service_is_refused(site, world):
    cursor = site.done("GET", "/events/api/v1/events?limit=1", token=world.organizer)["next_cursor"]
    assert site.call("GET", f"/events/api/v1/events?cursor={cursor}", token=world.organizer).status_code == 200
    for path, described in lists(site, world):
        for wrong in (cursor, cursor[:-1], cursor[1:], cursor.swapcase()):
            if "cursor" in parameters(described) and (wrong != cursor or path != "/events/api/v1/events"):
                answer = site.call("GET", f"{path}?cursor={wrong}", token=world.organizer)
                assert answer.status_code == 400, (path, wrong)


@pytest.mark.parametrize(
    "query",
    [
        "limit=1&limit=2&limit=x",
        "&&&=&=",
        "%",
        "%ff=%ff",
        "a[b][c]=1",
        "q=%00&status=%00&tab=%00&cursor=&template=%00&year=%00&shift=%00&need=%00&kind=%00",
        "q=" + "%25" * 500,
        "status=x&tab=x&template=x&year=99999999999999999999&need=x&kind=x&shift=x",
        "year=-1&template=dragon-boat",
        "year=0&template=mid-autumn",
        "year=2101&template=dragon-boat",
        "template=../../etc/passwd",
        "cursor=garbage",
        "next=//evil.example&back=//evil.example",
        "x=" + "y" * 60_000,
        "&".join(f"a{number}=1" for number in range(3000)),
        "<script>alert(1)</script>",
        "lang=../../etc&theme=<script>",
    ],
    ids=lambda query: query[:20],
)
def test_no_query_string_breaks_a_page_or_a_list(site, world, query):
    for route in routes(site):
        if route.method == "GET" and not route.reads_nothing:
            who = {"contact": "contact", "organizer": "organizer"}.get(route.access, "volunteer")
            headers = {"Authorization": f"Bearer {world.organizer}"} if route.is_api else {}
            answer = site.visitor(**world.cookies(who)).ask("GET", f"{route.path(world)}?{query}", headers=headers)
            assert answer.status_code < 500, route


def _sample(route, world, name):
    """What stands in the address of the route in place of the argument."""
    marked = "00000000-0000-4000-8000-000000000000"
    known = route.path(world)
    if name.endswith("_id"):
        start = route.path(world, **{name: marked}).index(marked)
        return known[start : start + len(marked)]
    if name in {"step", "switch", "kind"}:
        return known.rpartition("/")[2]
    other = route.path(world, **{name: "marked"})
    start = other.index("marked")
    return known[start : len(known) - (len(other) - start - len("marked"))]
