"""Organizers' accounts: who may sign in and how, what each may do, and how somebody new is invited."""

from services.events.accounts.adding import add_organizer, everybody, forget_codes, replace_password
from services.events.accounts.changing import (
    change_organizer,
    change_password,
    choose_letters,
    end_all_sign_ins,
    rename,
    reset_codes,
)
from services.events.accounts.codes import (
    CodeNeeded,
    CodeToSetUp,
    begin_codes,
    code_address,
    confirm_codes,
    stop_codes,
)
from services.events.accounts.entering import sign_in
from services.events.accounts.first import ADMIN, prepare
from services.events.accounts.invitations import accept, invitation, invite, open_invitations, renew, revoke
from services.events.accounts.passwords import (
    CODES,
    MAX_USERNAME,
    WRONG_FROM_ONE_ADDRESS,
    WRONG_PASSWORDS,
    check_password,
    guess,
    hash_password,
    new_password,
)
from services.events.accounts.people import Person, me, people, person
from services.events.accounts.signing_in import close_session, confirm

__all__ = [
    "ADMIN",
    "CODES",
    "MAX_USERNAME",
    "WRONG_FROM_ONE_ADDRESS",
    "WRONG_PASSWORDS",
    "CodeNeeded",
    "CodeToSetUp",
    "Person",
    "accept",
    "add_organizer",
    "begin_codes",
    "change_organizer",
    "change_password",
    "check_password",
    "choose_letters",
    "close_session",
    "code_address",
    "confirm",
    "confirm_codes",
    "end_all_sign_ins",
    "everybody",
    "forget_codes",
    "guess",
    "hash_password",
    "invitation",
    "invite",
    "me",
    "new_password",
    "open_invitations",
    "people",
    "person",
    "prepare",
    "rename",
    "renew",
    "replace_password",
    "reset_codes",
    "revoke",
    "sign_in",
    "stop_codes",
]
