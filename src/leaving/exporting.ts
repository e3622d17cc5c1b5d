// All that there is of a person, for them to take: their account, and the Tablos that they may see. It is read and sent a
// piece at a time, so that a large one takes no more memory than a small one; it is no single moment, for that would
// hold a snapshot of the database for as long as somebody downloads.

import { sql } from 'kysely'
import type { Actor } from '../accounts/actor.ts'
import { notFound } from '../errors.ts'
import type { Reader } from '../platform/database/database.ts'
import { visibleTo } from '../tablos/tablos.ts'
import type { ExportedTablo, ExportHead } from './schema.ts'

/** Rows that are read at once */
const AT_ONCE = 500

/** The export as JSON, in pieces. Throws not_found when the person is gone. */
export async function* exportOf(reader: Reader, actor: Actor): AsyncGenerator<string> {
  yield opened(await headOf(reader, actor), 'tablos')
  yield* joined(tablosOf(reader, actor))
  yield ']}\n'
}

async function* tablosOf(reader: Reader, actor: Actor): AsyncGenerator<AsyncGenerator<string>> {
  const ids = await visibleTo(reader, actor).select('tablos.id').orderBy('tablos.id').execute()
  for (const { id } of ids) {
    // They may have been taken out of it meanwhile.
    const head = await tabloOf(reader, actor, id)
    if (head) yield piecesOf(reader, actor, head)
  }
}

async function* piecesOf(reader: Reader, actor: Actor, head: TabloHead): AsyncGenerator<string> {
  yield opened(head, 'tasks')
  yield* listed(after => tasksOf(reader, actor, head.id, after))
  yield '],"files":['
  yield* listed(after => filesOf(reader, actor, head.id, after))
  yield '],"activity":['
  yield* listed(after => activityOf(reader, actor, head.id, after))
  yield ']}'
}

/** An object whose last field is a list, up to the list. */
const opened = (head: object, list: string) => `${JSON.stringify(head).slice(0, -1)},"${list}":[`

/** Puts commas between what is itself in pieces. */
async function* joined(all: AsyncGenerator<AsyncGenerator<string>>): AsyncGenerator<string> {
  let first = true
  for await (const each of all) {
    if (!first) yield ','
    first = false
    yield* each
  }
}

/** Rows, a number of them at a time, each time those after the last id. */
async function* listed(read: (after: string) => Promise<{ id: string }[]>): AsyncGenerator<string> {
  for (let after = '00000000-0000-0000-0000-000000000000', first = true; ; first = false) {
    const rows = await read(after)
    if (rows.length > 0) yield (first ? '' : ',') + rows.map(row => JSON.stringify(row)).join(',')
    const last = rows.at(-1)
    if (!last || rows.length < AT_ONCE) return
    after = last.id
  }
}

async function headOf(reader: Reader, { id }: Actor): Promise<ExportHead> {
  const [user, providers, passkeys, authenticator, sessions, programs, tokens] = await Promise.all([
    reader.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst(),
    reader.selectFrom('identities').selectAll().where('user_id', '=', id).orderBy('provider').execute(),
    reader.selectFrom('passkeys').selectAll().where('user_id', '=', id).orderBy('id').execute(),
    reader
      .selectFrom('authenticators')
      .select('user_id')
      .where('user_id', '=', id)
      .where('confirmed_at', 'is not', null)
      .executeTakeFirst(),
    reader
      .selectFrom('sessions')
      .selectAll()
      .where('user_id', '=', id)
      .where('expires_at', '>', sql<Date>`now()`)
      .orderBy('id')
      .execute(),
    reader
      .selectFrom('token_families')
      .selectAll()
      .where('user_id', '=', id)
      .where('ended_at', 'is', null)
      .where('expires_at', '>', sql<Date>`now()`)
      .orderBy('id')
      .execute(),
    reader.selectFrom('personal_tokens').selectAll().where('user_id', '=', id).orderBy('id').execute(),
  ])
  if (!user) throw notFound()
  // Field by field: what is not named here stays here.
  return {
    exported_at: new Date().toISOString(),
    profile: {
      id: user.id,
      name: user.name,
      email: user.email,
      email_verified_at: iso(user.email_verified_at),
      role: user.role,
      language: user.language,
      time_zone: user.time_zone,
      created_at: user.created_at.toISOString(),
    },
    sign_in: {
      password: user.password_hash !== null,
      authenticator: authenticator !== undefined,
      providers: providers.map(each => ({
        provider: each.provider,
        email: each.email,
        created_at: each.created_at.toISOString(),
        last_used_at: each.last_used_at.toISOString(),
      })),
      passkeys: passkeys.map(each => ({
        name: each.name,
        created_at: each.created_at.toISOString(),
        last_used_at: iso(each.last_used_at),
      })),
    },
    sessions: sessions.map(each => ({
      id: each.id,
      address: each.address,
      user_agent: each.user_agent,
      created_at: each.created_at.toISOString(),
      last_seen_at: each.last_seen_at.toISOString(),
      expires_at: each.expires_at.toISOString(),
    })),
    programs: programs.map(each => ({
      id: each.id,
      address: each.address,
      user_agent: each.user_agent,
      created_at: each.created_at.toISOString(),
      expires_at: each.expires_at.toISOString(),
    })),
    tokens: tokens.map(each => ({
      id: each.id,
      name: each.name,
      scope: each.scope,
      created_at: each.created_at.toISOString(),
      expires_at: each.expires_at.toISOString(),
      last_used_at: iso(each.last_used_at),
    })),
  }
}

