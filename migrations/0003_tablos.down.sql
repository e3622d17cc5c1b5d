drop table members;
drop table tablos;
drop type member_role;
drop type tablo_color;
