"""docker-compose.yml, brought up: people are served, crashes survived, nothing stands open. In the order of a day."""

import time

import pytest
import requests

from tests.compose.conftest import ONCE, ROLES, SERVICES, Containers, run
from tests.journeys import test_main_job as journeys
from tests.journeys.conftest import Site, an_event

SERVERS = ("gateway", "postgres", "rabbitmq")
ALL = (*ROLES, *SERVERS, "mail")
PEOPLE = ("1380000", "13900001111", "13900002222", "志愿者", "李老师", "王医生", "somebody@example.org")


def test_all_of_it_comes_up_and_what_is_done_once_is_done(containers: Containers) -> None:
    containers.until(lambda: all(containers.is_well(name) for name in ALL))
    assert [containers.inspect(name)["State"]["ExitCode"] for name in ONCE] == [0, 0]


def test_the_main_job(site: Site) -> None:
    journeys.test_the_main_job(site)


def test_reminders_go_out(site: Site) -> None:
    journeys.test_a_reminder_reaches_each_volunteer_and_the_contact_once(site)


def test_letters_show_in_the_mail_catcher(containers: Containers, site: Site) -> None:
    token = site.sign_in()
    event = an_event(site, token, title="重阳登高")
    assert site.sign_up(event["shifts"][0]["id"], 7000, email="somebody@example.org").status_code == 201
    site.post(f"/events/api/v1/events/{event['id']}/cancel", 200, token=token, json={"reason": "下雨"})
    containers.until(lambda: "To: somebody@example.org" in containers.said("mail"), 60)
    assert "重阳登高" in containers.said("mail")


def test_a_backup_can_be_taken(containers: Containers) -> None:
    take = "python -m services backup /tmp/backup && ls /tmp/backup"
    assert "signups.dump" in containers.compose("run", "--rm", "prepare", take)


def test_http_leads_to_https(containers: Containers, site: Site) -> None:
    plain = f"http://localhost:{containers.ports['PORT']}/signups/?page=2"
    answer = requests.get(plain, allow_redirects=False, timeout=10)
    assert (answer.status_code, answer.headers["Location"]) == (308, f"{site.origin}/signups/?page=2")
    assert "max-age" in requests.get(f"{site.origin}/events/", timeout=10).headers["Strict-Transport-Security"]


def test_the_brokers_page_is_for_this_machine_and_whoever_knows_the_password(containers: Containers) -> None:
    assert {port["HostIp"] for port in containers.inspect("rabbitmq")["NetworkSettings"]["Ports"]["15672/tcp"]} == {
        "127.0.0.1"
    }
    address = f"http://127.0.0.1:{containers.ports['RABBITMQ_PORT']}/api/overview"
    user, password = (containers.folder / "secrets/amqp_url").read_text().split("//")[1].split("@")[0].split(":")
    assert requests.get(address, timeout=10).status_code == 401
    assert requests.get(address, auth=(user, password), timeout=10).status_code == 200


@pytest.mark.parametrize("name", ALL)
def test_a_container_can_write_nothing_gains_nothing_and_is_bounded(containers: Containers, name: str) -> None:
    assert containers.inside(name, "touch /etc/x || touch /app/x || touch /srv/gateway/x") != 0
    assert containers.inside(name, "test $(id -u) -ne 0 && grep -q 'CapEff:.0000000000000000' /proc/self/status") == 0
    limits = containers.inspect(name)["HostConfig"]
    assert limits["Memory"] > 0
    assert limits["NanoCpus"] > 0
    assert limits["PidsLimit"] > 0
    assert limits["LogConfig"]["Config"] == {"max-size": "10m", "max-file": "5"}


def test_secrets_are_where_they_are_needed_and_nowhere_else(containers: Containers) -> None:
    assert containers.inside("signups-web", "test -r /run/secrets/signups_data_keys") == 0
    assert containers.inside("signups-web", "test -e /run/secrets/events_data_keys") != 0
    password = (containers.folder / "secrets/signups_database_url").read_text().split(":")[2].split("@")[0]
    assert all(password not in run("docker", "inspect", *containers.find(name)) for name in ALL)


@pytest.mark.parametrize("name", ROLES)
def test_nothing_went_wrong_so_far_and_no_log_names_anybody(containers: Containers, name: str) -> None:
    said = containers.said(name)
    assert not [line for line in said.splitlines() if '"level":"error"' in line.replace(" ", "") or "Traceback" in line]
    assert not [person for person in PEOPLE if person in said]


@pytest.mark.parametrize("name", ["signups-web", "signups-worker", "rabbitmq", "postgres"])
def test_what_crashes_comes_back_and_no_sign_up_is_lost(containers: Containers, site: Site, name: str) -> None:
    token = site.sign_in()
    event = an_event(site, token)
    shift, path = event["shifts"][0]["id"], f"/events/api/v1/events/{event['id']}"
    before = containers.inspect(name)["RestartCount"]
    first = 8000 + 100 * ("signups-web", "signups-worker", "rabbitmq", "postgres").index(name)
    assert site.sign_up(shift, first).status_code == 201
    containers.crash(name)
    answered = 1
    for number in range(first + 1, first + 11):
        answered += site.sign_up(shift, number).status_code == 201
        time.sleep(0.2)
    containers.until(lambda: containers.inspect(name)["RestartCount"] > before and containers.is_well(name))
    site.until(path, lambda found: found["shifts"][0]["confirmed"] >= answered, token=token, seconds=60)


def test_everything_stops_in_time_and_by_itself(containers: Containers) -> None:
    run("docker", "stop", "--time=10", *(found for name in ROLES for found in containers.find(name)))  # else: 137
    assert {name: containers.inspect(name)["State"]["ExitCode"] for name in ROLES} == dict.fromkeys(ROLES, 0)
    containers.compose("stop")
    assert {containers.inspect(name)["State"]["ExitCode"] for name in SERVERS} == {0}


def test_what_was_kept_is_there_after_the_next_start(containers: Containers, site: Site) -> None:
    containers.compose("up", "--detach", seconds=600)
    containers.until(lambda: all(containers.is_well(name) for name in ALL))
    found = site.get("/events/api/v1/events", token=site.sign_in())
    assert "重阳登高" in {event["title"] for event in found["items"]}
    assert [site.call("GET", f"/{service}/readyz").json()["status"] for service in SERVICES] == ["ok"] * 3
