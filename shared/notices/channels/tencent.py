"""腾讯云短信, as the example of a provider of text messages; needs the extra ``sms``."""

from typing import Final
from urllib.parse import SplitResult, unquote
from uuid import UUID

from tencentcloud.common.credential import Credential
from tencentcloud.common.exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111.models import SendSmsRequest
from tencentcloud.sms.v20210111.sms_client import SmsClient

from shared.endpoints import is_loopback
from shared.notices.channels.posting import never_connected
from shared.notices.channels.protocol import ChannelError, Unclear

TIMEOUT: Final = 15
REGION: Final = "ap-guangzhou"
LONGEST: Final = 500
"""Characters of a message with its signature."""
FOR_GOOD: Final = frozenset(
    {
        "FailedOperation.ContainSensitiveWord",
        "FailedOperation.PhoneNumberInBlacklist",
        "FailedOperation.PhoneNumberParseFail",
        "FailedOperation.SignatureIncorrectOrUnapproved",
        "FailedOperation.TemplateIdNotExist",
        "FailedOperation.TemplateIncorrectOrUnapproved",
        "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
        "FailedOperation.TemplateUnapprovedOrNotExist",
        "InvalidParameter.DirtyWordFound",
        "InvalidParameterValue.ContentLengthLimit",
        "InvalidParameterValue.IncorrectPhoneNumber",
        "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
        "InvalidParameterValue.TemplateParameterFormatError",
        "InvalidParameterValue.TemplateParameterLengthLimit",
        "LimitExceeded.AppCountryOrRegionInBlacklist",
        "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
        "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone",
        "UnsupportedOperation.UnsupportedRegion",
    }
)
"""Refusals of this number or this text. All others pass (limits per hour and day, an account without money, a key that
was changed): from the provider's table of error codes for SendSms, as its SDK carries it with explanations."""
UNCLEAR: Final = "InternalError"
"""Among these are timeouts behind the provider's door, after which the message may have gone out."""


class Tencent:
    """Sends through the account that ``tencent://id:key@endpoint/application`` names.

    The notice's id goes along as session context and comes back in reports; it does not make them drop a repeat.
    """

    def __init__(self, url: SplitResult, signature: str) -> None:
        self._credential = Credential(unquote(url.username or ""), unquote(url.password or ""))
        self._endpoint = url.netloc.rpartition("@")[2]
        self._protocol = "http" if is_loopback(url.hostname or "") else "https"
        self._application = url.path.strip("/")
        self._signature = signature
        self.longest = LONGEST - len(f"【{signature}】")

    def send(self, notice_id: UUID, phone: str, template: str, text: str) -> str | None:
        """Send one message and return its serial number."""
        request = SendSmsRequest()
        request.SmsSdkAppId, request.SignName, request.TemplateId = self._application, self._signature, template
        request.PhoneNumberSet, request.TemplateParamSet = [phone], [text]
        request.SessionContext = str(notice_id)
        try:
            [status] = self._client().SendSms(request).SendStatusSet
        except TencentCloudSDKException as error:
            if never_connected(error):
                raise ChannelError("no connection", permanent=False) from None
            if error.requestId is None:  # no answer of theirs
                raise Unclear(error.code) from None
            raise _refusal(error.code) from None
        if status.Code != "Ok":
            raise _refusal(status.Code)
        return str(status.SerialNo)

    def _client(self) -> SmsClient:
        """Return a client of this message's own: a connection kept too long breaks off without a word."""
        http = HttpProfile(protocol=self._protocol, endpoint=self._endpoint, reqTimeout=TIMEOUT)
        return SmsClient(self._credential, REGION, ClientProfile(httpProfile=http))


def _refusal(code: str) -> Exception:
    return Unclear(code) if code.startswith(UNCLEAR) else ChannelError(code, permanent=code in FOR_GOOD)
