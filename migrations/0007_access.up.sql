-- serves: 0.1.0
--
-- How programs come in: keys that sign access tokens, refresh tokens in families, and personal tokens; and people who
-- may no longer come in at all. src/accounts/access.ts tells how access ends.

-- Set, a person can't sign in, and what they had made to come in by is gone or useless.
alter table users add column disabled_at timestamptz;

-- Ed25519. The id is the `kid` of the tokens. The private key is encrypted under a key that follows from the
-- installation's secret, and is destroyed when the key retires: what it signed is still checked for a while.
create table signing_keys (
  id uuid primary key,
  public_jwk jsonb not null,
  private_key bytea,
  created_at timestamptz not null default now(),
  retired_at timestamptz,
  constraint signing_keys_retired_cannot_sign check ((retired_at is null) = (private_key is not null))
);
-- One signs at a time, however many processes there are.
create unique index signing_keys_one_signs on signing_keys ((retired_at is null)) where retired_at is null;

-- All refresh tokens that follow from one sign-in by a program. It ends as a whole.
create table token_families (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  address text not null,
  user_agent text not null,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  -- That of its newest token.
  expires_at timestamptz not null
);
create index token_families_user_id on token_families (user_id);
create index token_families_expires_at on token_families (expires_at);
-- Every web process asks again and again which ended lately, a small part of all.
create index token_families_ended_at on token_families (ended_at) where ended_at is not null;

-- A used one stays until it would have expired: presented again, it was stolen from one side or the other.
create table refresh_tokens (
  token_hash bytea primary key,
  family_id uuid not null references token_families on delete cascade,
  created_at timestamptz not null default now(),
  used_at timestamptz,
  expires_at timestamptz not null
);
create index refresh_tokens_family_id on refresh_tokens (family_id);
create index refresh_tokens_expires_at on refresh_tokens (expires_at);

create type token_scope as enum ('read', 'write');

-- Hashed like sessions. An expired one is listed for a while, so that its owner can see why a program stopped.
create table personal_tokens (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  name text not null check (name <> ''),
  token_hash bytea not null,
  scope token_scope not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_used_at timestamptz,
  constraint personal_tokens_token_hash_unique unique (token_hash)
);
create index personal_tokens_user_id on personal_tokens (user_id, id);
create index personal_tokens_expires_at on personal_tokens (expires_at);
