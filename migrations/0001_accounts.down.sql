drop table rate_limits;
drop table audit;
drop table links;
drop table sessions;
drop table users;
drop type link_kind;
drop type language;
drop type user_role;
