"""The ways a notice reaches a person, behind one small interface; here stands which of them are set up."""

from collections.abc import Sequence
from pathlib import Path

from shared.config import Config
from shared.notices.channels.chat import ChatChannel
from shared.notices.channels.file import FileChannel
from shared.notices.channels.mail import EmailChannel
from shared.notices.channels.protocol import Channel, ChannelError, Unclear
from shared.notices.channels.sms import SmsChannel, provider
from shared.notices.channels.webhook import WebhookChannel

__all__ = [
    "Channel",
    "ChannelError",
    "ChatChannel",
    "EmailChannel",
    "FileChannel",
    "SmsChannel",
    "Unclear",
    "WebhookChannel",
    "from_config",
]


def from_config(config: Config) -> Sequence[Channel]:
    """Return the channels that are set up, in the order they are tried."""
    channels: list[Channel] = []
    if config.webhook_url:
        channels.append(WebhookChannel(config.webhook_url, config.webhook_secrets))
    if config.sms_url:
        channels.append(SmsChannel(provider(config.sms_url, config.sms_signature), dict(config.sms_templates)))
    if config.apprise_url:
        from shared.notices.channels.notify import AppriseChannel  # noqa: PLC0415  # an extra, loaded where it is used

        channels.append(AppriseChannel(config.apprise_url))
    if config.smtp_url:
        channels.append(EmailChannel(config.smtp_url, config.notice_sender))
    return [*channels, ChatChannel(config.chat_hosts), FileChannel(Path(config.notices_file))]
