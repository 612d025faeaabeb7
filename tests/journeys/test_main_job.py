"""From the template to the reminder, over the public API alone; and what is left when a part is killed in the middle.

One module, so that one worker runs it and all of it shares the two running sites.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests

from tests.journeys.conftest import Site, an_event, children, free_port, in_future, kill, start, stop


def test_the_main_job(site: Site) -> None:
    token = site.sign_in()
    year = datetime.now(UTC).year + 1
    event = site.post("/events/api/v1/events", 201, token=token, json={"template": "dragon-boat", "year": year})
    assert event["starts_at"].startswith(str(year))
    site.post(f"/events/api/v1/events/{event['id']}/publish", 200, token=token)
    event_id, shift = event["id"], max(event["shifts"], key=lambda one: one["capacity"])
    shifts = f"/signups/api/v1/events/{event_id}/shifts"
    site.until(shifts, lambda found: len(found["items"]) == len(event["shifts"]))

    answers = [site.sign_up(shift["id"], number) for number in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert {answer.json()["status"] for answer in answers} == {"confirmed"}

    unit = site.post(
        "/partners/api/v1/work-units",
        201,
        token=token,
        json={"name": "朝阳小学", "kind": "school", "contact": {"name": "李老师", "phone": "13900001111"}},
    )
    pledge = site.post(
        "/partners/api/v1/pledges",
        201,
        token=unit["access_token"],
        json={
            "work_unit_id": unit["id"],
            "event_id": event_id,
            "kind": "people",
            "shift_id": shift["id"],
            "quantity": 2,
        },
    )
    assert pledge["status"] == "pending"
    pledge_path = f"/partners/api/v1/pledges/{pledge['id']}"
    held = site.until(pledge_path, lambda found: found["status"] == "held", token=token, seconds=5)
    assert (held["held"], held["claimed"]) == (2, 0)

    claim = held["claim_url"].rpartition("/")[2]
    assert site.sign_up(shift["id"], 100, claim=claim).json()["status"] == "confirmed"
    site.until(pledge_path, lambda found: found["claimed"] == 1, token=token)

    [ours] = [one for one in site.get(shifts)["items"] if one["shift_id"] == shift["id"]]
    assert (ours["confirmed"], ours["held"]) == (4, 1)

    def agrees(found: dict[str, Any]) -> bool:
        [theirs] = [one for one in found["shifts"] if one["id"] == shift["id"]]
        return (theirs["confirmed"], theirs["held"]) == (4, 1)

    site.until(f"/events/api/v1/events/{event_id}", agrees, token=token)


def test_a_reminder_reaches_each_volunteer_and_the_contact_once(site: Site) -> None:
    token = site.sign_in()
    starts_at, ends_at = in_future(hours=1, seconds=6), in_future(hours=2)
    shifts = [{"role": "引导", "starts_at": starts_at, "ends_at": ends_at, "capacity": 5}]
    event = an_event(site, token, starts_at=starts_at, ends_at=ends_at, shifts=shifts, reminders=[{"before": "PT1H"}])
    shift_id = event["shifts"][0]["id"]
    for number in range(200, 203):
        assert site.sign_up(shift_id, number).status_code == 201
    unit = site.post(
        "/partners/api/v1/work-units",
        201,
        token=token,
        json={"name": "卫生站", "kind": "clinic", "contact": {"name": "王医生", "phone": "13900002222"}},
    )
    body = {"work_unit_id": unit["id"], "event_id": event["id"], "kind": "people", "shift_id": shift_id, "quantity": 1}
    site.post("/partners/api/v1/pledges", 201, token=token, json=body)

    def all_sent(count: int) -> Any:
        return lambda found: [item["state"] for item in found["items"]] == ["sent"] * count

    query = f"?event_id={event['id']}&kind=reminder"
    volunteers = site.until(f"/signups/api/v1/notices{query}", all_sent(3), token=token, seconds=30)
    site.until(f"/partners/api/v1/notices{query}", all_sent(1), token=token, seconds=30)
    assert {item["person"] for item in volunteers["items"]} == {"志*"}


def test_a_sign_in_that_was_ended_opens_nothing_in_any_service(site: Site) -> None:
    token = site.sign_in()
    lists = [f"/{service}/api/v1/notices" for service in ("signups", "partners")]
    assert [site.call("GET", path, token=token).status_code for path in lists] == [200, 200]
    assert site.call("DELETE", "/events/api/v1/sessions/current", token=token).status_code == 204
    deadline = time.monotonic() + 15  # the parts of the stack may only just be up
    while {site.call("GET", path, token=token).status_code for path in lists} != {401}:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_two_hundred_people_at_once_fill_fifty_places_and_no_more(site: Site) -> None:
    token = site.sign_in()
    event = an_event(site, token)
    shift_id = event["shifts"][0]["id"]
    with ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(lambda number: site.sign_up(shift_id, 1000 + number), range(200)))
    assert {answer.status_code for answer in answers} == {201}
    statuses = [answer.json()["status"] for answer in answers]
    assert (statuses.count("confirmed"), statuses.count("waitlisted")) == (50, 150)
    [shift, _] = site.get(f"/signups/api/v1/events/{event['id']}/shifts")["items"]
    assert (shift["confirmed"], shift["free"], shift["waitlisted"]) == (50, 0, 150)
    site.until(
        f"/events/api/v1/events/{event['id']}",
        lambda found: (found["shifts"][0]["confirmed"], found["shifts"][0]["waitlisted"]) == (50, 150),
        token=token,
        seconds=30,
    )


def test_a_closed_waitlist_refuses_everyone_after_the_last_place(site: Site) -> None:
    token = site.sign_in()
    event = an_event(site, token, waitlist=False)
    shift_id = event["shifts"][1]["id"]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda number: site.sign_up(shift_id, 2000 + number), range(20)))
    codes = [answer.status_code for answer in answers]
    assert (codes.count(201), codes.count(409)) == (6, 14)


def test_the_same_key_is_answered_alike_and_withdrawing_twice_is_harmless(site: Site) -> None:
    token = site.sign_in()
    event = an_event(site, token)
    headers = {"Idempotency-Key": str(uuid4())}
    body = {"shift_id": event["shifts"][0]["id"], "name": "张三", "phone": "+86 138 1111 2222", "consent": True}
    first = site.post("/signups/api/v1/signups", 201, json=body, headers=headers)
    assert site.post("/signups/api/v1/signups", 201, json=body, headers=headers) == first
    assert site.post("/signups/api/v1/signups", 422, json=body | {"name": "李四"}, headers=headers)["errors"]
    again = site.post("/signups/api/v1/signups", 200, json=body, headers={"Idempotency-Key": str(uuid4())})
    assert again == {"status": "received"}
    path = f"/signups/api/v1/signups/{first['id']}"
    for _ in range(2):
        answer = site.post(f"{path}/withdraw", 200, token=first["manage_token"])
        assert answer["status"] == "withdrawn"
    assert site.call("GET", path, token="made-up").status_code in {401, 404}


def test_a_moved_event_tells_everyone_and_a_stale_edit_is_refused(site: Site) -> None:
    token = site.sign_in()
    event = an_event(site, token)
    site.sign_up(event["shifts"][0]["id"], 3000)
    path = f"/events/api/v1/events/{event['id']}"
    moved = {"starts_at": in_future(days=11), "ends_at": in_future(days=11, hours=3)}
    stale = site.call("PATCH", path, token=token, json=moved, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    version = site.get(path, token=token)["version"]
    changed = site.call("PATCH", path, token=token, json=moved, headers={"If-Match": f'"{version}"'})
    assert changed.status_code == 200, changed.text
    site.until(
        f"/signups/api/v1/notices?event_id={event['id']}&kind=changed",
        lambda found: [item["state"] for item in found["items"]] == ["sent"],
        token=token,
    )
    site.post(f"{path}/cancel", 200, token=token, json={"reason": "下雨"})
    site.until(
        f"/signups/api/v1/notices?event_id={event['id']}&kind=cancelled",
        lambda found: [item["state"] for item in found["items"]] == ["sent"],
        token=token,
    )
    assert site.sign_up(event["shifts"][0]["id"], 3001).status_code == 409


def full(count: int) -> Callable[[Any], bool]:
    return lambda event: event["shifts"][0]["confirmed"] == count


@pytest.mark.real
def test_sign_ups_go_on_without_the_broker_and_arrive_when_it_is_back(stack: Site) -> None:
    token = stack.sign_in()
    event = an_event(stack, token)
    shift_id, path = event["shifts"][0]["id"], f"/events/api/v1/events/{event['id']}"
    for number in range(5000, 5005):
        assert stack.sign_up(shift_id, number).status_code == 201
    kill(stack, "beam.smp")
    for number in range(5005, 5020):
        assert stack.sign_up(shift_id, number).status_code == 201
    stack.until(path, full(20), token=token, seconds=90)
    time.sleep(1)  # nothing more may come
    assert stack.get(path, token=token)["shifts"][0]["confirmed"] == 20


@pytest.mark.real
def test_the_database_killed_under_sign_ups_loses_none_that_was_answered(stack: Site) -> None:
    token = stack.sign_in()
    event = an_event(stack, token)
    shift_id, path = event["shifts"][0]["id"], f"/events/api/v1/events/{event['id']}"
    answered = 0
    for number in range(6000, 6040):
        if number == 6010:
            kill(stack, "postgres", "-D")
        answered += stack.sign_up(shift_id, number).status_code == 201
        time.sleep(0.05)
    assert answered >= 10
    counts = f"/signups/api/v1/events/{event['id']}/shifts"
    stack.until(counts, lambda found: found["items"][0]["confirmed"] >= answered, seconds=60)
    confirmed = stack.get(counts)["items"][0]["confirmed"]
    stack.until(path, full(confirmed), token=token, seconds=60)


def test_an_embedded_steward_killed_in_the_middle_keeps_what_it_answered(tmp_path: Path) -> None:
    site = start("embedded", tmp_path, free_port())
    token = site.sign_in()
    event = an_event(site, token)
    for number in range(10):
        assert site.sign_up(event["shifts"][0]["id"], number).status_code == 201
    for pid in [*children(site.process.pid), site.process.pid]:
        os.kill(pid, signal.SIGKILL)
    site.process.wait()
    site = start("embedded", tmp_path, free_port())
    try:
        token = site.sign_in()
        site.until(f"/events/api/v1/events/{event['id']}", full(10), token=token)
    finally:
        stop(site)


def test_a_second_start_on_the_same_data_is_refused_in_one_line(embedded: Site) -> None:
    second = subprocess.run(
        embedded.process.args,
        cwd=embedded.folder,
        env=os.environ | {"PORT": str(free_port()), "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode != 0
    assert "already running" in second.stderr
    assert requests.get(f"{embedded.origin}/events/healthz", timeout=5).status_code == 200
