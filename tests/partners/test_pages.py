"""The pages of the partners service, as units' contacts and organizers use them."""

import re
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from services.partners import operations, queries
from services.partners.app import service
from services.partners.models import Kind, Pledge, PledgeStatus
from shared.service import build_app
from tests.conftest import ON_SQLITE
from tests.partners.conftest import DESK, NOW, World, person
from tests.partners.web import CONFIG, Browser, a_contact, an_organizer

pytestmark = ON_SQLITE


def link_of(page: str) -> str:
    """The access link that a page shows."""
    found = re.search(r'href="(http://127.0.0.1:8000/partners/enter/[^"]+)"', page)
    assert found is not None
    return found[1].removeprefix("http://localhost")


def pledges(world: World) -> list[Pledge]:
    return list(world.database.read(queries.pledges_of, world.event_id, scope=DESK))


def people(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "key": str(uuid4()),
        "kind": "people",
        "shift_id": str(world.shift_id),
        "quantity": "5",
        "note": "",
    } | changes


def test_an_access_link_lets_in_by_its_button_and_leaves_the_address_bar(app: Flask, world: World) -> None:
    browser, path = Browser(app.test_client()), f"/partners/enter/{world.unit.token}"
    assert browser.client.head(path).status_code == 200
    assert "朝阳小学，欢迎您" in browser.get(path)
    browser.get("/partners/unit", 401)
    answer = browser.send(path, "/partners/enter", {"token": world.unit.token})
    assert (answer.status_code, answer.location) == (303, "/partners/unit")
    cookie = browser.client.get_cookie("steward-contact")
    assert cookie is not None
    assert cookie.http_only
    assert "朝阳小学" in browser.get("/partners/unit")


def test_a_link_that_lets_nobody_in_says_what_to_do(app: Flask, world: World) -> None:
    browser = Browser(app.test_client())
    assert "这个链接已经失效，请向社区要一个新的。" in browser.get("/partners/enter/made-up", 404)
    page = f"/partners/enter/{world.unit.token}"
    assert browser.send(page, "/partners/enter", {"token": "made-up"}).status_code == 404
    assert browser.send(page, "/partners/enter", {}).status_code == 404


def test_leaving_forgets_the_unit_on_this_device(app: Flask, world: World) -> None:
    browser = a_contact(app, world)
    browser.send("/partners/unit", "/partners/leave", {})
    browser.get("/partners/unit", 401)


@pytest.mark.parametrize(("language", "text"), [("zh-CN", "还没有认领"), ("en", "Nothing pledged yet")])
def test_a_unit_without_pledges_is_told_where_to_begin(app: Flask, world: World, language: str, text: str) -> None:
    page = a_contact(app, world, language).get("/partners/unit")
    assert text in page
    assert f"/partners/unit/events/{world.event_id}" in page


def test_a_contact_pledges_people_and_passes_the_claim_link_on(app: Flask, world: World) -> None:
    browser, form = a_contact(app, world), f"/partners/unit/events/{world.event_id}/pledge"
    assert form in browser.get(f"/partners/unit/events/{world.event_id}")
    page = browser.get(f"{form}?kind=people&shift={world.shift_id}")
    assert f'value="{world.shift_id}" checked' in page
    answer = browser.send(form, form, people(world))
    [made] = pledges(world)
    assert (answer.status_code, answer.location) == (303, f"/partners/unit/pledges/{made.id}")
    waiting = browser.get(answer.location)
    assert "正在确认" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    world.answer(made.id, 1, held=4, claimed=1)
    page = browser.get(answer.location)
    assert "部分名额已留" in page
    assert 'href="http://127.0.0.1:8000/signups/claim/abc"' in page
    assert "<svg" in page
    assert 'hx-trigger="every 2s"' not in page
    assert 'id="counts" hx-get' in page, "how many names there are is asked anew while people claim"


def test_pressing_the_button_twice_makes_one_pledge(app: Flask, world: World) -> None:
    browser, form = a_contact(app, world), f"/partners/unit/events/{world.event_id}/pledge"
    fields = people(world)
    assert {browser.send(form, form, fields).location for _ in range(2)} == {f"/partners/unit/pledges/{fields['key']}"}
    assert len(pledges(world)) == 1


