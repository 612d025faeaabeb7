"""Configuration, from the environment only, checked as a whole before anything starts."""

import re
from base64 import b64decode

import pytest

from shared import config, endpoints, readers
from shared.config import ConfigError

PEM = "-----BEGIN KEY-----\nabc\n-----END KEY-----"
ENOUGH = {
    "STEWARD_SIGNUPS_DATABASE_URL": "sqlite:///signups.db",
    "STEWARD_SIGNUPS_SECRET_KEY": "s" * 32,
    "STEWARD_SIGNUPS_DATA_KEYS": "d" * 32,
    "STEWARD_TOKEN_PUBLIC_KEY": PEM,
}
SMS = "tencent://id:key@sms.tencentcloudapi.com/1400006666"
PRODUCTION = {
    **ENOUGH,
    "STEWARD_MODE": "production",
    "STEWARD_AMQP_URL": "amqp://signups:word@broker/steward",
    "STEWARD_ORIGIN": "https://steward.example",
}


def problems(environ, service="signups"):
    with pytest.raises(ConfigError) as raised:
        config.load(service, environ)
    return raised.value.problems


def test_what_is_needed_is_enough():
    loaded = config.load("signups", ENOUGH)
    assert loaded.database_url == "sqlite:///signups.db"
    assert loaded.mode == "development"
    assert loaded.rate_limit is True
    assert loaded.timezone == "Asia/Shanghai"
    assert not loaded.secure


def test_an_empty_environment_names_everything_that_is_missing():
    assert problems({}) == [
        "STEWARD_SIGNUPS_DATABASE_URL is missing",
        "STEWARD_SIGNUPS_SECRET_KEY is missing",
        "STEWARD_SIGNUPS_DATA_KEYS is missing",
        "STEWARD_TOKEN_PUBLIC_KEY is missing",
    ]


def test_all_problems_are_listed_at_once_wrong_and_missing_ones():
    found = problems(
        {
            "STEWARD_MODE": "live",
            "STEWARD_SIGNUPS_SECRET_KEY": "short",
            "STEWARD_ORIGIN": "steward.example/path",
            "STEWARD_TRUSTED_PROXIES": "two",
            "STEWARD_TIMEZONE": "Beijing",
            "STEWARD_RATE_LIMIT": "no",
            "STEWARD_WORKER_METRICS_BIND": "everywhere",
        }
    )
    assert {line.partition(" ")[0] for line in found} == {
        "STEWARD_MODE",
        "STEWARD_SIGNUPS_SECRET_KEY",
        "STEWARD_ORIGIN",
        "STEWARD_TRUSTED_PROXIES",
        "STEWARD_TIMEZONE",
        "STEWARD_RATE_LIMIT",
        "STEWARD_WORKER_METRICS_BIND",
        "STEWARD_SIGNUPS_DATABASE_URL",
        "STEWARD_SIGNUPS_DATA_KEYS",
        "STEWARD_TOKEN_PUBLIC_KEY",
    }
    assert len(found) == 10, "each variable is named once"


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("STEWARD_MODE", "live", "must be one of development, production"),
        ("STEWARD_SIGNUPS_SECRET_KEY", "short", "must have at least 32 characters"),
        ("STEWARD_SIGNUPS_DATA_KEYS", f"{'d' * 32}, short", "must have at least 32 characters"),
        ("STEWARD_ORIGIN", "https://steward.example/events", "must be an address without a path"),
        ("STEWARD_TRUSTED_PROXIES", "-1", "must be a whole number"),
        ("STEWARD_TRUSTED_PROXIES", "²", "must be a whole number"),
        ("STEWARD_TIMEZONE", "Beijing", "must be a time zone by its IANA name"),
        ("STEWARD_TIMEZONE", "../etc/passwd", "must be a time zone by its IANA name"),
        ("STEWARD_TOKEN_PUBLIC_KEY", "abc", "must be a key in PEM form"),
        ("STEWARD_LOG_LEVEL", "LOUD", "must be one of DEBUG, INFO, WARNING, ERROR"),
        ("STEWARD_NOTICE_SENDER", "小管家", "must be an e-mail address"),
        ("STEWARD_WORKER_METRICS_BIND", "9100", "must be a host and a port, like 127.0.0.1:9100"),
        ("STEWARD_WORKER_METRICS_BIND", "127.0.0.1:99100", "must be a host and a port, like 127.0.0.1:9100"),
        ("STEWARD_WEBHOOK_URL", "notices.example/in", "must be an address that begins with https://"),
        ("STEWARD_WEBHOOK_URL", "http://notices.example/in", "must be an address that begins with https://"),
        ("STEWARD_WEBHOOK_URL", "https://user:word@notices.example/in", "must be an address that begins with https://"),
        ("STEWARD_WEBHOOK_SECRET", "whsec_c2hvcnQ=", "must be whsec_ and at least 24 random bytes in base64"),
        ("STEWARD_WEBHOOK_SECRET", f"whsec_{'A' * 32}, 密钥", "must be whsec_ and at least 24 random bytes in base64"),
        ("STEWARD_SMS_URL", "aliyun://id:key@host/1400006666", "must be like tencent://"),
        ("STEWARD_SMS_URL", "tencent://id@sms.tencentcloudapi.com/1400006666", "must be like tencent://"),
        ("STEWARD_SMS_URL", "tencent://id:key@sms.tencentcloudapi.com", "must be like tencent://"),
        ("STEWARD_SMS_TEMPLATES", "reminder=1,code", "must be kinds and templates like"),
        ("STEWARD_SMS_TEMPLATES", "=1", "must be kinds and templates like"),
        ("STEWARD_APPRISE_URL", "tgram://token/group", "must be an address of Apprise with {phone} or {email} in it"),
        ("STEWARD_APPRISE_URL", "{phone}", "must be an address of Apprise with {phone} or {email} in it"),
    ],
)
def test_a_wrong_value_is_answered_with_what_it_must_be(variable, value, words):
    [line] = problems({**ENOUGH, variable: value})
    assert line.startswith(f"{variable} {words}")


