//! The contract suite: what every store must do, as tests that each store runs on itself.
//!
//! `storage_contract!(open)` writes one test per case; `open` takes a clock and gives an empty store.
//! `budgets_contract!(open)` does so for budgets, which processes share; its `open` takes nothing.

mod api_key;
mod audit;
mod budget;
mod change_set;
mod connection;
mod connection_profile;
mod consent_request;
mod credentials;
mod dead_letter;
mod journal;
mod lease;
mod link;
mod member;
mod mirror;
mod organization;
mod outbox;
mod parked;
mod quarantine;
mod repeatable_request;
mod retention;
pub mod sample;
mod subscription;
mod sync_run;
mod watermark;

pub use self::{
    api_key::*, audit::*, budget::*, change_set::*, connection::*, connection_profile::*,
    consent_request::*, credentials::*, dead_letter::*, journal::*, lease::*, link::*, member::*,
    mirror::*, organization::*, outbox::*, parked::*, quarantine::*, repeatable_request::*,
    retention::*, subscription::*, sync_run::*, watermark::*,
};

/// Writes one `#[tokio::test]` for each case of the contract.
///
/// `storage_contract!(|clock| Memory::new(clock))` expands to, for each case:
/// `#[tokio::test] async fn case() { contract::case(open(contract::sample::clock())).await }`.
#[macro_export]
macro_rules! storage_contract {
    ($open:expr) => {
        $crate::storage_contract!($open;
            an_event_is_kept_once,
            an_alias_is_an_identity_too,
            entries_come_in_order_and_in_pages,
            an_entry_is_found_by_its_event,
            every_value_of_an_event_survives,
            concurrent_appends_all_get_their_own_place,
            what_is_held_is_no_entry_until_it_is_released,
            groups_are_released_one_by_one_and_in_order,
            what_the_journal_has_is_released_into_nothing,
            what_is_old_leaves_the_quarantine,
            the_oldest_of_a_group_make_room,
            an_account_has_one_owner,
            a_removed_connection_takes_what_is_its_own,
            installations_come_with_the_mirror,
            a_revision_tells_every_change,
            a_link_is_found_at_both_ends,
            an_end_has_one_link,
            conflicts_come_with_their_link,
            a_profile_lives_with_its_connection,
            a_standing_is_told_once,
            a_consent_is_taken_once_and_in_time,
            of_many_with_one_state_one_is_let_in,
            the_end_of_a_consent_is_kept_for_a_while,
            a_realm_sees_its_own_audit,
            a_cause_has_one_change_set,
            a_write_is_noted_before_and_after,
            a_realm_sees_its_own_change_sets,
            old_change_sets_go_with_their_writes,
            old_entries_of_the_audit_go,
            a_realm_sees_its_own_entries_and_all_of_them,
            entries_are_found_by_owner_and_place,
            lanes_move_with_the_cursor_of_the_mirror,
            lanes_move_with_the_cursor_of_the_outbox,
            a_projection_is_whole_or_nothing,
            a_row_is_replaced_and_belongs_to_one_tenant,
            changes_are_found_by_event,
            a_history_goes_back_to_the_first_change,
            what_a_first_load_brought_is_a_change,
            tombstones_are_not_counted,
            rows_are_found_by_what_they_hold,
            rows_come_in_the_order_of_their_changes,
            a_search_that_finds_little_goes_on,
            deciding_twice_gives_one_action,
            decisions_from_an_old_cursor_are_refused,
            a_lane_goes_one_by_one_and_in_order,
            a_waiting_lane_stops_no_other,
            a_busy_lane_starves_no_other,
            the_longest_due_goes_first,
            organizations_take_turns,
            a_dead_action_lets_its_lane_go_on,
            a_started_action_is_looked_up_after_a_crash,
            an_ambiguous_attempt_is_looked_up,
            destinations_do_not_see_each_other,
            the_story_of_an_action_is_kept,
            after_a_restore_everything_open_is_looked_up,
            bytes_go_and_their_events_stay,
            events_go_with_their_changes_and_identities,
            the_newest_entry_never_goes,
            only_finished_actions_go,
            an_open_action_needs_its_event,
            a_parked_event_is_needed_whole,
            the_mirror_needs_the_event_of_each_version,
            a_dead_letter_tells_its_reason,
            dead_letters_come_in_pages,
            a_replayed_action_is_tried_in_its_place,
            what_died_in_doubt_is_looked_up,
            a_second_replay_changes_nothing,
            a_dropped_action_stays_and_can_come_back,
            a_held_lane_waits_for_its_time,
            a_held_lane_holds_what_comes_later,
            a_held_lane_goes_on_after_replay_or_drop,
            what_a_stop_began_is_known,
            parked_events_are_kept_in_order,
            a_parked_event_is_handled_again_once,
            a_decision_waits_for_the_mirror,
            what_was_taken_is_parked_again_after_a_crash,
            a_dropped_event_stays_and_can_come_back,
            a_credential_is_kept_in_its_place,
            credentials_are_listed_for_their_owner,
            a_rotation_finds_its_work_in_pages,
            a_rewrap_never_brings_an_old_credential_back,
            a_lease_has_one_holder_until_its_time,
            a_lease_of_another_epoch_is_over,
            one_of_many_claims_is_granted,
            a_fenced_write_needs_its_epoch,
            a_fenced_write_replaces_what_it_was_made_from,
            an_organization_is_kept_until_it_owns_nothing,
            the_id_of_a_removed_organization_is_not_given_again,
            a_person_is_a_member_once,
            members_are_changed_by_their_organization_only,
            an_owner_stays_while_there_are_others,
            a_key_is_found_by_the_hash_of_its_secret,
            keys_are_listed_for_their_owner,
            a_key_is_revoked_by_its_organization_only,
            uses_are_noted_together_and_never_go_back,
    a_finished_notification_is_told_again,
    a_key_is_free_again,
    a_removed_subscription_is_told_nothing,
    a_replay_goes_on_until_it_is_through,
    a_request_begins_once,
    a_row_of_failures_is_noted_once,
    a_subscription_is_changed_by_who_knows_it,
    notifications_are_listed_newest_first,
    what_is_paused_is_not_due,
            a_watermark_only_rises,
            watermarks_do_not_see_each_other,
            a_removed_connection_takes_its_watermarks,
    a_run_is_asked_for_once,
    a_run_goes_on_where_its_last_page_was,
    a_run_is_worked_at_by_who_has_the_turn,
    old_runs_of_an_account_go,
    what_no_page_showed_is_found,
        );
    };
    ($open:expr; $($case:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $case() {
                let open = $open;
                $crate::contract::$case(open($crate::contract::sample::clock())).await;
            }
        )*
    };
}

/// Writes one `#[tokio::test]` for each case of the contract of [`crate::Budgets`].
///
/// `budgets_contract!(open)` expands to, for each case:
/// `#[tokio::test] async fn case() { contract::case(open()).await }`.
#[macro_export]
macro_rules! budgets_contract {
    ($open:expr) => {
        $crate::budgets_contract!($open;
            every_value_of_a_budget_survives,
            budgets_do_not_see_each_other,
            changes_of_one_budget_come_one_after_the_other,
        );
    };
    ($open:expr; $($case:ident),* $(,)?) => {
        $(
            #[tokio::test]
            async fn $case() {
                let open = $open;
                $crate::contract::$case(open()).await;
            }
        )*
    };
}
