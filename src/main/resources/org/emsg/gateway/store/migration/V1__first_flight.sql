-- One schema for both engines. What they call differently is filled in by store.Dialect:
--   int64, bytes, text   the types; text compares by code point
--   numbered             a row number that the database gives
--   ordered              a number that we give, and by which the table is kept in order
--   plain, byKey         how a table is kept: as it comes, or in the order of its primary key
-- Times are milliseconds since 1970 by the database's clock.

-- Home accounts. head is the cursor of the newest mailbox entry: a counter row, changed in the
-- transaction that writes the entries, so that no reader ever skips what commits late.
CREATE TABLE account (
  id ${numbered},
  address ${text} NOT NULL UNIQUE,
  domain ${text} NOT NULL,
  added ${int64} NOT NULL,
  head ${int64} NOT NULL DEFAULT 0
) ${plain};

CREATE INDEX account_by_domain ON account (domain, address);

-- Keys of accounts, and of home domains ('#domain').
CREATE TABLE account_key (
  account ${text} NOT NULL,
  key_id ${text} NOT NULL,
  algorithm ${text} NOT NULL,
  public_key ${bytes} NOT NULL UNIQUE,
  added ${int64} NOT NULL,
  superseded ${int64},
  revoked ${int64},
  PRIMARY KEY (account, key_id)
) ${plain};

-- Rows are added at the end and found through the key's small index: a batch for many accounts
-- changes few pages.
CREATE TABLE mailbox_entry (
  account ${int64} NOT NULL,
  cursor ${int64} NOT NULL,
  trace ${text} NOT NULL,
  line ${bytes} NOT NULL,
  at ${int64} NOT NULL,
  PRIMARY KEY (account, cursor)
) ${plain};

CREATE TABLE device (
  account ${int64} NOT NULL,
  name ${text} NOT NULL,
  cursor ${int64} NOT NULL,
  PRIMARY KEY (account, name)
) ${byKey};

-- What was accepted, one row a delivery: tells duplicates, and is the trace's first line.
-- key and digest are the first 16 bytes of SHA-256 sums. Sums lie in no order, so only the index
-- is kept in theirs.
CREATE TABLE seen (
  key ${bytes} NOT NULL PRIMARY KEY,
  digest ${bytes} NOT NULL,
  trace ${text} NOT NULL,
  at ${int64} NOT NULL,
  forwarded ${int64} NOT NULL,
  note ${text} NOT NULL
) ${plain};

CREATE INDEX seen_by_trace ON seen (trace);

CREATE TABLE trace_line (
  trace ${text} NOT NULL,
  at ${int64} NOT NULL,
  step ${text} NOT NULL,
  line ${text} NOT NULL
) ${plain};

CREATE INDEX trace_line_by_trace ON trace_line (trace, at);

-- key is of (conversation, network, id there, other network): the first 16 bytes of a SHA-256 sum.
CREATE TABLE id_map (
  key ${bytes} NOT NULL PRIMARY KEY,
  id ${text} NOT NULL,
  at ${int64} NOT NULL
) ${plain};

-- What went to a lane under an id of ours; key is of (network, native id).
CREATE TABLE sent (
  key ${bytes} NOT NULL PRIMARY KEY,
  trace ${text} NOT NULL,
  conversation ${text} NOT NULL,
  sender ${text} NOT NULL,
  recipient ${text} NOT NULL,
  verified ${int64} NOT NULL,
  at ${int64} NOT NULL
) ${plain};

-- An envelope that somebody waits for: rows of outbox, failed and planning, refs of them.
CREATE TABLE envelope (
  id ${ordered},
  refs ${int64} NOT NULL,
  content ${bytes} NOT NULL
) ${plain};

-- Numbers that are given inside the transaction that uses them.
CREATE TABLE counter (
  name ${text} NOT NULL PRIMARY KEY,
  value ${int64} NOT NULL
) ${byKey};

INSERT INTO counter (name, value) VALUES ('outbox', 0);