def test_a_secret_that_is_refused_is_not_repeated():
    assert "geheim-9" not in "\n".join(problems({**ENOUGH, "STEWARD_SIGNUPS_SECRET_KEY": "geheim-9"}))


def test_neither_is_an_account_nor_what_signs():
    found = problems({**ENOUGH, "STEWARD_SMS_URL": "x://id:geheim-9@host", "STEWARD_WEBHOOK_SECRET": "geheim-9"})
    assert len(found) == 2
    assert "geheim-9" not in "\n".join(found)


def test_a_channel_that_is_only_half_set_up_says_what_is_missing():
    half = {"STEWARD_WEBHOOK_URL": "https://notices.example/in", "STEWARD_SMS_URL": SMS}
    assert problems({**ENOUGH, **half}) == ["STEWARD_WEBHOOK_SECRET is missing", "STEWARD_SMS_TEMPLATES is missing"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [("STEWARD_SMS_URL", SMS), ("STEWARD_APPRISE_URL", "json://x/{phone}")],
)
def test_a_channel_whose_library_is_not_installed_says_where_it_is(monkeypatch, variable, value):
    monkeypatch.setattr(endpoints, "find_spec", lambda _name: None)
    found = problems({**ENOUGH, "STEWARD_SMS_TEMPLATES": "*=1", variable: value})
    assert found == [f"{variable} needs the packages of requirements-extras.lock, which are not installed"]


def test_traces_need_their_packages_and_an_address(monkeypatch):
    traced = {**ENOUGH, "STEWARD_OTLP_ENDPOINT": "http://collector:4318"}
    monkeypatch.setattr(readers, "find_spec", lambda _name: None)
    assert problems(traced) == [
        "STEWARD_OTLP_ENDPOINT needs the packages of requirements-extras.lock, which are not installed"
    ]
    monkeypatch.setattr(readers, "find_spec", lambda name: name)
    assert config.load("signups", traced).otlp_endpoint == "http://collector:4318"
    [line] = problems({**traced, "STEWARD_OTLP_ENDPOINT": "collector:4318"})
    assert line.startswith("STEWARD_OTLP_ENDPOINT must be an address without a path")


def test_channels_are_read_as_they_are_meant():
    loaded = config.load(
        "signups",
        {
            **ENOUGH,
            "STEWARD_WEBHOOK_URL": "http://127.0.0.1:9000/in?a=b",
            "STEWARD_WEBHOOK_SECRET": f"whsec_{'A' * 32}, {'B' * 32}",
            "STEWARD_SMS_URL": SMS,
            "STEWARD_SMS_TEMPLATES": "reminder = 1234567, *=1234569,",
            "STEWARD_NOTICE_SENDER": "小管家 <steward@example.org>",
        },
    )
    assert loaded.webhook_secrets == (bytes(24), b64decode("B" * 32))
    assert loaded.sms_templates == (("reminder", "1234567"), ("*", "1234569"))


def test_a_value_can_stand_in_a_file(tmp_path):
    file = tmp_path / "secret"
    file.write_text("f" * 40 + "\n", encoding="utf-8")
    environ = {**ENOUGH, "STEWARD_SIGNUPS_SECRET_KEY_FILE": str(file)}
    del environ["STEWARD_SIGNUPS_SECRET_KEY"]
    assert config.load("signups", environ).secret_key == "f" * 40


