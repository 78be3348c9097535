"""Each test of the contract is seen to fail on a store that is broken in the way it guards against."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from emergency.errors import EmergencyError

from . import sabotage
from .contract import StoreContract

NOTICED_BY = [
    (sabotage.sorted_by_stream, "test_the_log_is_in_order_of_position"),
    (sabotage.types_ignored, "test_the_log_can_be_read_by_type"),
    (sabotage.moments_cut_short, "test_an_event_comes_back_as_it_was_written"),
    (sabotage.positions_reused, "test_a_position_is_never_given_twice"),
    (sabotage.no_transactions, "test_several_streams_are_written_all_or_none"),
    (sabotage.any_version, "test_a_decision_on_an_old_state_is_refused"),
    (sabotage.own_event_ids, "test_an_event_id_is_used_once"),
    (sabotage.half_an_append, "test_an_event_id_is_used_once"),
    (sabotage.lost_writes, "test_two_processes_write_and_nothing_is_lost"),
    (sabotage.commands_forgotten, "test_a_command_is_carried_out_once"),
    (sabotage.command_content_ignored, "test_a_command_id_is_not_used_for_something_else"),
    (sabotage.commands_forgotten, "test_two_processes_carry_out_one_command"),
    (sabotage.command_content_ignored, "test_two_processes_use_one_command_id_for_two_things"),
    (sabotage.no_transactions, "test_a_killed_import_leaves_all_or_nothing"),
    (sabotage.steps_back_unnoticed, "test_a_clock_that_steps_back_is_stored_and_marked"),
    (sabotage.tracking_unguarded, "test_two_runners_cannot_both_record_a_position"),
    (sabotage.readers_take_the_lock, "test_a_reader_is_served_while_a_writer_writes"),
    (sabotage.readings_without_transaction, "test_a_reading_is_one_state"),
    (sabotage.faults_unexplained, "test_a_lock_held_too_long_is_said_so_soon"),
    (sabotage.undecodable_skipped, "test_an_unknown_event_is_shown_and_not_skipped"),
    (sabotage.undecodable_skipped, "test_a_broken_body_is_shown_and_not_skipped"),
    (sabotage.one_connection_for_all, "test_two_engines_in_one_process_are_apart"),
    (sabotage.always_ready, "test_a_newer_store_is_refused"),
    (sabotage.always_ready, "test_what_others_keep_there_is_left_alone"),
    (sabotage.made_without_looking, "test_several_programs_may_open_a_new_store_at_once"),
    (sabotage.readers_make_stores, "test_who_only_reads_makes_no_store"),
    (sabotage.erasing_does_nothing, "test_a_person_is_kept_outside_the_log_and_can_be_erased"),
]


@pytest.mark.parametrize(("broken", "test"), NOTICED_BY)
def test_the_contract_notices(
    broken: sabotage.Sabotage, test: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = StoreContract()
    method = getattr(contract, test)
    arguments = {"monkeypatch": monkeypatch} if "monkeypatch" in inspect.signature(method).parameters else {}
    monkeypatch.setattr(StoreContract, "sabotaged", broken.__name__)
    broken(monkeypatch)
    with pytest.raises((AssertionError, ValueError, EmergencyError, pytest.fail.Exception)):
        method(url=f"sqlite:///{tmp_path / 'log.db'}?timeout=0.3", **arguments)


def test_every_test_of_the_contract_is_seen_to_fail() -> None:
    tests = {name for name in vars(StoreContract) if name.startswith("test_")}
    assert tests == {test for _, test in NOTICED_BY}
