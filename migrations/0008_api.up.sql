-- serves: 0.1.0
--
-- What programs need that people do not: to send a request again without doing it again, and to read all tasks of a
-- person page by page.

-- A POST that carried an Idempotency-Key, and what it was answered. The key is the caller's own text; `fingerprint`
-- is what was asked, so that the key can't be used for something else. `made_id` is the id of what it makes: it is
-- chosen before, so that a request whose process died and that is sent again makes the same thing.
create table idempotency_keys (
  user_id uuid not null references users on delete cascade,
  key text not null,
  fingerprint bytea not null,
  made_id uuid not null,
  -- Whoever works on it says so again and again; past this moment nobody does.
  locked_until timestamptz not null,
  -- Null until it was answered.
  status smallint,
  headers jsonb,
  body text,
  created_at timestamptz not null default now(),
  primary key (user_id, key)
);
create index idempotency_keys_created_at on idempotency_keys (created_at);

-- The newest tasks of each Tablo, which the list over all Tablos is merged from.
create index tasks_created_at on tasks (tablo_id, created_at desc, id desc);
