drop table settings;
drop table challenges;
drop table passkeys;
drop table recovery_codes;
drop table authenticators;
