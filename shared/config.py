"""Configuration, from the environment only, checked as a whole before anything starts."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from pathlib import Path
from typing import Any

from shared import endpoints, failpoints, readers
from shared.notices import pace, quiet
from shared.notices.pace import Rate
from shared.notices.quiet import QuietHours


class ConfigError(Exception):
    """The environment cannot be worked with; ``problems`` lists everything that is wrong, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def setting(variable: str, parse: Callable[[str], Any] = str, default: Any = "", *, about: str, theme: str = "") -> Any:
    """Declare a setting: its environment variable (``{SERVICE}`` is filled in), its reader and what it is for.

    ``theme`` is the heading that it and those after it stand under.

    A variable with the ending ``_FILE`` names a file to read the value from, as container secrets are handed over.
    """
    return field(default=default, metadata={"variable": variable, "parse": parse, "about": about, "theme": theme})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What one service needs to know of its surroundings."""

    service: str
    mode: str = setting(
        "STEWARD_MODE",
        readers.choice("development", "production"),
        "development",
        theme="What it runs on",
        about="`production` refuses defaults that are only fit for a desk: missing secrets, lifted limits",
    )
    database_url: str = setting(
        "STEWARD_{SERVICE}_DATABASE_URL", about="the service's own database, as SQLAlchemy writes it"
    )
    amqp_urls: tuple[str, ...] = setting(
        "STEWARD_AMQP_URL",
        endpoints.brokers,
        (),
        about="the broker, or each of its nodes by commas; empty: delivery inside the process (embedded mode)",
    )
    secret_key: str = setting(
        "STEWARD_{SERVICE}_SECRET_KEY",
        readers.secret,
        theme="Keys",
        about="signs the service's cookies and links; 32 characters or more, different for each service",
    )
    data_keys: tuple[str, ...] = setting(
        "STEWARD_{SERVICE}_DATA_KEYS",
        readers.secrets,
        (),
        about="seal personal data in the database; 32 characters or more each, by commas, the newest first",
    )
    token_private_key: str = setting(
        "STEWARD_TOKEN_PRIVATE_KEY", readers.pem, about="Ed25519 key, PEM; events signs organizers' tokens with it"
    )
    token_public_key: str = setting(
        "STEWARD_TOKEN_PUBLIC_KEY", readers.pem, about="its public half; every service checks tokens with it"
    )
    admin_password: str = setting(
        "STEWARD_ADMIN_PASSWORD", about="of the first organizer, `admin`; made up and printed once if unset"
    )
    second_factor: str = setting(
        "STEWARD_SECOND_FACTOR",
        readers.choice("offered", "required"),
        "offered",
        about="`required`: no organizer signs in without a code from their phone, which they set up the first time",
    )
    community: str = setting(
        "STEWARD_COMMUNITY",
        default="示范社区",
        theme="The community and its address",
        about="the community that the first organizer belongs to",
    )
    timezone: str = setting(
        "STEWARD_TIMEZONE", readers.zone, "Asia/Shanghai", about="the zone of new events, an IANA name"
    )
    origin: str = setting(
        "STEWARD_ORIGIN",
        readers.origin,
        "http://127.0.0.1:8000",
        about="the one address people open; https makes cookies secure",
    )
    trusted_hosts: tuple[str, ...] = setting(
        "STEWARD_TRUSTED_HOSTS", readers.names, (), about="host names that are answered, by commas; empty: any"
    )
    trusted_proxies: int = setting(
        "STEWARD_TRUSTED_PROXIES", readers.number, 0, about="how many proxies in front may set X-Forwarded-… headers"
    )
    rate_limit: bool = setting(
        "STEWARD_RATE_LIMIT", readers.switch, default=True, about="`off` lifts all limits, for load tests only"
    )
    smtp_url: str = setting(
        "STEWARD_SMTP_URL",
        theme="How people are reached",
        about="smtp://user:password@host:port for e-mail; empty: notices go to the file",
    )
    notice_sender: str = setting(
        "STEWARD_NOTICE_SENDER", endpoints.mail_sender, "steward@localhost", about="the address that e-mail comes from"
    )
    webhook_url: str = setting(
        "STEWARD_WEBHOOK_URL",
        endpoints.https_address,
        about="the program that notices are handed to, by signed webhooks",
    )
    webhook_secrets: tuple[bytes, ...] = setting(
        "STEWARD_WEBHOOK_SECRET",
        endpoints.signing_secrets,
        (),
        about="signs them, and the reports of delivery that come back; whsec_… each, by commas, the newest first",
    )
    sms_url: str = setting(
        "STEWARD_SMS_URL",
        endpoints.sms_account,
        about="account for text messages: tencent://id:key@sms.tencentcloudapi.com/application",
    )
    sms_templates: tuple[tuple[str, str], ...] = setting(
        "STEWARD_SMS_TEMPLATES",
        endpoints.sms_templates,
        (),
        about="kind of notice=template whose one variable is the text, by commas; `*` stands for all other kinds",
    )
    sms_signature: str = setting(
        "STEWARD_SMS_SIGNATURE", default="小管家", about="the registered signature that text messages begin with"
    )
    chat_hosts: tuple[str, ...] = setting(
        "STEWARD_CHAT_HOSTS",
        readers.names,
        ("qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn"),
        about="where robots of group chats may be called, by commas; no other host ever is",
    )
    apprise_url: str = setting(
        "STEWARD_APPRISE_URL",
        endpoints.apprise_address,
        about="any other service by Apprise, with {phone} or {email} where the person's own stands",
    )
    notices_file: str = setting(
        "STEWARD_NOTICES_FILE",
        default="var/notices.log",
        about="where notices without a real channel are written, one JSON line each",
    )
    senders: int = setting(
        "STEWARD_SENDERS", readers.count, 4, about="how many notices are sent at the same time; embedded: one"
    )
    notice_rates: tuple[Rate, ...] = setting(
        "STEWARD_NOTICE_RATES",
        pace.parse,
        (Rate("email", 20), Rate("sms", 10), Rate("chat", 0.3), Rate("webhook", 50)),
        about="notices a second by each channel, in each worker",
    )
    quiet_hours: QuietHours | None = setting(  # noqa: RUF009  (a declaration, as the others)
        "STEWARD_QUIET_HOURS",
        quiet.parse,
        QuietHours(time(21), time(8)),
        about="when notices wait for the morning, in the zone of `STEWARD_TIMEZONE`; `off`: never",
    )
    daily_notices: int = setting(
        "STEWARD_DAILY_NOTICES",
        readers.number,
        6,
        about="letters to one person in a day; what is not news then waits for the next; 0: any number",
    )
    log_level: str = setting(
        "STEWARD_LOG_LEVEL",
        readers.choice("DEBUG", "INFO", "WARNING", "ERROR"),
        "INFO",
        theme="What is seen of it",
        about="how much is logged",
    )
    log_format: str = setting(
        "STEWARD_LOG_FORMAT", readers.choice("json", "words"), "json", about="`words` for a person who watches"
    )
    worker_metrics_bind: str = setting(
        "STEWARD_WORKER_METRICS_BIND",
        readers.listening,
        about="host:port of a worker's own `/metrics` and `/healthz`, which nobody outside may reach; empty: none",
    )
    failpoints: tuple[tuple[str, int], ...] = setting(
        "STEWARD_FAILPOINTS",
        failpoints.parse,
        (),
        about="moments at which a worker kills itself, for `make faults`; refused in production",
    )
    otlp_endpoint: str = setting(
        "STEWARD_OTLP_ENDPOINT",
        readers.collector,
        about="where traces go by OpenTelemetry over HTTP, like http://collector:4318; empty: nothing is traced",
    )

    @property
    def codes_required(self) -> bool:
        """Whether an organizer's password alone lets nobody in."""
        return self.second_factor == "required"

    @property
    def secure(self) -> bool:
        """Whether people come by https, so that cookies may be bound to it."""
        return self.origin.startswith("https://")


