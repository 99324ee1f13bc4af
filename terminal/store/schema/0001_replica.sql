-- The replica of one terminal. Texts are UTF-8, bodies JSON, times seconds since 1970.

-- Single values: how this device stands with the server, the lines of its store, versions.
create table meta (
  name text primary key,
  value blob not null
) without rowid;

-- The replicated sets (channel@projection) that this device holds, and how far.
-- life: grows when the set starts again from nothing; images of an older life are shown until newer ones are here, and
-- swept out when the set is caught up. swept: the life up to which that is done.
-- cursor, chain: all images up to that seq are here. up_to: nothing of the set is missing up to that head.
-- count, digest: over the images of this life that are here, as server and terminal compare them.
create table held (
  name text primary key,
  channel text not null,
  life integer not null default 1,
  swept integer not null default 1,
  cursor integer not null default 0,
  chain text not null default '',
  up_to integer not null default 0,
  count integer not null default 0,
  digest text not null default ''
) without rowid;

-- What the server says a row is, per set. body null: a tombstone; moved_to: the channel to which the row went.
create table image (
  kind text not null,
  id text not null,
  held text not null,
  life integer not null,
  seq integer not null,
  body blob,
  moved_to text,
  unique (kind, id, held)
);

-- The image that stays on the screen while its row moves between two sets.
create table parting (
  kind text not null,
  id text not null,
  seq integer not null,
  body blob not null,
  primary key (kind, id)
) without rowid;

-- A row as it is shown, only where that is not simply its newest image. body null: it is not shown.
create table overlay (
  kind text not null,
  id text not null,
  body blob,
  primary key (kind, id)
) without rowid;

-- Every op made here. state: waiting (the outbox), settled (kept for 7 days), tray (refused; kept for the person).
-- seq: where the server applied it, known from an answer or an origin; 0: it had nothing to write any more.
-- said: the signed answer of an earlier history of the server; with it the op goes out as a fact.
create table outbox (
  made integer primary key,
  op_id text not null unique,
  epoch text not null,
  dev_seq integer not null,
  state text not null default 'waiting' check (state in ('waiting', 'settled', 'tray')),
  seq integer,
  said blob,
  op blob not null,
  actor blob not null,
  answer blob,
  answered_at real
);
create index outbox_number on outbox (epoch, dev_seq);
create index outbox_waiting on outbox (made) where state = 'waiting';
create index outbox_tray on outbox (made) where state = 'tray';
create index outbox_settled on outbox (answered_at) where state = 'settled';

-- The rows that an op reads or writes: where it is replayed while it waits.
create table replay (
  kind text not null,
  id text not null,
  made integer not null,
  primary key (kind, id, made)
) without rowid;
create index replay_op on replay (made);

-- Found by: derived from the rows as they are shown, in the same transaction.
create table member_number (
  e164 text not null,
  member text not null,
  usual integer not null,
  primary key (e164, member)
) without rowid;

-- day: minus the day of the last contact, so that the index is in the order in which people look.
create table gram (
  gram text not null,
  day integer not null,
  member text not null,
  primary key (gram, day, member)
) without rowid;

create table recency (
  member text primary key,
  day integer not null
) without rowid;

create table about (
  kind text not null,
  id text not null,
  member text,
  call text,
  at real not null,
  primary key (kind, id)
) without rowid;
create index about_member on about (member, kind, at) where member is not null;
create index about_call on about (call, kind, at) where call is not null;
create index about_calls on about (at) where kind = 'call';

-- People who have signed in on this desk, so that they can while the server is away.
create table person (
  login text primary key,
  person text not null,
  name text not null,
  roles text not null,
  verifier text not null,
  token text not null,
  expires real not null
) without rowid;

-- Half-typed notes.
create table draft (
  author text not null,
  member text not null,
  call text not null,
  text text not null,
  saved_at real not null,
  primary key (author, member, call)
) without rowid;
