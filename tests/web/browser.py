"""What a browser makes of a page: its forms, what stands in their boxes, and what is said to be wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

TYPED = frozenset({"text", "tel", "email", "password", "number", "date", "time", "datetime-local", "url", "search"})
VOID = frozenset({"input", "img", "meta", "link", "br", "hr", "path", "use"})


@dataclass
class Box:
    """Something of a form that has a name."""

    name: str
    kind: str
    value: str
    required: bool = False


@dataclass
class Form:
    """A form that is sent with POST."""

    action: str
    boxes: list[Box] = field(default_factory=list)

    @property
    def typed(self) -> list[Box]:
        """The boxes that somebody types into."""
        return [box for box in self.boxes if box.kind in TYPED or box.kind == "textarea"]

    @property
    def hidden(self) -> dict[str, str]:
        """What a browser sends without having been asked."""
        return {box.name: box.value for box in self.boxes if box.kind == "hidden"}


class Page(HTMLParser):
    """A page, read."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.errors: list[str] = []
        self._form: Form | None = None
        self._textarea: Box | None = None
        self._error: list[str] | None = None
        self._skip = 0
        self.feed(text)

    @property
    def values(self) -> dict[str, str]:
        """What stands in the boxes of all forms together."""
        return {box.name: box.value for form in self.forms for box in form.boxes}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, Any] = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method") == "post":
            self._form = Form(given["action"])
            self.forms.append(self._form)
        elif given.get("tabindex") == "-1" and tag == "input":
            pass  # a box for programs that fill in whatever they find; nobody sees it
        elif tag in {"input", "textarea", "select", "button"} and given.get("name") and self._form is not None:
            kind = given.get("type", "text") if tag == "input" else tag
            box = Box(given["name"], kind, given.get("value", ""), given.get("aria-required") == "true")
            self._form.boxes.append(box)
            self._textarea = box if tag == "textarea" else None
        elif tag == "p" and given.get("class") == "error":
            self._error = []
        elif self._error is not None and "unseen" in given.get("class", ""):
            self._skip += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._textarea = None
        elif tag == "span" and self._skip:
            self._skip -= 1
        elif tag == "p" and self._error is not None:
            self.errors.append(" ".join("".join(self._error).split()))
            self._error = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._textarea.value += data.removeprefix("\n") if not self._textarea.value else data
        elif self._error is not None and not self._skip:
            self._error.append(data)


def forms_of(text: str, prefix: str) -> Iterator[Form]:
    """Yield the forms of a page's own, without those of its frame."""
    frame = {f"/{prefix}/preferences", "/events/logout"}
    yield from (form for form in Page(text).forms if form.action not in frame)
