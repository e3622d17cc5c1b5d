-- serves: 0.1.0
--
-- The files of Tablos; src/files/uploading.ts tells how a row and its object keep together. A row outlives its Tablo
-- until the cleanup has taken the object, so it carries the Tablo's id without a foreign key.

-- `pending`: the object may be half there. `stored`: it is there whole, and the file is listed. `removing`: nobody sees
-- the file any more, and the cleanup takes its object.
create type file_state as enum ('pending', 'stored', 'removing');

create table files (
  id uuid primary key,
  tablo_id uuid not null,
  name text not null check (name <> ''),
  state file_state not null default 'pending',
  -- Bytes, and what they were seen to be while they came.
  size bigint check (size >= 0),
  type text,
  sha256 bytea check (length(sha256) = 32),
  uploaded_by uuid references users on delete set null,
  -- The sender's own id of it, so that one which is sent again because its answer was lost is not there twice.
  sent_as uuid,
  created_at timestamptz not null default now(),
  -- For the cleanup: how often the object was removed, and when it is to be looked at next.
  removals smallint not null default 0,
  clean_at timestamptz,
  constraint files_stored_is_whole
    check (state <> 'stored' or (size is not null and type is not null and sha256 is not null)),
  constraint files_removing_is_due check (state <> 'removing' or clean_at is not null)
);
-- One index for the list of a Tablo, newest first (an id sorts by its moment), for the sum of its bytes, and for finding
-- the files whose Tablo is gone: the last two read nothing else.
create index files_stored on files (tablo_id, id) include (size) where state = 'stored';
-- What the cleanup looks for is a small part of all files.
create index files_removing on files (clean_at) where state = 'removing';
create index files_pending on files (created_at) where state = 'pending';
create unique index files_sent_once on files (uploaded_by, sent_as, tablo_id) where state = 'stored' and sent_as is not null;
create index files_uploaded_by on files (uploaded_by);
