-- serves: 0.1.0

create type task_status as enum ('todo', 'in_progress', 'in_review', 'done');

create table tasks (
  id uuid primary key,
  tablo_id uuid not null references tablos on delete cascade,
  title text not null check (title <> ''),
  description text not null default '',
  status task_status not null,
  -- A fractional index: between any two there is room for a third, so a move writes one row. Compared by bytes.
  position text collate "C" not null,
  -- Rises with every edit of the texts, so that a second person's save is noticed.
  version integer not null default 1,
  created_by uuid references users on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Also the index that a column is read by. Checked at the end of a statement, so that one can renumber a column.
  constraint tasks_place_unique unique (tablo_id, status, position) deferrable
);
create index tasks_created_by on tasks (created_by);
