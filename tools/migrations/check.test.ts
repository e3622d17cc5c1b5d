import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../../src/platform/root.ts'
import { temporaryFolder } from '../../test/folder.ts'
import { checkMigrations } from './check.ts'

const PEOPLE = '-- serves: 0.1.0\ncreate table people (id bigint primary key, name text, nick text);\n'

/** What is found in a checkout whose last release was 0.1.0, with one migration, and which has a second one now. */
function found(sql: string, { serves = '0.1.0', first = PEOPLE } = {}): string[] {
  const checkout = temporaryFolder()
  for (const folder of ['migrations', 'test/previous']) mkdirSync(join(checkout, folder), { recursive: true })
  const write = (name: string, text: string) => writeFileSync(join(checkout, 'migrations', name), text)
  write('0001_people.up.sql', PEOPLE)
  execFileSync('tar', ['-czf', 'test/previous/xtablo-0.1.0.tgz', 'migrations'], { cwd: checkout })
  write('0001_people.up.sql', first)
  write('0002_more.up.sql', `-- serves: ${serves}\n${sql}\n`)
  return checkMigrations(checkout)
}

test('the migrations of this checkout keep the release before it working', () => {
  assert.deepEqual(checkMigrations(root), [])
})

test('what only adds passes', () => {
  const sql = `create type mood as enum ('good', 'bad');
    create table pets (id bigint primary key, owner bigint not null references people, name text not null unique);
    create unique index pets_owner on pets (owner);
    create trigger named before insert on pets for each row execute function named();
    alter table people add column mood mood;
    alter table people add column since timestamptz not null default now();
    alter type mood add value 'so-so';
    alter table pets add constraint named check (name <> '; drop table people');
    insert into people values (1, 'drop table people', $$; drop type mood;$$);
    update people set mood = 'good';`
  assert.deepEqual(found(sql), [])
})

test('what takes away, renames or asks for more is refused, by its line', () => {
  const statements = [
    'drop table people;',
    'drop function named',
    'do $$begin drop table people; end$$;',
    'alter table people drop column nick;',
    'alter table people rename to persons;',
    'alter table people rename column nick to nickname;',
    'alter table people alter column name set not null;',
    'alter table people add column age bigint not null;',
    'alter table people alter column name type varchar(20);',
    'alter table people alter column name drop default;',
    'alter table people add constraint one unique (name);',
    "alter table people add constraint named check (name <> '');",
    "alter table people add constraint named check (name <> '') not valid;",
    "alter table people add check (name <> '') not valid;",
    'alter table people add constraint other foreign key (id) references pets not valid;',
    'alter table people add constraint other foreign key (id) references pets;',
    'alter table people drop constraint people_pkey;',
    'alter table people rename constraint people_pkey to people_key;',
    'alter table people set schema other;',
    'create unique index people_name on people (name);',
    'create index people_nick on people (nick);',
    'create trigger named before insert on people for each row execute function named();',
    "alter type mood rename value 'good' to 'fine';",
    'drop type mood;',
    'drop function named;',
    'drop view everybody;',
    'drop index people_name;',
    'truncate people;',
    "delete from people where name = 'x';",
    'revoke insert on people from public;',
  ]
  for (const statement of statements) {
    const [fault, ...more] = found(`\n/* ${statement} */\n${statement}`)
    assert.match(fault ?? 'nothing', /^migrations\/0002_more\.up\.sql:4: /, statement)
    assert.ok(
      more.every(line => line.startsWith('migrations/0002_more.up.sql:4: ')),
      statement,
    )
  }
})

test('who knows better says so right above the statement, with the reason', () => {
  const drop = 'alter table people\n  drop column nick;'
  assert.deepEqual(found(`-- safe: 0.1.0 never asks for it.\n${drop}`), [])
  assert.equal(found(`-- safe:\n${drop}`).length, 1)
  assert.equal(found(`-- safe: 0.1.0 never asks for it.\n\n${drop}`).length, 1)
  const [fault, ...more] = found(`-- safe: 0.1.0 never asks for it.\n${drop}\ndrop table people;`)
  assert.match(fault ?? '', /:5: /)
  assert.deepEqual(more, [])
})

test('a release to which nobody could go back is refused', () => {
  assert.match(
    found('select 1;', { serves: '0.2.0' }).join(),
    /^migrations\/0002_more\.up\.sql:1: it serves 0\.2\.0 or later, so nobody could go back to 0\.1\.0/,
  )
})

test('a migration that was released is not written again', () => {
  const said = /^migrations\/0001_people\.up\.sql: it was in release 0\.1\.0/
  assert.match(found('select 1;', { first: `${PEOPLE}-- more\n` }).join(), said)
})
