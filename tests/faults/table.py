"""Every fault publishing must survive, and the tests that bring it about.

The numbers are those of the fault matrix in the publishing design. `tests` name files below
`tests/`; `open` says why a fault, or a part of it, cannot be brought about here.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: what happens, the tests in which it does, and what is left out and why."""

    number: int
    title: str
    tests: tuple[str, ...] = ()
    open: str = ""


NO_SERVER = "PostgreSQL is refused until a team's database exists."
NO_UPDATER = "There is no updater yet."
NO_PACKAGE = "There is no installed package yet; what starts a child process is tested."

KILLED = "harness/test_forks.py::test_a_worker_killed_at_any_step_leaves_one_post"
KILLED_FOR_REAL = (
    "harness/test_kills.py::test_the_program_killed_at_its_requests_doubles_and_loses_nothing"
)
BAD_WEATHER = "harness/test_forks.py::test_random_kills_in_bad_weather_double_and_lose_nothing"
FROZEN = "harness/test_forks.py::test_a_frozen_worker_that_was_overtaken_does_no_harm"
STRUCK = "harness/test_syscalls.py::test_a_strike_at_a_system_call_leaves_one_post"
BROKEN_LINE = "faults/test_wire.py::test_a_connection_that_breaks_leads_to_one_post"
LOST_REFRESH = "faults/test_wire.py::test_a_refresh_whose_answer_is_lost_never_loses_the_post"
NO_ANSWER = (
    "faults/test_lying_tiktok.py::"
    "test_an_answer_that_is_none_is_asked_for_again_and_leads_to_one_post"
)
TAKEN_BACK = (
    "faults/test_lying_tiktok.py::"
    "test_a_permission_taken_back_at_any_step_loses_and_doubles_nothing"
)
WRONG_CLOCK = (
    "services/test_publish_gate.py::test_a_wrong_clock_holds_publishing_until_it_is_set_right"
)

