"""The yardstick: a plain endpoint as anybody would write it, without scoring, policies, idempotency or a ledger."""
