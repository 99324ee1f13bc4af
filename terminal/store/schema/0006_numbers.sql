-- The number of a call's other end, E.164: what was noted in the calls of a number that was nobody's is found by it.
alter table about add column number text;
create index about_number on about (number, at, id) where number is not null;
