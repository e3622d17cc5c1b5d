delete from token_families where not exists (select from users where users.id = token_families.user_id);
alter table token_families add constraint token_families_user_id_fkey
  foreign key (user_id) references users on delete cascade;
