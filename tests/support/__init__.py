"""What the tests stand on, one file per subject.

Engines (environment, postgres, databases): one temporary directory and one PostgreSQL per run.

Fixtures, in the order a test usually needs them:

- database: `db` and `transactional_db` start with the default rules as rulebook version 1; `nothing_written`
- clock: `midday`, for tests that say "today"
- people: `team`, `other_team`, `reviewer`, `second_reviewer`, `senior`, `admin_person`, `auditor`, `owner`,
  `outsider`, `agent`, `agent_key`; `sign_in(person)` gives a test client with a session
- api: `api` (an agent's client), `anonymous` (no key), `submit(action_type="transaction", ...)`
- live: `live_portal`, a real server process with a database of its own and the same cast in it
- browser: `page`, `page_of("rita")`, `open_browser()` in front of the live portal
- receiver: `receiver`, a chat room's webhook on this machine, over TLS

Plain helpers: lifecycles (actions in every state), threads.together (races), person.Browser (a reviewer's session
with a live portal, over HTTP).
"""
