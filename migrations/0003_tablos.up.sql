-- serves: 0.1.0

create type tablo_color as enum ('slate', 'red', 'amber', 'green', 'teal', 'blue', 'violet', 'pink');
create type member_role as enum ('owner', 'editor', 'viewer');

create table tablos (
  id uuid primary key,
  title text not null check (title <> ''),
  description text not null default '',
  color tablo_color not null,
  created_at timestamptz not null default now(),
  archived_at timestamptz
);

-- Who is in a Tablo. What a person may see is exactly what this table joins them to.
create table members (
  tablo_id uuid not null references tablos on delete cascade,
  user_id uuid not null references users on delete cascade,
  role member_role not null,
  created_at timestamptz not null default now(),
  primary key (user_id, tablo_id)
);
create index members_tablo_id on members (tablo_id);