def load(service: str, environ: Mapping[str, str] = os.environ) -> Config:
    """Read and check the service's configuration; raises ConfigError that lists every problem at once."""
    problems: dict[str, str] = {}
    values: dict[str, Any] = {"service": service}
    for spec in fields(Config):
        if "variable" not in spec.metadata:
            continue
        variable = spec.metadata["variable"].format(SERVICE=service.upper())
        try:
            raw = _raw(variable, environ)
            if raw:
                values[spec.name] = spec.metadata["parse"](raw)
        except (ValueError, OSError) as error:
            problems[variable] = str(error)
    config = Config(**values)
    problems = _unfit(config) | problems
    if problems:
        raise ConfigError([f"{variable} {problem}" for variable, problem in problems.items()])
    return config


def table() -> list[tuple[str, str, str]]:
    """Return (variable, default, what it is for) of every setting, for the documentation."""
    return [row for rows in _themes().values() for row in rows]


def as_markdown() -> str:
    """Return the settings as the README has them: a table under the heading of each theme."""
    lines = []
    for theme, rows in _themes().items():
        lines += [f"### {theme}", "", "| variable | default | what it is for |", "| --- | --- | --- |"]
        lines += [f"| `{name}` | {f'`{default}`' if default else ''} | {about} |" for name, default, about in rows]
        lines += [""]
    return "\n".join(lines)


