drop table personal_tokens;
drop type token_scope;
drop table refresh_tokens;
drop table token_families;
drop table signing_keys;
alter table users drop column disabled_at;