@pytest.mark.parametrize(
    ("language", "title", "shift", "quantity"),
    [
        ("zh-CN", "<title>错误", "请选择要出人的岗位。", "请填写 1 到 10000 之间的整数。"),
        ("en", "<title>Error", "Please choose the shift", "Please enter a whole number"),
    ],
)
def test_a_wrong_pledge_comes_back_with_its_values_and_the_error_beside_the_field(
    app: Flask, world: World, language: str, title: str, shift: str, quantity: str
) -> None:
    browser, form = a_contact(app, world, language), f"/partners/unit/events/{world.event_id}/pledge"
    for changes, text in (({"shift_id": ""}, shift), ({"quantity": "很多"}, quantity)):
        answer = browser.send(form, form, people(world, note="都是老师", **changes))
        assert answer.status_code == 422
        assert title in answer.text
        assert answer.text.count(text) == 2, "once in the summary, once beside the field"
        assert "都是老师" in answer.text
    assert pledges(world) == []


def test_an_offer_must_say_what_it_is_unless_a_need_does(app: Flask, world: World) -> None:
    browser, form = a_contact(app, world), f"/partners/unit/events/{world.event_id}/pledge"
    offer = people(world, kind="supplies", shift_id="", quantity="3")
    answer = browser.send(form, form, offer)
    assert (answer.status_code, "请写明您单位能提供什么" in answer.text) == (422, True)
    assert browser.send(form, form, offer | {"note": "桌椅"}).status_code == 303
    asked = operations.Request(
        event_id=world.event_id, kind=Kind.SUPPLIES, quantity=20, unit="箱", description="矿泉水"
    )
    need = world.database.write(operations.post_need, asked, scope=DESK, now=NOW)
    page = browser.get(f"{form}?need={need.id}")
    assert "矿泉水" in page
    assert browser.send(form, form, offer | {"key": str(uuid4()), "need_id": str(need.id)}).status_code == 303
    assert {one.need_id for one in pledges(world)} == {None, need.id}


def test_a_contact_cannot_pledge_for_another_unit(app: Flask, world: World) -> None:
    browser, form = a_contact(app, world), f"/partners/unit/events/{world.event_id}/pledge"
    answer = browser.send(form, form, people(world, work_unit_id=str(world.add_unit("卫生站").id)))
    assert answer.status_code == 422
    assert pledges(world) == []


def test_a_pledge_is_reduced_with_the_limits_said_beside_the_field(app: Flask, world: World) -> None:
    browser, pledge_id = a_contact(app, world), world.pledge()
    world.answer(pledge_id, 1, held=5, claimed=3)
    page = f"/partners/unit/pledges/{pledge_id}"
    answer = browser.send(page, f"{page}/reduce", {"quantity": "2", "reason": "请假"})
    assert (answer.status_code, "已有 3 人填写了姓名" in answer.text) == (422, True)
    assert 'value="请假"' in answer.text
    assert browser.send(page, f"{page}/reduce", {"quantity": "4"}).status_code == 303
    assert world.find(pledge_id).quantity == 4


def test_withdrawing_asks_first(app: Flask, world: World) -> None:
    browser, pledge_id = a_contact(app, world), world.pledge()
    page = f"/partners/unit/pledges/{pledge_id}/withdraw"
    assert "要撤回这项认领吗？" in browser.get(page)
    assert world.find(pledge_id).status is PledgeStatus.PENDING
    assert browser.send(page, page, {"reason": "当天考试"}).status_code == 303
    pledge = world.find(pledge_id)
    assert (pledge.status, pledge.steps[-1].reason) == (PledgeStatus.WITHDRAWN, "当天考试")
    assert "撤回整项认领" not in browser.get(f"/partners/unit/pledges/{pledge_id}")


def test_what_is_too_late_is_said_on_the_page(app: Flask, world: World) -> None:
    browser, pledge_id = a_contact(app, world), world.pledge()
    page, form = f"/partners/unit/pledges/{pledge_id}", f"/partners/unit/events/{world.event_id}/pledge"
    world.publish(status="cancelled", reason="暴雨")
    shown = browser.get(page)
    assert "这个活动已取消" in shown
    assert "暴雨" in shown
    for path, fields in ((f"{page}/reduce", {"quantity": "2"}), (f"{page}/withdraw", {}), (form, people(world))):
        answer = browser.send("/partners/unit", path, fields)
        assert (answer.status_code, "这个活动已取消。" in answer.text) == (422, True)
    assert "这个活动不再接受认领" in browser.get(f"/partners/unit/events/{world.event_id}")