def _themes() -> dict[str, list[tuple[str, str, str]]]:
    """Return the rows of the table by theme, in the order in which settings are declared."""
    themes: dict[str, list[tuple[str, str, str]]] = {}
    for spec in fields(Config):
        if "variable" in spec.metadata:
            variable = spec.metadata["variable"].replace("{SERVICE}", "<SERVICE>")
            row = (variable, _as_written(spec.default), spec.metadata["about"])
            themes.setdefault(spec.metadata["theme"] or list(themes)[-1], []).append(row)
    return themes


def _raw(variable: str, environ: Mapping[str, str]) -> str:
    """Return the setting as it was given; an empty file is none, as an empty variable is."""
    file = environ.get(f"{variable}_FILE")
    return (Path(file).read_text(encoding="utf-8").strip() if file else "") or environ.get(variable, "").strip()


def _unfit(config: Config) -> dict[str, str]:
    """Return what is missing or refused: variable -> the rest of the sentence."""
    upper = config.service.upper()
    needed: dict[str, object] = {
        f"STEWARD_{upper}_DATABASE_URL": config.database_url,
        f"STEWARD_{upper}_SECRET_KEY": config.secret_key,
        f"STEWARD_{upper}_DATA_KEYS": config.data_keys,
        "STEWARD_TOKEN_PUBLIC_KEY": config.token_public_key,
    }
    if config.service == "events":
        needed["STEWARD_TOKEN_PRIVATE_KEY"] = config.token_private_key
    if config.webhook_url:
        needed["STEWARD_WEBHOOK_SECRET"] = config.webhook_secrets
    if config.sms_url:
        needed["STEWARD_SMS_TEMPLATES"] = config.sms_templates
    problems = {variable: "is missing" for variable, value in needed.items() if not value}
    if config.mode == "production":
        if not config.amqp_urls:
            problems["STEWARD_AMQP_URL"] = "is missing: production delivers over a broker"
        if not config.rate_limit:
            problems["STEWARD_RATE_LIMIT"] = "must not be off in production"
        if config.failpoints:
            problems["STEWARD_FAILPOINTS"] = "must not be set in production"
        if not config.secure:
            problems["STEWARD_ORIGIN"] = "must begin with https:// in production"
    return problems


def _as_written(default: object) -> str:
    """Return a default as one would set it."""
    if isinstance(default, bool):
        return "on" if default else "off"
    return ",".join(map(str, default)) if isinstance(default, tuple) else str(default)
