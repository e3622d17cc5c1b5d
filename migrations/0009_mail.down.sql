drop table devices;
delete from links where kind in ('verify', 'change_email');
alter table links drop column email;
alter table users drop column email_verified_at;

-- A value can't be taken out of a type.
alter table links drop constraint links_check;
alter type link_kind rename to link_kind_of_later;
create type link_kind as enum ('setup', 'reset');
alter table links alter column kind type link_kind using kind::text::link_kind;
alter table links add check ((kind = 'setup') = (user_id is null));
drop type link_kind_of_later;
