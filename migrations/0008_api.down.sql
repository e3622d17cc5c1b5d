drop index tasks_created_at;
drop table idempotency_keys;
