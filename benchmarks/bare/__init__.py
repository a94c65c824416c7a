"""The measure of all things here: an approval endpoint as a competent developer writes it in an afternoon.

A key look-up, a serializer, three rows in one transaction, an answer. No scoring, no policies, no ledger, no
idempotency. It uses the portal's own keys, so that both sides look up the same row.
"""