type TabloHead = Omit<ExportedTablo, 'tasks' | 'files' | 'activity'>

async function tabloOf(reader: Reader, actor: Actor, id: string): Promise<TabloHead | undefined> {
  const row = await visibleTo(reader, actor)
    .where('tablos.id', '=', id)
    .select(['tablos.id', 'title', 'description', 'color', 'members.role', 'archived_at'])
    .select(['tablos.created_at', 'members.created_at as joined_at'])
    .executeTakeFirst()
  return (
    row && {
      id: row.id,
      title: row.title,
      description: row.description,
      color: row.color,
      role: row.role,
      created_at: row.created_at.toISOString(),
      joined_at: row.joined_at.toISOString(),
      archived_at: iso(row.archived_at),
    }
  )
}

async function tasksOf(
  reader: Reader,
  actor: Actor,
  tablo: string,
  after: string,
): Promise<ExportedTablo['tasks']> {
  const rows = await reader
    .selectFrom('tasks')
    .select(['id', 'title', 'description', 'status', 'created_by', 'created_at', 'updated_at'])
    .where('tablo_id', '=', tablo)
    .where('id', '>', after)
    .orderBy('id')
    .limit(AT_ONCE)
    .execute()
  return rows.map(({ created_by, created_at, updated_at, ...row }) => ({
    ...row,
    created_by_you: created_by === actor.id,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  }))
}

async function filesOf(
  reader: Reader,
  actor: Actor,
  tablo: string,
  after: string,
): Promise<ExportedTablo['files']> {
  const rows = await reader
    .selectFrom('files')
    .select(['id', 'name', 'size', 'type', 'sha256', 'uploaded_by', 'created_at'])
    .where('tablo_id', '=', tablo)
    // Written out, for the partial index.
    .where(sql<boolean>`state = 'stored'`)
    .where('id', '>', after)
    .orderBy('id')
    .limit(AT_ONCE)
    .execute()
  return rows.map(({ id, name, size, type, sha256, uploaded_by, created_at }) => ({
    id,
    name,
    size: size ?? 0,
    type: type ?? '',
    sha256: sha256?.toString('hex') ?? '',
    uploaded_by_you: uploaded_by === actor.id,
    created_at: created_at.toISOString(),
  }))
}

async function activityOf(
  reader: Reader,
  actor: Actor,
  tablo: string,
  after: string,
): Promise<ExportedTablo['activity']> {
  const rows = await reader
    .selectFrom('activity')
    .select(['id', 'kind', 'subject_id', 'payload', 'at'])
    .where('tablo_id', '=', tablo)
    .where('actor_id', '=', actor.id)
    .where('id', '>', after)
    .orderBy('id')
    .limit(AT_ONCE)
    .execute()
  return rows.map(({ at, kind, payload, ...row }) => ({
    ...row,
    kind: kind as ExportedTablo['activity'][number]['kind'],
    payload: payload as unknown as Record<string, string>,
    at: at.toISOString(),
  }))
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null