def test_a_file_that_is_not_there_is_a_problem_like_others(tmp_path):
    [line] = problems({**ENOUGH, "STEWARD_SIGNUPS_SECRET_KEY_FILE": str(tmp_path / "gone")})
    assert line.startswith("STEWARD_SIGNUPS_SECRET_KEY ")
    assert "gone" in line


def test_each_service_has_its_own_database_and_secret():
    assert problems(ENOUGH, "partners") == [
        "STEWARD_PARTNERS_DATABASE_URL is missing",
        "STEWARD_PARTNERS_SECRET_KEY is missing",
        "STEWARD_PARTNERS_DATA_KEYS is missing",
    ]


def test_only_events_needs_the_key_that_signs_tokens():
    environ = {variable.replace("SIGNUPS", "EVENTS"): value for variable, value in ENOUGH.items()}
    assert problems(environ, "events") == ["STEWARD_TOKEN_PRIVATE_KEY is missing"]
    assert config.load("events", {**environ, "STEWARD_TOKEN_PRIVATE_KEY": PEM}).token_private_key == PEM


def test_a_key_may_be_written_on_one_line():
    environ = {**ENOUGH, "STEWARD_TOKEN_PUBLIC_KEY": PEM.replace("\n", "\\n")}
    assert config.load("signups", environ).token_public_key == PEM


def test_production_accepts_what_is_fit_for_it():
    loaded = config.load("signups", PRODUCTION)
    assert loaded.secure
    assert loaded.amqp_urls == ("amqp://signups:word@broker/steward",)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"STEWARD_AMQP_URL": ""}, "STEWARD_AMQP_URL is missing: production delivers over a broker"),
        ({"STEWARD_RATE_LIMIT": "off"}, "STEWARD_RATE_LIMIT must not be off in production"),
        ({"STEWARD_ORIGIN": "http://steward.example"}, "STEWARD_ORIGIN must begin with https:// in production"),
        ({"STEWARD_ORIGIN": ""}, "STEWARD_ORIGIN must begin with https:// in production"),
        ({"STEWARD_SIGNUPS_SECRET_KEY": ""}, "STEWARD_SIGNUPS_SECRET_KEY is missing"),
        ({"STEWARD_SIGNUPS_DATA_KEYS": ""}, "STEWARD_SIGNUPS_DATA_KEYS is missing"),
    ],
)
def test_production_refuses_what_is_only_fit_for_a_desk(change, line):
    assert problems({**PRODUCTION, **change}) == [line]


def test_spaces_around_a_value_do_not_count():
    loaded = config.load(
        "signups", {**ENOUGH, "STEWARD_TRUSTED_HOSTS": " a.example , b.example ,", "STEWARD_MODE": " "}
    )
    assert loaded.trusted_hosts == ("a.example", "b.example")
    assert loaded.mode == "development"


def test_several_data_keys_are_given_the_newest_first():
    loaded = config.load("signups", {**ENOUGH, "STEWARD_SIGNUPS_DATA_KEYS": f"{'n' * 32}, {'o' * 32}"})
    assert loaded.data_keys == ("n" * 32, "o" * 32)


def test_a_broker_of_several_nodes_is_given_by_commas():
    nodes = "amqp://signups:wo%2Crd@broker-1/steward, amqps://signups:wo%2Crd@[::1]:5671/steward"
    loaded = config.load("signups", {**ENOUGH, "STEWARD_AMQP_URL": nodes})
    assert loaded.amqp_urls == tuple(nodes.split(", "))
    for wrong in ("http://broker", "amqp://signups:wo,rd@broker/steward", "amqp:///steward", "broker:5672"):
        assert problems({**ENOUGH, "STEWARD_AMQP_URL": wrong}) == [
            "STEWARD_AMQP_URL must be like amqp://user:password@host:5672/vhost, several by commas (%2C in a password)"
        ]


def test_the_table_for_the_documentation_names_every_setting_once():
    rows = config.table()
    variables = [variable for variable, _default, _about in rows]
    assert len(variables) == len(set(variables))
    assert "STEWARD_<SERVICE>_DATABASE_URL" in variables
    assert all(re.fullmatch(r"STEWARD_[A-Z_<>]+", variable) and about for variable, _default, about in rows)


def test_the_settings_stand_under_the_headings_of_their_themes():
    written = config.as_markdown()
    headings = re.findall(r"^### (.+)$", written, re.MULTILINE)
    assert len(headings) == len(set(headings)) == 5
    assert written.index("What is seen of it") < written.index("STEWARD_LOG_LEVEL")
    assert all(f"| `{variable}` |" in written for variable, _default, _about in config.table())
