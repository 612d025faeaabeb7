"""What is sent to organizers, as JSON."""

from typing import Any

from services.events import queries
from services.events.api.events import desk
from shared.web import notice_log
from shared.web.auth import organizer


@desk.route("/notices")
@desk.arguments(notice_log.NoticeQuery, location="query")
@desk.response(200, notice_log.NoticePageSchema)
def notices(entered: dict[str, Any]) -> Any:
    """List what was or will be sent to the community's organizers, the newest first."""
    return notice_log.answer(queries.notices(community=organizer().community), entered)
