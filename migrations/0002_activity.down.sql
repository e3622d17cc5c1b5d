drop table activity;
drop table activity_heads;