def test_supplies_are_noted_as_delivered_at_any_time_and_people_not_before_their_shift(
    app: Flask, world: World
) -> None:
    browser = a_contact(app, world)
    supplies, seats = world.pledge(kind=Kind.SUPPLIES, shift_id=None, note="水"), world.pledge()
    assert "登记到位" not in browser.get(f"/partners/unit/pledges/{seats}")
    page = f"/partners/unit/pledges/{supplies}"
    assert browser.send(page, f"{page}/deliver", {"delivered": "x"}).status_code == 422
    assert browser.send(page, f"{page}/deliver", {"delivered": "4"}).status_code == 303
    assert world.find(supplies).delivered == 4


def test_units_are_strangers_to_each_other(app: Flask, world: World) -> None:
    pledge_id, other = world.pledge(), world.add_unit("卫生站")
    browser = Browser(app.test_client())
    browser.client.set_cookie("steward-contact", other.token)
    page = f"/partners/unit/pledges/{pledge_id}"
    for path in (page, f"{page}/withdraw"):
        browser.get(path, 404)
    for action in ("reduce", "withdraw", "deliver"):
        answer = browser.send("/partners/unit", f"{page}/{action}", {"quantity": "1", "delivered": "1"})
        assert answer.status_code in {404, 422}
    assert "引导" not in browser.get("/partners/unit")
    assert world.find(pledge_id).version == 1


def test_contacts_do_not_get_to_the_desk_and_organizers_are_sent_to_it(app: Flask, world: World) -> None:
    a_contact(app, world).get("/partners/desk", 403)
    anybody = app.test_client().get("/partners/desk")
    assert (anybody.status_code, anybody.location) == (303, "/events/login?next=%2Fpartners%2Fdesk")
    organizer = an_organizer(app)
    assert organizer.client.get("/partners/unit").location == "/partners/desk"
    assert organizer.client.get("/partners/").location == "/partners/desk"
    assert a_contact(app, world).client.get("/partners/").location == "/partners/unit"
    assert app.test_client().get("/partners/").location == "/events/"


def test_an_organizer_adds_a_unit_and_sees_its_link_once(app: Flask) -> None:
    browser, form = an_organizer(app), "/partners/desk/units/new"
    fields = {
        "name": "社区卫生服务中心",
        "kind": "clinic",
        "contact-name": "王医生",
        "contact-phone": "139 0000 2222",
        "contact-email": "",
        "contact-language": "zh-CN",
    }
    answer = browser.send(form, form, fields)
    assert answer.status_code == 303
    page = browser.get(answer.location)
    link = link_of(page)
    assert "<svg" in page
    assert "/partners/enter/" not in browser.get(answer.location)
    assert "社区卫生服务中心，欢迎您" in Browser(app.test_client()).get(link)


def test_a_wrong_unit_comes_back_with_its_values(app: Flask) -> None:
    browser, form = an_organizer(app), "/partners/desk/units/new"
    answer = browser.send(form, form, {"name": "卫生站", "kind": "", "contact-name": "王", "contact-phone": "12"})
    assert answer.status_code == 422
    assert 'value="卫生站"' in answer.text
    for target in ("#kind", "#contact-name", "#contact-phone"):
        assert f'href="{target}"' in answer.text


def test_a_new_link_and_a_new_contact_end_the_old_ones(app: Flask, world: World) -> None:
    browser, page = an_organizer(app), f"/partners/desk/units/{world.unit.id}"
    answer = browser.send(page, f"{page}/contacts/{world.unit.contact_id}/access-link", {})
    renewed = link_of(browser.get(answer.location))
    stranger = Browser(app.test_client())
    stranger.get(f"/partners/enter/{world.unit.token}", 404)
    assert browser.send(f"{page}/contact", f"{page}/contact", {"name": "王"}).status_code == 422
    fields = {"name": "王老师", "phone": "13900003333", "language": "en"}
    answer = browser.send(f"{page}/contact", f"{page}/contact", fields)
    handed = link_of(browser.get(answer.location))
    stranger.get(renewed, 404)
    stranger.get(handed)


def test_a_unit_is_closed_and_reopened(app: Flask, world: World) -> None:
    browser, page = an_organizer(app), f"/partners/desk/units/{world.unit.id}"
    browser.send(page, f"{page}/close", {})
    assert "已停用" in browser.get(page)
    Browser(app.test_client()).get(f"/partners/enter/{world.unit.token}", 404)
    browser.send(page, f"{page}/reopen", {})
    assert "合作中" in browser.get(page)


