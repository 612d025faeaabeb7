"""The description of the JSON interface, for programs and for people."""

from tests.shared.web.conftest import EN, ZH

SPEC = "/board/api/openapi.json"


def test_every_json_route_is_described(client):
    spec = client.get(SPEC).json
    assert spec["openapi"] == "3.1.0"
    assert set(spec["paths"]["/board/api/v1/notes"]) == {"get", "post"}
    post = spec["paths"]["/board/api/v1/notes"]["post"]
    assert post["summary"] == "Pin a note."
    assert post["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Note"}
    assert post["responses"]["201"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/NoteAnswer"
    }


def test_fields_say_what_they_take(client):
    schemas = client.get(SPEC).json["components"]["schemas"]
    fields = schemas["Note"]["properties"]
    assert fields["title"] == {"type": "string", "maxLength": 20}
    assert fields["copies"] == {"type": "integer", "minimum": 1, "maximum": 9, "default": 1}
    assert fields["colour"] == {"type": "string", "enum": ["red", "green"]}
    assert fields["at"] == {"type": "string", "format": "date-time"}
    assert schemas["Note"]["required"] == ["title"]
    assert schemas["Note"]["additionalProperties"] is False
    assert schemas["NoteAnswerPage"]["required"] == ["items", "next_cursor"]


def test_errors_are_described_as_they_are_answered(client):
    spec = client.get(SPEC).json
    post = spec["paths"]["/board/api/v1/notes"]["post"]
    assert post["responses"]["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}
    described = spec["components"]["responses"]["DEFAULT_ERROR"]["content"]
    assert described == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_what_needs_a_token_says_so(client):
    spec = client.get(SPEC).json
    assert spec["components"]["securitySchemes"] == {"token": {"type": "http", "scheme": "bearer"}}
    assert spec["paths"]["/board/api/v1/secret"]["get"]["security"] == [{"token": []}]
    assert "security" not in spec["paths"]["/board/api/v1/notes"]["get"]


def test_people_can_read_it_too(client):
    for headers, word in ((ZH, "参数"), (EN, "Parameters")):
        response = client.get("/board/api/docs", headers=headers)
        assert (response.status_code, response.content_type) == (200, "text/html; charset=utf-8")
        assert "/board/api/v1/notes" in response.text
        assert word in response.text
