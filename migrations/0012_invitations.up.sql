-- serves: 0.1.0
--
-- Who was asked into a Tablo. The link carries 32 random bytes, the table their hash; it is null until the mail is made,
-- for the job that sends it makes the link. One that was taken stays until its time is over, so that the same person's
-- second press leads into the Tablo and anybody else's does not.

create table invitations (
  id uuid primary key,
  tablo_id uuid not null references tablos on delete cascade,
  -- Kept trimmed and in lower case, like that of a person.
  email text not null check (email = lower(trim(email)) and email <> ''),
  role member_role not null,
  -- Whoever has the link may take it, not only a person with this address.
  open boolean not null default false,
  token_hash bytea,
  -- The link went out by mail alone, so whoever has it reads that address. One that was shown to be passed on by hand
  -- proves nothing.
  mailed boolean not null default false,
  -- The mail that is to be sent: the job of an earlier one, or of one that is out, does nothing.
  mailing uuid,
  invited_by uuid references users on delete set null,
  -- The language of whoever invited, for a person who has not chosen one here.
  language language,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid references users on delete set null,
  constraint invitations_token_hash_unique unique (token_hash),
  constraint invitations_once unique (tablo_id, email)
);
create index invitations_invited_by on invitations (invited_by);
create index invitations_accepted_by on invitations (accepted_by);
create index invitations_expires_at on invitations (expires_at);