def test_an_organizer_posts_a_need_in_the_events_own_time(app: Flask, world: World) -> None:
    browser, form = an_organizer(app), f"/partners/desk/events/{world.event_id}/needs/new"
    fields = {
        "kind": "supplies",
        "description": "矿泉水",
        "quantity": "20",
        "unit": "箱",
        "shift_id": "",
        "due_at": "2027-06-09T08:00",
    }
    answer = browser.send(form, form, fields | {"due_at": "2027-07-09T08:00"})
    assert (answer.status_code, "这个时间在活动结束之后" in answer.text) == (422, True)
    assert browser.send(form, form, fields).status_code == 303
    [posted] = world.messages("need.posted")
    assert posted["due_at"] == NOW.replace(day=9, hour=0)
    page = browser.get(f"/partners/desk/events/{world.event_id}")
    assert "6月9日（周三）08:00前需要" in page
    assert "矿泉水" in a_contact(app, world).get(f"/partners/unit/events/{world.event_id}")


def test_an_organizer_pledges_for_a_unit_and_notes_what_came(app: Flask, world: World) -> None:
    browser, form = an_organizer(app), f"/partners/desk/events/{world.event_id}/pledge"
    assert browser.send(form, form, people(world)).status_code == 422
    answer = browser.send(form, form, people(world, work_unit_id=str(world.unit.id)))
    [made] = pledges(world)
    assert answer.location == f"/partners/desk/pledges/{made.id}"
    assert browser.send(answer.location, f"{answer.location}/deliver", {"delivered": "5"}).status_code == 303
    assert "朝阳小学" in browser.get(f"/partners/desk/events/{world.event_id}")


def test_a_desk_without_units_says_what_to_do_first(app: Flask, world: World) -> None:
    elsewhere = an_organizer(app, community="曙光社区")
    page = elsewhere.get("/partners/desk")
    assert "还没有驻地单位" in page
    assert "/partners/desk/units/new" in page
    for path in (f"units/{world.unit.id}", f"events/{world.event_id}", f"pledges/{world.pledge()}"):
        elsewhere.get(f"/partners/desk/{path}", 404)


def test_a_contact_who_was_replaced_is_told_so(app: Flask, world: World) -> None:
    browser = a_contact(app, world)
    world.database.write(operations.replace_contact, world.unit.id, person(), scope=DESK, now=NOW)
    assert "专属链接" in browser.get("/partners/unit", 401)


def test_no_english_on_the_chinese_pages(app: Flask, world: World) -> None:
    pledge_id = world.pledge()
    world.answer(pledge_id, 1, held=3, claimed=1)
    event, unit = world.event_id, world.unit.id
    theirs = [
        "",
        f"/events/{event}",
        f"/events/{event}/pledge",
        f"/pledges/{pledge_id}",
        f"/pledges/{pledge_id}/withdraw",
    ]
    ours = ["", "/units/new", f"/units/{unit}", f"/units/{unit}/contact", f"/events/{event}"]
    need = world.need()
    invitation = world.invite(need)
    theirs += [f"/invitations/{invitation.id}"]
    ours += [f"/needs/{need}"]
    ours += [f"/units/{unit}/{page}" for page in ("edit", "contacts/new", "merge")] + ["?q=x"]
    ours += [f"/events/{event}/needs/new", f"/events/{event}/pledge", f"/pledges/{pledge_id}"]
    pages = [a_contact(app, world).get(f"/partners/unit{path}") for path in theirs]
    pages += [an_organizer(app).get(f"/partners/desk{path}") for path in ours]
    pages.append(a_contact(app, world).get("/partners/board"))
    for page in pages:
        shown = re.sub(r"<[^>]*>", " ", page[page.index("<main") :])
        assert re.findall(r"[A-Za-z]{3,}", re.sub(r"http://\S+|English", "", shown)) == []


def test_people_are_noted_as_come_once_their_shift_has_begun(world: World) -> None:
    pledge_id, begun = world.pledge(), world.event["starts_at"]
    app = build_app(service, CONFIG, world.database, clock=lambda: begun)
    assert "登记到位" in a_contact(app, world).get(f"/partners/unit/pledges/{pledge_id}")


def test_a_unit_that_is_gone_is_not_found_at_the_desk(app: Flask) -> None:
    an_organizer(app).get(f"/partners/desk/units/{uuid4()}", 404)


def test_an_event_that_was_taken_back_is_hidden_from_units_and_stays_at_the_desk(app: Flask, world: World) -> None:
    unit, desk = a_contact(app, world), an_organizer(app)
    assert "端午游园会" in unit.get(f"/partners/unit/events/{world.event_id}")
    world.publish(status="draft")
    unit.get(f"/partners/unit/events/{world.event_id}", 404)
    assert "端午游园会" not in unit.get("/partners/unit")
    desk.get(f"/partners/desk/events/{world.event_id}")
