drop table job_failures;
drop schema pgboss cascade;
