-- serves: 0.1.0
--
-- The record of every change in a Tablo. Live updates, history and notices read it, and caches of what a Tablo shows
-- go by its version. Both tables outlive a deleted Tablo, so they carry its id without a foreign key.

-- The version of each Tablo: how many changes it has seen. A change locks this row last, just before its commit, so
-- that versions become visible in their order and without a gap.
create table activity_heads (
  tablo_id uuid primary key,
  version bigint not null
);

create table activity (
  id uuid primary key,
  tablo_id uuid not null,
  version bigint not null,
  actor_id uuid not null,
  -- The task, file or event that changed; null for the Tablo itself.
  subject_id uuid,
  kind text not null,
  payload jsonb not null,
  at timestamptz not null default now(),
  constraint activity_tablo_version_unique unique (tablo_id, version)
);
create index activity_subject_id on activity (subject_id, version) where subject_id is not null;
