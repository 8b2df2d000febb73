"""SOAP and HTTP around the answers of a fake Exchange, and refusals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lxml import etree  # type: ignore[import-untyped]

from tests.ews_xml import MESSAGES, TYPES, Element, element

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_ERRORS: Final = "http://schemas.microsoft.com/exchange/services/2006/errors"
_AUTODISCOVER: Final = "http://schemas.microsoft.com/exchange/2010/Autodiscover"


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """The connection ends after so many bytes of the right answer; 0: without any."""

    after_bytes: int = 0


def soap_fault(code: str, text: str = "It could not be done.", *, back_off_ms: int = 0) -> Reply:
    """A refusal of a whole request, as Exchange tells it with HTTP 500."""
    detail = etree.Element("detail")
    for name, value in (("ResponseCode", code), ("Message", text)):
        etree.SubElement(detail, f"{{{_ERRORS}}}{name}").text = value
    if back_off_ms:
        value = element("t:Value", text=str(back_off_ms), Name="BackOffMilliseconds")
        detail.append(element("t:MessageXml", value))
    fault = etree.Element(f"{{{SOAP}}}Fault")
    etree.SubElement(fault, "faultcode").text = "s:Server"
    etree.SubElement(fault, "faultstring").text = text
    fault.append(detail)
    return Reply(500, etree.tostring(enveloped(None, fault)))


def busy(name: str, back_off_ms: int) -> Reply:
    """A request that is refused within its answer, for having asked too much."""
    values = element("t:Value", text=str(back_off_ms), Name="BackOffMilliseconds")
    message = element(
        f"m:{name}ResponseMessage",
        element("m:MessageText", text="The server cannot service this request right now."),
        element("m:ResponseCode", text="ErrorServerBusy"),
        element("m:DescriptiveLinkKey", text="0"),
        element("m:MessageXml", values),
        ResponseClass="Error",
    )
    answer = element(f"m:{name}Response", element("m:ResponseMessages", message))
    return Reply(body=etree.tostring(enveloped(None, answer)))


def enveloped(header: Element | None, body: Element) -> Element:
    """A message as it travels."""
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP, "m": MESSAGES, "t": TYPES})
    if header is not None:
        etree.SubElement(envelope, f"{{{SOAP}}}Header").append(header)
    etree.SubElement(envelope, f"{{{SOAP}}}Body").append(body)
    return envelope


def user_settings(request: Element, told: dict[str, str]) -> bytes:
    """What autodiscover says of the user who is asked for. No schema of it is at hand.

    ``told``: settings, or address -> address to ask for instead.
    """
    user = str(request.findtext(f".//{{{_AUTODISCOVER}}}Mailbox"))
    code, target = ("RedirectAddress", told[user]) if user in told else ("NoError", "")
    settings = {name: value for name, value in told.items() if "@" not in name}
    settings = {"AutoDiscoverSMTPAddress": user, **settings}
    listed = "".join(
        f'<UserSetting i:type="StringSetting"><Name>{name}</Name><Value>{value}</Value>'
        "</UserSetting>"
        for name, value in settings.items()
    )
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:a="http://www.w3.org/2005/08/addressing">'
        f'<s:Header><h:ServerVersionInfo xmlns:h="{_AUTODISCOVER}">'
        "</h:ServerVersionInfo></s:Header>"
        f'<s:Body><GetUserSettingsResponseMessage xmlns="{_AUTODISCOVER}" '
        'xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><Response>'
        "<ErrorCode>NoError</ErrorCode><ErrorMessage/><UserResponses><UserResponse>"
        f"<ErrorCode>{code}</ErrorCode><ErrorMessage/><RedirectTarget>{target}</RedirectTarget>"
        f"<UserSettingErrors/><UserSettings>{listed}</UserSettings></UserResponse>"
        "</UserResponses></Response></GetUserSettingsResponseMessage></s:Body></s:Envelope>"
    ).encode()
