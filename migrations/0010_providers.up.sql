-- serves: 0.1.0
--
-- Whom a provider of identities (OpenID Connect) knows as whom. What counts is the provider's own id of a person, which
-- stays when their e-mail changes; the e-mail is kept only to be shown.

create table identities (
  -- Its name in the configuration: google, or that of OIDC_<NAME>_ISSUER in lower case.
  provider text not null,
  -- The `sub` of its tokens, and the `iss` it was said by: under another issuer the same subject is somebody else.
  issuer text not null,
  subject text not null,
  user_id uuid not null references users on delete cascade,
  email text,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  primary key (issuer, subject)
);
-- A person has one identity at each provider.
create unique index identities_user_provider on identities (user_id, provider);
