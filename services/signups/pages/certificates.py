"""Certificates of service: asked for by the person or at the desk, revoked there, and verified by anybody."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.signups import access, certificates, contacts, ledgers
from services.signups.durations import lasting
from services.signups.models import Certificate, Volunteer
from services.signups.operations import certificates as operations
from services.signups.pages.desk import desk
from services.signups.pages.door import door
from services.signups.pages.views import DESK
from services.signups.schemas.hours import CertificateForm, OwnCertificateForm, RevocationForm
from shared.errors import Conflict, DomainError, NotFound
from shared.principal import Ability
from shared.texts import text as _
from shared.web import errors, forms, limits
from shared.web.auth import needs, organizer
from shared.web.current import config, database, now
from shared.web.forms import Form
from shared.web.i18n import tell
from shared.web.security import personal

MINE: Final = "/signups/mine/certificate"
PAPERS: Final = "30 per minute"
"""Papers for one address: each takes a good part of a second to draw."""
QUESTIONS: Final = "60 per minute"
"""Numbers that one address may verify, so that nobody finds one by trying."""


class Shown(NamedTuple):
    """A certificate in a list, and whether the ledger still says what it says."""

    certificate: Certificate
    is_true: bool


@door.get("/mine/certificate")
def own_certificates() -> ResponseReturnValue:
    """Show somebody their certificates, and ask for which days they want one."""
    return _own_page(Form(None, {}))


@door.post("/mine/certificate")
@limits.limit(PAPERS)
def ask_for_certificate() -> ResponseReturnValue:
    """Issue a certificate to the person themselves, and lead to it."""
    sent = forms.load(OwnCertificateForm(), request.form)
    if sent.data is not None:
        person = _chosen(sent.data.pop("person"))
        try:
            database.write(operations.issue, person.id, organizer_id=None, today=_today(), now=now(), **sent.data)
        except DomainError as error:
            sent.refuse(error)
        else:
            tell(_("Your certificate is ready. Download it below."))
            return redirect(f"{MINE}?person={person.id}", 303)
    page = _own_page(sent)
    page.status_code = 422
    return page


@door.get("/mine/certificates/<number>.pdf")
@limits.limit(PAPERS)
def own_paper(number: str) -> ResponseReturnValue:
    """Download one's own certificate."""
    certificate = database.read(certificates.by_number, number)
    person = next((one for one in database.read(access.own).served() if one.id == certificate.volunteer_id), None)
    if person is None:
        raise NotFound(_("There is no such certificate."))
    return _paper(certificate, person)


@door.get("/verify/<number>")
@limits.limit(QUESTIONS)
def verify(number: str) -> ResponseReturnValue:
    """Say whether a certificate is genuine and still holds, as a page or as JSON, and never whose it is."""
    as_json = request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    answer = make_response(_verified(number, as_json=as_json))
    answer.vary.add("Accept")
    return answer


@desk.get("/people/<uuid:volunteer_id>/certificates")
def person_certificates(volunteer_id: UUID) -> ResponseReturnValue:
    """Show the certificates that the community issued to one person."""
    return _person_page(volunteer_id, Form(None, {}))


@desk.post("/people/<uuid:volunteer_id>/certificates")
def issue_certificate(volunteer_id: UUID) -> ResponseReturnValue:
    """Issue a certificate to somebody at the desk, and return to the list."""
    community = organizer().community
    database.read(ledgers.person, volunteer_id, community=community)
    sent = forms.load(CertificateForm(), request.form)
    if sent.data is not None:
        try:
            issued = database.write(
                operations.issue,
                volunteer_id,
                community=community,
                organizer_id=organizer().id,
                today=_today(),
                now=now(),
                **sent.data,
            )
        except DomainError as error:
            sent.refuse(error)
        else:
            tell(_("Certificate %(number)s is ready. Download it below.", number=issued.number))
            return redirect(f"{DESK}/people/{volunteer_id}/certificates", 303)
    return _person_page(volunteer_id, sent), 422


@desk.get("/certificates/<number>.pdf")
@needs(Ability.WRITE)
@limits.limit(PAPERS)
def paper(number: str) -> ResponseReturnValue:
    """Download a certificate that the community issued."""
    certificate, person = database.read(_of_community, number)
    return _paper(certificate, person)


@desk.get("/certificates/<number>/revoke")
@needs(Ability.WRITE)
def ask_why(number: str) -> ResponseReturnValue:
    """Ask why a certificate is to hold no more."""
    return _revocation_page(number, Form(None, {}))


