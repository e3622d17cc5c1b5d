-- serves: 0.1.0
--
-- People, how they stay signed in, and what was done to their accounts. Ids are UUIDv7 made in code: they sort by
-- time, and a form can carry one before its row exists.

create type user_role as enum ('user', 'admin');
create type language as enum ('en', 'fr');
create type link_kind as enum ('setup', 'reset');

create table users (
  id uuid primary key,
  -- Kept trimmed and in lower case, so that one address is one person.
  email text not null check (email = lower(trim(email)) and email <> ''),
  name text not null check (name <> ''),
  -- An argon2id PHC string; null for a person who signs in by other means.
  password_hash text,
  role user_role not null default 'user',
  -- Null follows the browser.
  language language,
  time_zone text not null default 'UTC',
  created_at timestamptz not null default now(),
  constraint users_email_unique unique (email)
);

-- The cookie holds 32 random bytes; the table only their SHA-256, so that a copy of it signs nobody in.
create table sessions (
  id uuid primary key,
  token_hash bytea not null,
  user_id uuid not null references users on delete cascade,
  address text not null,
  user_agent text not null,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint sessions_token_hash_unique unique (token_hash)
);
create index sessions_user_id on sessions (user_id);
create index sessions_expires_at on sessions (expires_at);

-- Links that work once: the first admin's, and a password reset. Hashed like sessions.
create table links (
  id uuid primary key,
  token_hash bytea not null,
  kind link_kind not null,
  user_id uuid references users on delete cascade check ((kind = 'setup') = (user_id is null)),
  expires_at timestamptz not null,
  constraint links_token_hash_unique unique (token_hash)
);
create index links_user_id on links (user_id);
create index links_expires_at on links (expires_at);

-- What was done to accounts and settings, by whom and from where. Append-only; it outlives the people it names, so
-- it refers to them without a foreign key.
create table audit (
  id uuid primary key,
  at timestamptz not null default now(),
  actor_id uuid,
  subject_id uuid not null,
  kind text not null,
  address text
);
create index audit_subject_id on audit (subject_id, at);

-- The counters of rate-limiter-flexible, in the columns that it expects. Keys are keyed hashes: no address, no e-mail.
create table rate_limits (
  key varchar(255) primary key,
  points integer not null default 0,
  expire bigint
);
create index rate_limits_expire on rate_limits (expire);
