-- What belongs to a half-typed note besides its text. revises: the note of which it is a revision, '' for a new one.
-- promised: the tasks that were made of what it promises, JSON: due time -> task.
alter table draft add column revises text not null default '';
alter table draft add column promised text not null default '{}';