@desk.post("/certificates/<number>/revoke")
def revoke(number: str) -> ResponseReturnValue:
    """Revoke a certificate, and return to the list of the person's."""
    certificate, person = database.read(_of_community, number)
    sent = forms.load(RevocationForm(), request.form)
    if sent.data is None:
        return _revocation_page(number, sent), 422
    database.write(
        operations.revoke,
        certificate.number,
        community=organizer().community,
        organizer_id=organizer().id,
        now=now(),
        **sent.data,
    )
    tell(_("Certificate %(number)s holds no more.", number=certificate.number))
    return redirect(f"{DESK}/people/{person.id}/certificates", 303)


def _verified(number: str, *, as_json: bool) -> ResponseReturnValue:
    try:
        found = database.read(certificates.by_number, number.strip().upper())
    except NotFound as error:
        if not as_json:
            return render_template("signups/verify.html", certificate=None, detail=error.detail), error.status
        return errors.as_json(errors.of_domain(error))
    if not as_json:
        return render_template("signups/verify.html", certificate=found, lasting=lasting)
    return jsonify(
        number=found.number,
        period={"from": found.since.isoformat(), "until": found.until.isoformat()},
        hours=round(found.minutes / 60, 2),
        minutes=found.minutes,
        issuer=found.community,
        issued_at=found.issued_at.isoformat(),
        status="valid" if found.revoked_at is None else "revoked",
    )


def _paper(certificate: Certificate, person: Volunteer) -> Response:
    """Answer with the PDF; raises Conflict for one that was revoked, or whose person was erased."""
    from services.signups.papers.certificate import draw  # noqa: PLC0415  # what draws papers takes long to import

    if certificate.revoked_at is not None:
        raise Conflict(_("This certificate has been revoked. Please issue a new one."))
    if person.erased_at is not None:
        raise Conflict(operations.ERASED)
    address = f"{config.origin}/signups/verify/{certificate.number}"
    answer = Response(draw(certificate, person.name, address, config.timezone), content_type="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{certificate.number}.pdf")
    return personal(answer)


def _chosen(person_id: UUID) -> Volunteer:
    found = next((one for one in database.read(access.own).served() if one.id == person_id), None)
    if found is None:
        raise NotFound(_("There is nobody like that here."))
    return found


def _own_page(typed: Form) -> Response:
    people = database.read(access.own).served()
    wanted = typed.values.get("person") or request.args.get("person")
    person = next((one for one in people if str(one.id) == wanted), people[0] if people else None)
    communities: Sequence[str] = []
    values: dict[str, Any] = {}
    if person is not None:
        communities = database.read(certificates.communities, person.id)
        asked = typed.values.get("community")
        chosen = next((one for one in communities if one == asked), next(iter(communities), ""))
        lines = database.read(certificates.services, person.id, community=chosen)
        values = _period(typed, lines) | {"community": chosen, "person": person.id}
    page = render_template(
        "signups/own_certificate.html",
        person=person,
        others=[one for one in people if one is not person],
        options=[(one, one) for one in communities],
        certificates=database.read(certificates.of_person, person.id) if person is not None else [],
        lasting=lasting,
        values=values,
        errors=typed.errors,
    )
    return personal(make_response(page))


def _person_page(volunteer_id: UUID, typed: Form) -> str:
    community = organizer().community
    person = database.read(ledgers.person, volunteer_id, community=community)
    lines = database.read(certificates.services, volunteer_id, community=community)
    return render_template(
        "signups/person_certificates.html",
        person=person,
        name=contacts.name_of(person),
        certificates=[
            Shown(one, sum(line["minutes"] for line in certificates.within(lines, one.since, one.until)) == one.minutes)
            for one in database.read(certificates.of_person, volunteer_id, community=community)
        ],
        can_issue=bool(lines) and organizer().may_write and person.erased_at is None,
        may_write=organizer().may_write,
        lasting=lasting,
        values=_period(typed, lines),
        errors=typed.errors,
    )


def _period(typed: Form, lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what was typed, and else the days from the first service until today."""
    today = _today()
    first = date.fromisoformat(lines[0]["day"]) if lines else today
    return {"since": first.isoformat(), "until": today.isoformat()} | typed.values


def _today() -> date:
    return now().astimezone(ZoneInfo(config.timezone)).date()


def _revocation_page(number: str, typed: Form) -> str:
    certificate, person = database.read(_of_community, number)
    return render_template(
        "signups/revoke.html",
        certificate=certificate,
        person=person,
        name=contacts.name_of(person),
        lasting=lasting,
        values=typed.values,
        errors=typed.errors,
    )


def _of_community(session: Session, number: str) -> tuple[Certificate, Volunteer]:
    found = certificates.of_community(session, number, community=organizer().community)
    return found, session.get_one(Volunteer, found.volunteer_id)
