-- serves: 0.1.0
--
-- What proves a person besides the password: codes of an authenticator app (TOTP, RFC 6238), passkeys (WebAuthn), and
-- recovery codes for when both are lost.

-- The secret is encrypted under a key that follows from the installation's secret.
create table authenticators (
  user_id uuid primary key references users on delete cascade,
  secret bytea not null,
  -- Null until a first code has proved that the app has the secret; only then is it asked for.
  confirmed_at timestamptz,
  -- The time step of the last code that was taken: none is taken twice.
  last_step bigint not null default 0,
  created_at timestamptz not null default now()
);

-- Hashed like sessions, since they are as random. A used one stays, so that it can be said how many are left.
create table recovery_codes (
  user_id uuid not null references users on delete cascade,
  code_hash bytea not null,
  used_at timestamptz,
  primary key (user_id, code_hash)
);

create table passkeys (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  name text not null check (name <> ''),
  -- As the authenticator made them.
  credential_id bytea not null,
  public_key bytea not null,
  -- How often it has signed, where it counts; one that goes back has been copied.
  counter bigint not null,
  transports text[] not null default '{}',
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  constraint passkeys_credential_unique unique (credential_id)
);
create index passkeys_user_id on passkeys (user_id);

-- A sign-in that waits for its second step, or a passkey that is being asked or made: what the browser was asked, until
-- it answers, once. The token in the browser's cookie is hashed like that of a session.
create table challenges (
  id uuid primary key,
  token_hash bytea not null,
  kind text not null,
  user_id uuid references users on delete cascade,
  challenge text,
  attempts integer not null default 0,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint challenges_token_hash_unique unique (token_hash)
);
create index challenges_user_id on challenges (user_id);
create index challenges_expires_at on challenges (expires_at);

-- What an admin has decided for everybody: one row.
create table settings (
  id boolean primary key default true check (id),
  require_second_factor boolean not null default false
);
insert into settings default values;