-- A lane's row is locked by whoever adds to the lane or settles in it. It goes when nothing is in
-- the lane; a new one's epochs start at its time, above all that an earlier row of it had.
CREATE TABLE lane (
  id ${numbered},
  ours ${text} NOT NULL,
  network ${text} NOT NULL,
  remote ${text} NOT NULL,
  waiting ${int64} NOT NULL DEFAULT 0,
  epoch ${int64} NOT NULL DEFAULT 0,
  holder ${text},
  leased_until ${int64} NOT NULL DEFAULT 0,
  failures ${int64} NOT NULL DEFAULT 0,
  paused_until ${int64} NOT NULL DEFAULT 0,
  reason ${text},
  UNIQUE (ours, network, remote)
) ${plain};

CREATE INDEX lane_with_work ON lane (network) WHERE waiting > 0;

CREATE TABLE outbox (
  id ${ordered},
  lane ${int64} NOT NULL,
  network ${text} NOT NULL,
  conversation ${text} NOT NULL,
  envelope ${int64} NOT NULL,
  size ${int64} NOT NULL,
  trace ${text} NOT NULL,
  sender ${text} NOT NULL,
  addressed ${text} NOT NULL,
  recipient ${text} NOT NULL,
  native_id ${text} NOT NULL,
  next ${text} NOT NULL,
  queued ${int64} NOT NULL,
  attempts ${int64} NOT NULL DEFAULT 0,
  reason ${text}
) ${plain};

CREATE INDEX outbox_by_conversation ON outbox (conversation, lane, id);

CREATE INDEX outbox_by_age ON outbox (network, queued);

-- The oldest row of each conversation that waits in a lane, and when it may go: what makes the
-- next messages of a lane cheap to find, however many wait behind them.
CREATE TABLE lane_head (
  lane ${int64} NOT NULL,
  conversation ${text} NOT NULL,
  outbox ${int64} NOT NULL,
  due ${int64} NOT NULL,
  PRIMARY KEY (lane, conversation)
) ${byKey};

CREATE INDEX lane_head_by_due ON lane_head (lane, due, outbox);

-- Given up, the sender not told yet. Without a lane where the intake refused one recipient of
-- several. readable is 0 where the envelope cannot be decoded: kept for an operator.
CREATE TABLE failed (
  id ${ordered},
  lane ${int64},
  network ${text} NOT NULL,
  conversation ${text} NOT NULL,
  envelope ${int64} NOT NULL,
  size ${int64} NOT NULL,
  trace ${text} NOT NULL,
  sender ${text} NOT NULL,
  addressed ${text} NOT NULL,
  recipient ${text} NOT NULL,
  native_id ${text} NOT NULL,
  next ${text} NOT NULL,
  queued ${int64} NOT NULL,
  attempts ${int64} NOT NULL,
  reason ${text} NOT NULL,
  at ${int64} NOT NULL,
  readable ${int64} NOT NULL DEFAULT 1
) ${plain};

CREATE INDEX failed_by_conversation ON failed (conversation);

CREATE INDEX failed_by_lane ON failed (lane);

CREATE TABLE planning (
  id ${ordered},
  key ${bytes} NOT NULL,
  envelope ${int64} NOT NULL,
  size ${int64} NOT NULL,
  trace ${text} NOT NULL,
  sender ${text} NOT NULL,
  addressed ${text} NOT NULL,
  queued ${int64} NOT NULL,
  attempts ${int64} NOT NULL DEFAULT 0,
  due ${int64} NOT NULL,
  reason ${text}
) ${plain};

CREATE INDEX planning_by_due ON planning (due, id);

CREATE INDEX planning_by_pair ON planning (sender, addressed, id);

-- On which network a home user and a correspondent talk.
CREATE TABLE preference (
  account ${text} NOT NULL,
  local ${text} NOT NULL,
  domain ${text} NOT NULL,
  chosen ${text},
  running ${text},
  footing ${text},
  PRIMARY KEY (account, domain, local)
) ${byKey};

CREATE TABLE hashed_alias (
  network ${text} NOT NULL,
  alias ${text} NOT NULL,
  address ${text} NOT NULL,
  PRIMARY KEY (network, alias)
) ${byKey};

CREATE TABLE blob (
  id ${text} NOT NULL PRIMARY KEY,
  name ${text} NOT NULL,
  media_type ${text} NOT NULL,
  content ${bytes} NOT NULL,
  expires ${int64} NOT NULL
) ${plain};

CREATE INDEX blob_by_expiry ON blob (expires);
