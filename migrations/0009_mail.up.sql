-- serves: 0.1.0
--
-- What mail proves: that an address is read by the person who gave it. A new address waits in its link until it is
-- confirmed, and an unknown device is told about once.

alter type link_kind add value 'verify';
alter type link_kind add value 'change_email';

-- Null until a link that was mailed there has been followed, or a provider of identities has said so.
alter table users add column email_verified_at timestamptz;

-- The address that a link was mailed to: it proves that one and no other.
alter table links add column email text;

-- The kinds of device that a person has signed in from: a hash of browser and system, so that it says nothing by itself.
create table devices (
  user_id uuid not null references users on delete cascade,
  fingerprint bytea not null,
  first_seen_at timestamptz not null default now(),
  primary key (user_id, fingerprint)
);
