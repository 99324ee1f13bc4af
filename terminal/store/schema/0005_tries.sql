-- Wrong passwords, as the wrong tries of a PIN: since the last right one; waits: until when no other is taken.
alter table person add column wrong integer not null default 0;
alter table person add column waits real not null default 0;
