-- serves: 0.1.0
--
-- People who close their account. Their programs are told apart from others by their family of tokens, which must be
-- known to have ended for as long as an access token of it may be shown: so it outlives the person.

-- safe: no release tells a fault by it, and nothing but a person's going was ever refused or followed by it.
alter table token_families drop constraint token_families_user_id_fkey;