FAULTS = (
    # --- kills and freezes ----------------------------------------------------------------
    Fault(1, "killed before INIT_INTENT", (KILLED, KILLED_FOR_REAL)),
    Fault(2, "killed after the intent, before init leaves", (KILLED,)),
    Fault(3, "killed after init's answer, before its commit", (KILLED, KILLED_FOR_REAL)),
    Fault(
        4,
        "killed in the middle of a chunk",
        (KILLED, "e2e/test_command_line.py::test_a_killed_publisher_loses_and_doubles_nothing"),
    ),
    Fault(5, "killed between a chunk's answer and its commit", (KILLED, BAD_WEATHER)),
    Fault(6, "killed after FINAL_INTENT, before the last chunk", (KILLED,)),
    Fault(7, "killed in the middle of the last chunk", (KILLED,)),
    Fault(8, "killed after 201, before its commit", (KILLED,)),
    Fault(9, "killed while asking for the outcome", (KILLED, BAD_WEATHER)),
    Fault(10, "killed during a token refresh", (KILLED, LOST_REFRESH)),
    Fault(
        11,
        "killed during a keyring write, backup, migration, import",
        (
            STRUCK,
            "services/test_backups.py::test_what_a_killed_backup_left_is_swept_up",
            "services/test_backups.py::test_a_restore_cut_short_leaves_the_former_database",
            "storage/test_database.py::test_an_upgrade_starts_with_a_checked_backup",
            "system/test_vault.py::"
            "test_a_keyring_that_keeps_nothing_is_noticed_before_secrets_depend_on_it",
        ),
        "There is no CSV import and no updater to be killed yet.",
    ),
    Fault(
        12,
        "only the window or only the publisher is killed",
        (
            "system/test_locks.py::test_a_killed_publisher_frees_the_lock",
            "e2e/test_command_line.py::test_a_killed_publisher_loses_and_doubles_nothing",
            "scheduler/test_runner.py::test_publishing_goes_on_when_the_clockwork_dies",
        ),
        "Window and publisher are one process by design; `--standby` takes over when it ends.",
    ),
    Fault(
        13,
        "one post kills its worker again and again",
        (
            "services/test_publishing.py::test_a_video_that_kills_the_app_three_times_is_set_aside",
            "services/test_publishing.py::"
            "test_a_crash_under_several_uploads_is_held_against_none_of_them",
            "services/test_preparing.py::test_a_post_whose_work_fails_again_and_again_is_set_aside",
        ),
    ),
    Fault(
        14,
        "power loss at any write",
        ("harness/test_powerloss.py::test_a_power_cut_at_any_write_loses_nothing_that_was_told",),
    ),
    Fault(15, "frozen for minutes, overtaken, resumed", (FROZEN,)),
    Fault(
        16,
        "frozen while holding the database's lock",
        (
            "storage/test_faults.py::"
            "test_a_writer_waits_for_a_foreign_lock_and_the_alarm_is_raised_once_and_ended",
            "services/test_storage_guard.py::test_a_foreign_lock_is_told_and_its_end_too",
        ),
    ),
    Fault(
        17,
        "two publishers on one data folder",
        (
            "e2e/test_command_line.py::test_a_second_publisher_is_told_who_publishes",
            "system/test_locks.py::test_a_second_publisher_is_kept_out_and_told_who_holds_the_lock",
        ),
    ),
    Fault(18, "two machines, one database, one due post", open=NO_SERVER),
    Fault(
        19,
        "one account in two installations that know nothing of each other",
        (
            "faults/test_duplicate_check.py::"
            "test_a_plan_carried_out_elsewhere_too_is_warned_of_in_the_record",
            "faults/test_duplicate_check.py::test_what_is_not_the_same_is_not_warned_of",
            "faults/test_duplicate_check.py::test_a_list_nobody_can_see_holds_nothing_back",
        ),
    ),
    # --- a TikTok that lies ---------------------------------------------------------------
    Fault(
        20,
        "init without an answer, processed or not",
        (
            BROKEN_LINE,
            "services/test_publishing.py::test_a_lost_answer_to_init_leads_to_one_post",
            "services/test_publishing.py::"
            "test_uploads_that_are_opened_in_vain_end_with_the_user_and_can_be_retried",
            "faults/test_wire.py::test_a_line_that_never_gets_a_video_through_gives_up_in_words",
        ),
    ),
    Fault(
        21,
        "an answer of wrong type, cut, HTML, or without its fields",
        (
            NO_ANSWER,
            "faults/test_lying_tiktok.py::test_an_init_that_is_never_understood_ends_with_the_user",
            "faults/test_lying_tiktok.py::test_a_refresh_that_is_not_understood_disconnects_nobody",
            "tiktok/test_client.py::test_no_bytes_make_anything_but_a_remote_error",
            "services/test_publish_gate.py::"
            "test_a_fault_of_ours_holds_all_posts_and_one_finds_out_when_it_is_over",
        ),
    ),
    Fault(
        22,
        "init refused with 401",
        (
            "faults/test_lying_tiktok.py::"
            "test_an_init_refused_once_for_its_token_is_repeated_with_a_new_one",
            "faults/test_lying_tiktok.py::"
            "test_an_init_refused_twice_for_its_token_asks_to_reconnect",
        ),
    ),
    Fault(
        23,
        "429 with Retry-After of every kind",
        (
            "faults/test_lying_tiktok.py::"
            "test_a_rate_limit_waits_as_told_within_reason_and_uses_no_attempt",
            "tiktok/test_errors.py::test_retry_after_is_read_and_clamped",
            "tiktok/test_traffic.py::test_a_wait_that_tiktok_asks_for_is_kept_on_every_call",
        ),
    ),
    Fault(
        24,
        "ten minutes of 5xx",
        (
            "services/test_publish_gate.py::"
            "test_after_ten_minutes_of_errors_posts_go_out_within_a_minute",
            "services/test_publishing.py::test_an_outage_of_everything_uses_up_no_uploads",
        ),
    ),
    Fault(
        25,
        "spam_risk_too_many_posts",
        (
            "faults/test_lying_tiktok.py::test_each_verdict_of_failure_has_its_way_on",
            "services/test_quota.py::test_posts_over_the_cap_wait_and_go_out_by_themselves",
        ),
    ),
    Fault(
        26,
        "reached_active_user_cap",
        ("services/test_quota.py::test_the_apps_own_cap_holds_all_accounts_at_once",),
    ),
    Fault(
        27,
        "account banned, or its permission narrowed",
        (
            "services/test_publishing.py::test_a_banned_account_stops_for_good_and_others_go_on",
            "services/test_accounts.py::test_a_scope_that_was_not_granted_does_not_break_the_rest",
            TAKEN_BACK,
        ),
    ),
    Fault(
        28,
        "a chunk answered with 4xx, 5xx or 3xx",
        (
            "faults/test_lying_tiktok.py::test_whatever_a_chunk_is_answered_there_is_one_post",
            "faults/test_lying_tiktok.py::"
            "test_an_upload_answered_with_errors_asks_no_faster_than_tiktok_allows",
            "tiktok/test_upload.py::test_each_answer_has_its_verdict",
        ),
    ),
    Fault(
        29,
        "the upload's address expires under way",
        (
            "services/test_publishing.py::"
            "test_an_address_that_expired_before_the_last_byte_is_replaced",
            "faults/test_lying_tiktok.py::"
            "test_an_upload_is_not_replaced_whose_last_chunk_left_and_was_never_answered",
        ),
    ),
    Fault(
        30,
        "201 too early, 206 too late, a wrong or shrinking count of bytes",
        (
            "faults/test_lying_tiktok.py::"
            "test_a_video_tiktok_has_is_not_sent_anew_because_its_count_lags",
            "faults/test_lying_tiktok.py::test_praise_too_early_or_too_late_is_checked",
            "faults/test_lying_tiktok.py::test_a_wrong_count_of_bytes_costs_time_and_no_double",
            "faults/test_lying_tiktok.py::test_a_shrinking_count_of_bytes_is_followed",
            "faults/test_lying_tiktok.py::"
            "test_bytes_that_tiktok_claims_and_lacks_end_in_doubt_never_in_green",
        ),
    ),
    Fault(
        31,
        "processing that does not end for 72 hours",
        (
            "services/test_publishing.py::"
            "test_endless_processing_becomes_unconfirmed_and_is_never_sent_again",
            "domain/test_publish_rules.py::"
            "test_checks_thin_out_from_seconds_to_hours_and_end_after_three_days",
        ),
    ),
    Fault(
        32,
        "FAILED for each reason and for unknown ones",
        (
            "faults/test_lying_tiktok.py::test_each_verdict_of_failure_has_its_way_on",
            "faults/test_lying_tiktok.py::test_a_failure_told_after_success_changes_nothing",
        ),
    ),
    Fault(
        33,
        "PUBLISH_COMPLETE with no, one or many ids",
        (
            "faults/test_lying_tiktok.py::test_a_verdict_with_no_one_or_many_ids_is_published",
            "tiktok/test_client.py::test_post_ids_stay_exact_in_every_shape",
        ),
    ),
    Fault(
        34,
        "401 while asking for the outcome",
        (
            "services/test_publishing.py::"
            "test_a_token_that_expires_while_polling_never_starts_a_second_post",
        ),
    ),
    Fault(
        35,
        "a publish id TikTok does not know",
        (
            "faults/test_lying_tiktok.py::test_an_unknown_publish_of_a_private_post_stays_in_doubt",
            "services/test_unconfirmed.py::"
            "test_a_silent_video_found_in_the_accounts_list_is_published",
        ),
    ),
    Fault(
        36,
        "video list: late, edited, ambiguous, forbidden, long",
        (
            "faults/test_lying_tiktok.py::test_a_video_listed_hours_late_is_found",
            "faults/test_lying_tiktok.py::"
            "test_a_video_whose_caption_was_edited_is_not_taken_for_ours",
            "faults/test_lying_tiktok.py::test_two_videos_that_could_be_it_are_left_to_the_user",
            "faults/test_lying_tiktok.py::test_a_video_on_a_later_page_is_found",
            "faults/test_lying_tiktok.py::test_without_the_right_to_list_videos_the_user_decides",
        ),
    ),
    Fault(37, "the app removed in TikTok under way", (TAKEN_BACK,)),
    # --- the network ----------------------------------------------------------------------
    Fault(
        38,
        "no name found; an IPv6 black hole",
        (
            "tiktok/test_transport.py::test_an_unknown_name_is_told_as_such",
            "tiktok/test_transport.py::test_an_address_that_does_not_answer_gives_way_to_the_next",
        ),
    ),
    Fault(
        39,
        "connection refused; packets into the void",
        (
            "tiktok/test_transport.py::test_a_closed_port_is_told_at_once",
            "tiktok/test_transport.py::test_no_address_answering_ends_after_ten_seconds",
        ),
    ),
    Fault(
        40,
        "reset in the request, the answer, the handshake",
        (
            BROKEN_LINE,
            LOST_REFRESH,
            "faults/test_proxies.py::"
            "test_a_handshake_that_breaks_is_tried_again_and_no_excuse_for_less",
        ),
    ),
    Fault(
        41,
        "a peer that falls silent",
        (
            BROKEN_LINE,
            "tiktok/test_upload.py::test_a_host_that_takes_nothing_for_45_seconds_is_given_up",
            "tiktok/test_transport.py::test_a_silent_server_ends_at_the_deadline",
        ),
    ),
    Fault(
        42,
        "a trickle, 100 MB of JSON, a compression bomb",
        (
            "tiktok/test_transport.py::test_an_answer_that_trickles_ends_at_the_deadline",
            "tiktok/test_transport.py::test_a_hundred_megabytes_are_cut_off_after_the_first",
            "tiktok/test_transport.py::test_a_compression_bomb_does_not_go_off",
        ),
    ),
    Fault(
        43,
        "2 KB/s, one connection in five reset, 5 s latency",
        (
            "faults/test_wire.py::test_a_line_of_2_kb_s_with_resets_brings_the_video_home",
            "faults/test_wire.py::test_a_line_that_never_gets_a_video_through_gives_up_in_words",
        ),
    ),
    Fault(
        44,
        "captive portal; certificate forged, expired, of another host",
        (
            "faults/test_proxies.py::"
            "test_a_network_that_asks_for_a_login_is_not_followed_nor_believed",
            "tiktok/test_transport.py::test_a_certificate_with_a_flaw_gets_no_token",
            "tiktok/test_transport.py::test_plain_http_behind_https_gets_no_token",
        ),
    ),
    Fault(
        45,
        "a company's authority in the system's store",
        ("faults/test_proxies.py::test_an_authority_the_systems_store_trusts_is_trusted",),
        "The stores of Windows and macOS are truststore's; there is none here to add to.",
    ),
    Fault(
        46,
        "the network goes and comes back in the middle of a chunk",
        (
            "faults/test_wire.py::"
            "test_a_network_that_goes_and_comes_back_goes_on_with_the_same_upload",
        ),
    ),
    Fault(
        47,
        "proxy down, refusing, slow, cutting, with a wrong password",
        (
            "faults/test_proxies.py::test_a_real_proxy_carries_calls_and_uploads",
            "faults/test_proxies.py::test_a_real_proxy_that_dies_is_waited_for",
            "faults/test_proxies.py::"
            "test_a_real_proxy_that_refuses_the_password_is_not_gone_around",
            "faults/test_proxies.py::test_a_real_proxy_that_cannot_reach_tiktok_is_not_gone_around",
            "faults/test_proxies.py::test_a_proxy_that_cuts_the_tunnel_is_not_gone_around",
            "faults/test_proxies.py::test_a_proxy_that_answers_byte_by_byte_ends_at_the_deadline",
            "tiktok/test_transport.py::test_a_proxy_that_is_down_is_never_gone_around",
        ),
    ),
    Fault(
        48,
        "a proxy that rewrites, redirects or leaks names",
        (
            "faults/test_proxies.py::test_a_proxy_that_opens_the_tunnel_itself_gets_no_token",
            "faults/test_proxies.py::test_a_proxy_never_sees_the_upload_address_of_a_tunnel",
            "faults/test_proxies.py::test_a_real_proxy_looks_up_names_itself",
            "tiktok/test_transport.py::test_socks_proxies_look_up_names_themselves",
        ),
    ),
    Fault(
        49,
        "proxies, .netrc and certificates in the environment",
        (
            "tiktok/test_transport.py::test_environment_proxies_and_netrc_are_ignored",
            "tiktok/test_transport.py::test_the_environment_cannot_add_trust",
        ),
    ),
    # --- disk and database ----------------------------------------------------------------
    Fault(
        50,
        "disk full at each write",
        (
            STRUCK,
            "services/test_storage_guard.py::"
            "test_on_a_full_disk_posts_wait_with_the_reason_and_go_out_by_themselves",
            "services/test_storage_guard.py::"
            "test_no_last_byte_leaves_that_could_not_be_written_down",
            "storage/test_faults.py::test_a_full_disk_is_told_and_room_is_made",
        ),
    ),
    Fault(
        51,
        "I/O error at the k-th write, fsync or read",
        (
            STRUCK,
            "services/test_storage_guard.py::test_whichever_write_fails_every_post_goes_out_once",
            "storage/test_faults.py::test_after_a_failed_fsync_no_old_connection_is_used_again",
            "storage/test_faults.py::test_what_was_acknowledged_is_there_whatever_the_disk_refuses",
        ),
    ),
    Fault(
        52,
        "database locked for a minute by another program",
        (
            "storage/test_faults.py::"
            "test_a_writer_waits_for_a_foreign_lock_and_the_alarm_is_raised_once_and_ended",
            "storage/test_faults.py::test_patience_ends_before_a_lease_does",
            "storage/test_database.py::test_a_lock_held_by_another_program_is_told_in_words",
        ),
    ),
    Fault(
        53,
        "database or folder read-only or somebody else's",
        (
            "e2e/test_command_line.py::test_a_folder_that_cannot_be_written_is_named",
            "storage/test_faults.py::test_a_database_that_became_read_only_is_tried_again",
            "storage/test_faults.py::test_a_file_of_another_owner_is_named",
        ),
    ),
    Fault(
        54,
        "flipped bits, cut or deleted database files",
        (
            "storage/test_faults.py::test_a_damaged_file_is_only_read_from_then_on",
            "services/test_storage_guard.py::"
            "test_a_database_found_damaged_is_listed_and_exported_but_not_published_from",
            "e2e/test_backup.py::test_a_damaged_database_is_replaced_though_nothing_else_works",
            "services/test_backups.py::test_a_damaged_backup_is_refused",
        ),
    ),
    Fault(
        55,
        "an old backup restored after posts went out",
        (
            "e2e/test_backup.py::test_a_restored_older_backup_posts_nothing_again",
            "services/test_restoring.py::"
            "test_a_post_that_went_out_after_the_backup_is_not_sent_again",
            "services/test_restoring.py::test_many_posts_and_many_restores_double_nothing",
            "services/test_restoring.py::"
            "test_a_folder_put_back_with_its_journal_posts_nothing_again",
            "services/test_restoring.py::"
            "test_a_copy_made_between_any_two_posts_is_noticed_after_a_crash",
            "services/test_restoring.py::"
            "test_a_copy_made_as_the_last_byte_was_to_leave_sends_nothing_again",
            "services/test_restoring.py::test_the_mark_has_moved_when_the_last_byte_leaves",
            "e2e/test_backup.py::test_a_folder_written_over_by_its_old_copy_posts_nothing_again",
        ),
    ),
    Fault(
        56,
        "the data folder copied elsewhere, or synchronised",
        (
            "e2e/test_backup.py::test_a_copied_folder_publishes_only_after_it_was_adopted",
            "services/test_restoring.py::test_another_machine_is_noticed_at_the_same_place",
            "system/test_filesystem.py::test_a_synchronised_folder_is_refused",
        ),
    ),
    Fault(
        57,
        "a newer database; a migration that breaks off",
        (
            "e2e/test_command_line.py::test_a_newer_database_is_refused",
            "storage/test_database.py::test_an_upgrade_starts_with_a_checked_backup",
            "storage/test_faults.py::test_an_upgrade_of_a_damaged_file_is_told_in_words",
        ),
        "There is one schema yet, so no migration can be killed between two.",
    ),
    Fault(
        58,
        "an SQLite that can lose commits",
        (
            "storage/test_database.py::test_sqlite_versions_that_can_lose_commits_are_known",
            "storage/test_faults.py::test_a_second_process_is_refused_with_an_unsafe_sqlite",
            "storage/test_faults.py::test_alone_with_an_unsafe_sqlite_everything_works",
        ),
    ),
    Fault(59, "PostgreSQL restarted, cut off, pool dead", open=NO_SERVER),
    Fault(60, "PostgreSQL lost its last commits in a failover", open=NO_SERVER),
    Fault(61, "PostgreSQL's clock differs from the machine's", open=NO_SERVER),
    # --- secrets --------------------------------------------------------------------------
    Fault(
        62,
        "keyring absent, locked, silent, emptied, full",
        (
            "system/test_os_keyring.py::"
            "test_a_real_secret_service_keeps_and_forgets_keys_and_its_lock_is_respected",
            "system/test_os_keyring.py::"
            "test_an_unanswered_prompt_is_given_up_and_not_asked_again_meanwhile",
            "system/test_os_keyring.py::test_a_machine_without_dbus_is_told_of_the_passphrase",
            "system/test_os_keyring.py::test_an_unusable_keyring_is_said_with_its_reason",
            "system/test_vault.py::test_a_key_gone_from_the_keyring_is_said",
            "services/test_publishing.py::test_posts_wait_unharmed_while_secrets_are_locked",
        ),
    ),
    Fault(
        63,
        "environment or configuration names an evil keyring",
        ("system/test_os_keyring.py::test_an_evil_backend_is_never_imported",),
    ),
    Fault(
        64,
        "a sealed secret altered, or moved to another account",
        (
            "faults/test_hands.py::test_tokens_exchanged_between_accounts_are_never_used",
            "system/test_vault.py::test_a_secret_with_any_byte_changed_does_not_open",
            "system/test_vault.py::test_a_secret_moved_to_another_row_does_not_open",
        ),
    ),
    # --- time -----------------------------------------------------------------------------
    Fault(
        65,
        "the clock hours ahead, a day behind, in 1970 or 2038",
        (
            "faults/test_clock.py::test_a_wrong_clock_sends_nothing_before_its_time",
            "faults/test_clock.py::test_a_clock_set_wrong_under_way_doubles_and_loses_nothing",
            "faults/test_clock.py::test_a_start_with_a_clock_hours_ahead_takes_no_post_away",
            "faults/test_clock.py::test_a_start_too_late_for_a_post_tells_it_at_once_online_or_not",
            "faults/test_clock.py::test_a_refused_certificate_makes_one_look_at_the_clock",
            WRONG_CLOCK,
        ),
    ),
    Fault(
        66,
        "asleep over the due time",
        (
            "faults/test_clock.py::test_a_sleep_over_the_due_time_is_made_good_or_told",
            "services/test_lateness.py::test_posts_of_an_outage_go_out_one_after_another",
            "services/test_lateness.py::"
            "test_a_try_before_a_long_sleep_is_no_leave_to_post_days_later",
            "scheduler/test_clock_watch.py::test_waking_after_a_night_is_a_jump_ahead_told_once",
        ),
    ),
    Fault(
        67,
        "gaps and overlaps of wall time; another zone",
        (
            "domain/test_schedule.py::"
            "test_wall_time_in_a_spring_gap_goes_out_at_the_next_valid_instant",
            "domain/test_schedule.py::test_wall_time_in_an_autumn_overlap_goes_out_the_first_time",
            "domain/test_schedule.py::test_an_instant_survives_being_told_in_any_zone",
        ),
        "A change of a zone's rules comes with new tzdata; a planned instant keeps its UTC.",
    ),
    Fault(
        68,
        "200 posts due in one second",
        (
            "faults/test_clock.py::"
            "test_two_hundred_posts_of_one_second_keep_the_limits_and_their_order",
            "tiktok/test_limits.py::test_no_minute_ever_holds_more_calls_than_allowed",
        ),
    ),
    Fault(
        69,
        "told to end by the user or the system at any step",
        (
            "harness/test_forks.py::test_a_worker_told_to_stop_at_any_step_leaves_one_post",
            "scheduler/test_runner.py::test_stopping_ends_every_step_and_the_next_start_goes_on",
            "e2e/test_ending.py::test_a_publisher_told_to_end_under_an_upload_goes_on_next_time",
            "ui/test_application.py::test_a_desktop_that_ends_stops_the_publisher_at_once",
            "ui/test_application.py::test_a_termination_signal_ends_it_in_order",
        ),
    ),
    # --- files and text from outside ------------------------------------------------------
    Fault(
        70,
        "file deleted, cut, replaced, growing, its drive lost",
        (
            "services/test_publishing.py::test_a_file_replaced_after_planning_never_goes_out",
            "services/test_publishing.py::test_a_deleted_file_asks_the_user",
            "system/test_media_reader.py::test_a_byte_changed_unseen_never_completes",
            "system/test_media_reader.py::test_a_drive_lost_while_sending_is_told",
            "system/test_fingerprint.py::test_a_file_still_being_written_is_refused",
        ),
    ),
    Fault(
        71,
        "files of 0 bytes to 4 GB",
        (
            "tiktok/test_upload.py::test_every_plan_keeps_tiktoks_chunk_rules",
            "tiktok/test_upload.py::test_no_bytes_and_too_many_bytes_are_refused",
            "services/test_publishing.py::test_a_large_file_goes_in_chunks_and_arrives_whole",
            "system/test_media_reader.py::test_memory_stays_small_however_large_the_file",
        ),
    ),
    Fault(
        72,
        "a video that is a playlist, an archive, a script; a reader that hangs",
        (
            "system/test_video.py::test_a_list_disguised_as_a_video_fetches_nothing",
            "system/test_video.py::test_a_list_disguised_as_a_video_opens_no_other_file",
            "system/test_video.py::test_files_that_are_no_videos_are_told_so",
            "system/test_video_child.py::test_a_child_that_fails_costs_nothing_but_the_answer",
            "system/test_video_child.py::"
            "test_the_child_has_no_network_where_the_system_allows_that",
        ),
    ),
    Fault(
        73,
        "attacks on the callback of the sign-in",
        (
            "tiktok/test_oauth.py::test_wrong_requests_are_turned_away_and_the_sign_in_survives",
            "tiktok/test_oauth.py::test_an_answer_is_good_for_one_use",
            "tiktok/test_oauth.py::test_a_thousand_silent_visitors_do_not_lock_the_browser_out",
            "tiktok/test_oauth.py::test_a_visitor_that_trickles_is_closed_after_five_seconds",
            "tiktok/test_oauth.py::test_nobody_outside_127_0_0_1_can_reach_it",
            "tiktok/test_oauth.py::test_nobody_answering_for_five_minutes_ends_the_wait",
        ),
    ),
    Fault(
        74,
        "a stolen code, another account's code, scopes not granted",
        (
            "services/test_accounts.py::"
            "test_reconnecting_insists_on_the_same_account_and_harms_no_other",
            "services/test_accounts.py::test_a_scope_that_was_not_granted_does_not_break_the_rest",
            "simulator/test_tokens.py::test_a_code_is_good_once",
        ),
    ),
    Fault(
        75,
        "captions and names with markup, controls, 100 KB, emoji",
        (
            "system/test_logs.py::test_text_from_outside_cannot_forge_a_line_or_steer_a_terminal",
            "ui/accounts/test_view.py::test_a_nickname_is_never_markup",
            "ui/composer/test_view.py::test_text_from_outside_is_never_markup",
            "domain/test_captions_media_events.py::"
            "test_caption_of_2200_units_is_taken_and_one_more_is_not",
        ),
    ),
    Fault(76, "hostile CSV", open="There is no CSV import yet."),
    Fault(
        77,
        "a malicious backup",
        (
            "services/test_backups.py::test_a_backup_with_anything_else_in_it_is_refused",
            "services/test_backups.py::test_a_view_in_the_place_of_a_table_is_not_even_read",
            "services/test_backups.py::test_a_bomb_is_refused_by_its_size",
            "services/test_backups.py::test_a_name_that_leads_elsewhere_is_refused",
        ),
    ),
    # --- the program itself ---------------------------------------------------------------
    Fault(78, "an update tampered with, old, cut short, killed", open=NO_UPDATER),
    Fault(
        79,
        "an error in every step, with canary tokens",
        (
            "faults/test_canaries.py::"
            "test_a_surprise_at_any_step_tells_no_secret_and_loses_no_post",
            "tiktok/test_secrets.py::test_refusals_and_bad_answers_tell_no_secret",
            "system/test_logs.py::test_no_canary_gets_through_messages_arguments_or_errors",
        ),
    ),
    Fault(
        80,
        "code planted beside the program",
        (
            "system/test_video_child.py::test_the_child_loads_nothing_of_ours_and_of_no_folder_at_hand",
        ),
        NO_PACKAGE,
    ),
    Fault(
        81,
        "the log's disk full, its folder gone, rotated by two",
        (
            "system/test_logs.py::test_a_full_disk_loses_lines_only",
            "system/test_logs.py::test_a_vanished_folder_is_made_again",
            "system/test_logs.py::test_two_processes_rotate_the_same_log_unharmed",
        ),
    ),
    Fault(
        82,
        "the user edits, cancels or pauses in flight",
        (
            "faults/test_hands.py::test_a_post_on_its_way_cannot_be_edited",
            "faults/test_hands.py::"
            "test_cancelling_works_at_every_moment_before_the_last_part_and_says_so_after",
            "faults/test_hands.py::"
            "test_a_paused_account_finishes_what_is_on_its_way_and_starts_nothing",
            "services/test_accounts.py::"
            "test_an_account_is_not_disconnected_under_a_video_on_its_way",
        ),
    ),
    Fault(
        83,
        "no tray, no display, a window that hangs",
        (
            "faults/test_hands.py::test_a_window_that_hangs_does_not_hold_up_the_publisher",
            "ui/test_application.py::test_hidden_without_a_tray_shows_the_window_after_a_while",
            "ui/test_application.py::test_without_a_tray_closing_asks_because_plans_would_wait",
            "test_architecture.py::test_command_line_never_loads_qt",
        ),
    ),
)
