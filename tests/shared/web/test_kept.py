"""What is kept for everybody holds nobody's own, also where a view forgot to say that its page has a form."""


def test_a_page_with_a_token_that_nobody_told_of_is_not_kept(build, database, monkeypatch):
    monkeypatch.setattr(database, "stamp", lambda: b"the same")
    app = build()
    tokens = {app.test_client().get("/board/overlooked").text for _ in range(3)}
    assert len(tokens) == 3
