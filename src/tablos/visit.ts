// Most pages are pages of one Tablo, and need three things of the database: whose session it is, the Tablo as that
// person sees it, and their sidebar. One query reads all three, because on a page whose content is kept the round trips
// are what takes the time.

import type { Context } from 'hono'
import { sql } from 'kysely'
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres'
import { findSession, sessionOf, sessionQuery } from '../accounts/sessions.ts'
import type { SessionFinder, SignedInEnv } from '../accounts/signed-in.ts'
import { hashToken } from '../accounts/tokens.ts'
import { notFound } from '../errors.ts'
import { compiledOnce } from '../platform/database/compiled.ts'
import type { Reader } from '../platform/database/database.ts'
import type { Deps } from '../platform/deps.ts'
import { ID } from '../platform/ids.ts'
import type { Nav } from '../ui/Sidebar.tsx'
import { links, navOf, readNav } from './reading.ts'
import { find, type Tablo, tabloQuery } from './tablos.ts'

/** A Tablo as the person who asks sees it, and the sidebar beside it. */
export interface Visit {
  readonly tablo: Tablo
  readonly nav: Nav
}

interface VisitEnv {
  Variables: SignedInEnv['Variables'] & { visit?: Visit | undefined }
}

const PAGE_OF_TABLO = new RegExp(`^/tablos/(${ID})(/|$)`)

/** Finds the session, and for a page of a Tablo the visit with it. */
export function visits({ db }: Pick<Deps, 'db'>): SessionFinder {
  return async (c: Context<VisitEnv>, token) => {
    const id = c.req.method === 'GET' ? PAGE_OF_TABLO.exec(c.req.path)?.[1] : undefined
    if (id === undefined) return findSession(db, token)
    const [row] = await visitQuery(db, hashToken(token), id)
    if (!row) return undefined
    const { tablo, links, ...session } = row
    if (tablo) {
      const archivedAt = tablo.archivedAt === null ? null : new Date(tablo.archivedAt)
      c.set('visit', { tablo: { ...tablo, archivedAt }, nav: navOf(links) })
    }
    return sessionOf(session)
  }
}

/** The Tablo that a page is of, and the sidebar. Throws not_found. */
export async function visitOf(c: Context<VisitEnv>, reader: Reader, id: string): Promise<Visit> {
  const visit = c.get('visit')
  if (visit) return visit
  // A form that was refused, or a Tablo that is not there.
  if (c.req.method === 'GET') throw notFound()
  const person = c.get('person')
  return { tablo: await find(reader, person, id), nav: await readNav(reader, person) }
}

const visitQuery = compiledOnce((reader, tokenHash: Buffer, id: string) => {
  const person = { id: sql.ref<string>('sessions.user_id') }
  return sessionQuery(reader, tokenHash)
    .select(jsonObjectFrom(tabloQuery(reader, person, id)).as('tablo'))
    .select(jsonArrayFrom(links(reader, person)).as('links'))
})
