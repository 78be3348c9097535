"""What once was missing or unreadable on the command line."""

from __future__ import annotations

from .conftest import Type


def test_protected_people_are_a_listing_like_any_other(on_duty: Type) -> None:
    subject = on_duty("people", "add", "--name", "王某", "--unsealed").out.partition(":")[0]
    head, row = on_duty("people", "list", "--format", "csv").out.splitlines()
    assert head == "subject,kind,incident,kept,key,since,erased_at"
    assert row.startswith(f"{subject},witness,,unsealed,,20")
    assert "王某" not in row


def test_the_commands_of_people_and_their_purpose_fit_on_a_line(type_in: Type) -> None:
    assert "..." not in type_in("people", "--help").out.partition("Commands:")[2]
