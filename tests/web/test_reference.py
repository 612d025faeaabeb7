"""The OpenAPI documents: they are valid, name every route of the API, and describe each in words."""

import re

from tests.web.routes import braced, document, operations, routes


def test_the_documents_are_openapi_3_1(site):
    for service in site.apps:
        found = document(site, service)
        assert found["openapi"].startswith("3.1.")
        assert found["info"].keys() >= {"title", "version"}
        assert found["paths"]
        assert found["components"]["securitySchemes"]


def test_every_route_of_the_api_is_in_its_document_and_nothing_else_is(site):
    described = {(method, path) for _service, method, path, _operation in operations(site)}
    offered = {
        (route.method, braced(route.rule.rule)) for route in routes(site) if re.search("/api/v[0-9]+/", route.rule.rule)
    }
    assert described == offered


def test_every_operation_is_described_in_words_with_its_answers(site):
    for service, method, path, described in operations(site):
        about = (service, method, path)
        assert len(described.get("summary", "")) > 10, about
        codes = {code for code in described["responses"] if code.startswith("2")}
        assert codes, about
        assert "default" in described["responses"] or "422" in described["responses"], about


def test_every_view_has_a_docstring(site):
    for route in routes(site):
        view = site.apps[route.service].view_functions[route.rule.endpoint]
        is_ours = view.__module__.startswith("services.")
        assert not is_ours or view.__doc__, (route, view)


def test_every_parameter_of_a_path_is_described(site):
    for _service, _method, path, described in operations(site):
        shared = {one["name"] for one in described.get("parameters", ()) if one["in"] == "path"}
        assert shared <= set(re.findall(r"{(\w+)}", path)), path


def test_every_reference_leads_somewhere(site):
    for service in site.apps:
        found = document(site, service)
        for reference in _references(found):
            place = found
            for step in reference.removeprefix("#/").split("/"):
                place = place[step]
            assert place, (service, reference)


def test_operations_that_are_not_for_all_say_so(site):
    access = {(route.method, braced(route.rule.rule)): route.access for route in routes(site)}
    for _service, method, path, described in operations(site):
        assert ("security" in described) == (access[method, path] != "public"), (method, path)


def test_the_document_is_there_to_be_read(site):
    for service in site.apps:
        for language in ("zh-CN", "en"):
            page = site.visitor().get(f"/{service}/api/docs", language)
            assert page.status_code == 200
            assert f"/{service}/api/v1/" in page.text


def _references(part):
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from _references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _references(inner)
