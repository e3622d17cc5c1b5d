-- serves: 0.1.0
--
-- The audit for reading: who a line was about and by whom stays readable when they are gone, what exactly was done is
-- said beside its kind, and no line is changed or taken back.

alter table audit add column details jsonb;
-- Names and addresses as they were. Null in lines of an earlier release.
alter table audit add column actor_name text;
alter table audit add column subject_name text;

-- safe: the audit is short, a line for each change of an account.
create index audit_at on audit (at, id);
-- safe: the same.
create index audit_actor_id on audit (actor_id, at) where actor_id is not null;
-- safe: the same.
create index audit_kind on audit (kind, at, id);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'a line of the audit is not changed';
end
$$;
-- safe: no release has changed or deleted one; a restore truncates.
create trigger audit_append_only before update or delete on audit
  for each row execute function audit_is_append_only();
