-- Open tasks, in the order in which they are due. due: an ISO date or date-time, '9' for none; assignee '': whoever comes first.
create table agenda (
  id text primary key,
  kind text not null,
  assignee text not null,
  due text not null
) without rowid;
create index agenda_due on agenda (due, id);

-- Articles by their terms (ringdesk/terms.py), separated by spaces.
create virtual table answer using fts5 (id unindexed, title, body, tokenize = 'unicode61 remove_diacritics 0');

-- Numbers that are marked: E.164, or as they were given where they are no valid one.
create table marked (
  number text not null,
  id text not null,
  primary key (number, id)
) without rowid;
