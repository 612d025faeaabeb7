"""People change what they have entered, as far as their link opens it."""

from datetime import timedelta

import pytest

from services.signups import operations
from services.signups.models import Signup
from services.signups.operations import send_links
from shared.errors import Invalid
from tests.signups.conftest import LINKS, NOW, World, a_child
from tests.signups.test_finding import letters, open_link
from tests.signups.web import Site

ZHAXI = {"name": "扎西·多吉", "phone": "+8613800138000"}
UNCHANGED = {"email": None, "language": "zh-CN"}


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


def rename(world: World, answer, name: str) -> Signup:
    return world.database.write(operations.change_details, answer.signup_id, **UNCHANGED, name=name)


def opened_by_its_own_link(site: Site, answer) -> str:
    page = site.browser.get(f"/signups/manage/{LINKS.manage_token(answer.signup_id)}").headers["Location"]
    return f"{page}/details"


def test_address_and_language_of_the_letters_can_be_changed_and_the_address_taken_away(site):
    page = opened_by_its_own_link(site, site.world.sign_up(**ZHAXI))
    assert "138 0013 8000" in site.open(page)
    known: set[str] = set()
    for entered, addresses in (("zhaxi@example.com", {None, "zhaxi@example.com"}), ("", {None})):
        assert site.send(page, page, {"email": entered, "language": "en"}).status_code == 303
        site.world.database.write(send_links, **ZHAXI, links=LINKS, now=NOW)
        new = [letter for letter in letters(site.world) if letter.body not in known]
        assert {letter.email for letter in new} == addresses
        assert all(letter.subject.startswith("The link") for letter in new)
        known.update(letter.body for letter in new)


def test_what_is_wrong_comes_back_with_what_was_typed(site):
    page = opened_by_its_own_link(site, site.world.sign_up(**ZHAXI))
    wrong = site.send(page, page, {"email": "zhaxi@", "language": "tlh"})
    assert wrong.status_code == 422
    assert 'value="zhaxi@"' in wrong.text
    assert "请从列表中选择语言" in wrong.text


def test_the_phone_of_the_guardian_can_be_changed_where_there_is_one(site):
    guardian = operations.Guardian("王五", "+8613900139000")
    child = site.world.sign_up(**ZHAXI, birth_date=a_child(8), guardian=guardian)
    page = opened_by_its_own_link(site, child)
    assert site.send(page, page, {"language": "zh-CN", "guardian_phone": "139 0013 9001"}).status_code == 303
    changed = site.world.read(lambda session: session.get_one(Signup, child.signup_id))
    assert (changed.guardian_name, changed.guardian_phone) == ("王五", "+8613900139001")


def test_a_link_to_one_sign_up_does_not_rename_the_person_of_all(site):
    """Else a stranger could sign somebody up and rename them in every roster."""
    answer = site.world.sign_up(**ZHAXI)
    page = opened_by_its_own_link(site, answer)
    assert 'name="name"' not in site.open(page)
    assert site.send(page, page, {"language": "zh-CN", "name": "李四"}).status_code == 422
    site.world.database.write(send_links, **ZHAXI, links=LINKS, now=NOW)
    open_link(site, letters(site.world)[0])
    assert site.send(page, page, {"language": "zh-CN", "name": "扎西·次仁"}).status_code == 303
    assert "扎西·次仁" in site.open(page)


def test_a_corrected_name_is_still_one_person(world):
    answer, sister = world.sign_up(**ZHAXI), world.sign_up(**ZHAXI | {"name": "卓玛"})
    with pytest.raises(Invalid):
        rename(world, sister, "扎西·多吉")
    assert rename(world, answer, "扎西・次仁").volunteer.name == "扎西・次仁"
    assert world.sign_up(phone=ZHAXI["phone"], name="扎西・次仁").status == "received"


def test_service_on_record_is_not_handed_to_another_name(world):
    answer = world.sign_up(**ZHAXI)
    world.database.write(operations.check_in, answer.signup_id, now=NOW + timedelta(days=8))
    with pytest.raises(Invalid):
        rename(world, answer, "李四")
    assert rename(world, answer, "扎西 · 多吉").volunteer.name == "扎西 · 多吉"
