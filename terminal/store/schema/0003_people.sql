-- Birthdays of the members that are here. day: MM-DD.
create table anniversary (
  day text not null,
  member text not null,
  primary key (day, member)
) without rowid;

-- When a person last sat at this desk (seconds since 1970). ended 0: they have not left yet, or not in order.
create table visit (
  person text primary key,
  began real not null,
  ended real not null
) without rowid;

-- What a person chose for themselves on this desk: theme, language.
create table choice (
  person text not null,
  name text not null,
  value text not null,
  primary key (person, name)
) without rowid;

-- The PIN with which a person unlocks the grant they got online. verifier: argon2id. wrong: tries since the last right
-- one, counted before they are judged; waits: until when no other is taken (seconds since 1970).
create table pin (
  login text primary key,
  verifier text not null,
  wrong integer not null default 0,
  waits real not null default 0
) without rowid;
