drop trigger audit_append_only on audit;
drop function audit_is_append_only;
drop index audit_kind;
drop index audit_actor_id;
drop index audit_at;
alter table audit drop column subject_name;
alter table audit drop column actor_name;
alter table audit drop column details;
