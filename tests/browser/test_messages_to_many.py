"""An organizer on a phone writes to everybody of an event, looks at it, sends it, watches it go and stops it."""

from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.journeys.conftest import Site, an_event, in_future


@pytest.fixture
def event(site: Site) -> dict[str, Any]:
    """A published event with two shifts and three volunteers."""
    token = site.sign_in()
    times = {"starts_at": in_future(days=9), "ends_at": in_future(days=9, hours=3)}
    shifts = [{"role": role, "capacity": 5, **times} for role in ("引导", "摄影")]
    made = an_event(site, token, title="纳凉晚会", shifts=shifts, **times)
    for number, shift in enumerate([made["shifts"][0], made["shifts"][0], made["shifts"][1]], start=700):
        site.sign_up(shift["id"], number, name="央金", birth_date="1980-01-01")
    return made


def test_written_looked_at_sent_watched_and_stopped(desk: Page, site: Site, event: dict[str, Any]) -> None:
    desk.set_viewport_size(PHONE)
    desk.goto(f"/signups/desk/events/{event['id']}")
    desk.get_by_role("navigation", name="本次活动").get_by_role("link", name="通知", exact=True).click()
    expect(desk.get_by_role("main")).to_contain_text("还没有群发过通知")
    desk.get_by_role("link", name="群发消息").first.click()
    reach = desk.locator("form [role=status]")
    expect(reach).to_contain_text("3 人")
    desk.get_by_text("只发给部分岗位").click()
    desk.get_by_label("摄影").check()
    expect(reach).to_contain_text("摄影 · 1 人")
    desk.get_by_label("摄影").uncheck()
    expect(reach).to_contain_text("3 人")

    desk.get_by_label("标题", exact=True).fill("请带雨伞")
    desk.get_by_label("正文", exact=True).fill("明天可能下雨。\n请带好雨伞。")
    desk.get_by_role("button", name="下一步：预览").click()
    main = desk.get_by_role("main")
    expect(main).to_contain_text("纳凉晚会：请带雨伞")
    expect(main).to_contain_text("每人短信条数：1")
    desk.get_by_role("button", name="返回修改").click()
    expect(desk.get_by_label("正文", exact=True)).to_have_value("明天可能下雨。\n请带好雨伞。")
    desk.get_by_role("button", name="下一步：预览").click()
    desk.get_by_role("button", name="发送给 3 人").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("请带雨伞")
    # The page asks for itself anew until everybody has it.
    expect(desk.locator("#progress")).to_contain_text("3 / 3", timeout=30_000)
    expect(desk.get_by_role("link", name="停止发送")).to_have_count(0)

    later = {"due_at": in_future(days=2), "event_id": event["id"], "whom": "placed"}
    words = {"chinese": {"subject": "别忘了签到", "body": "请提前十分钟到场。"}}
    site.post(
        "/signups/api/v1/mailings",
        201,
        token=site.sign_in(),
        json=later | words,
        headers={"Idempotency-Key": str(uuid4())},
    )
    desk.goto(f"/signups/desk/events/{event['id']}/mailings")
    desk.get_by_role("link", name="别忘了签到").click()
    desk.get_by_role("link", name="停止发送").click()
    dialog = desk.get_by_role("dialog")
    expect(dialog).to_contain_text("目前已发给 0 人，共 3 人")
    dialog.get_by_role("button", name="停止发送").click()
    expect(desk.locator("#toasts")).to_contain_text("撤回 3 条")
    desk.get_by_role("link", name="查看逐人结果").click()
    expect(desk.get_by_role("main")).to_contain_text("已撤回")
