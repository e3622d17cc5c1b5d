import { type Context, Hono } from 'hono'
import {
  disablePerson,
  enablePerson,
  endSessionOf,
  endSessionsOf,
  makeAdmin,
  offerResetTo,
  unmakeAdmin,
} from '../accounts/people.ts'
import { countPeople, listPeople, readHoldings, readPerson } from '../accounts/people-listing.ts'
import { resetSecondFactors } from '../accounts/resetting.ts'
import { listSessions } from '../accounts/sessions.ts'
import { originOf, type SignedInEnv, signedIn } from '../accounts/signed-in.ts'
import { notFound } from '../errors.ts'
import type { Deps } from '../platform/deps.ts'
import { ID, isId } from '../platform/ids.ts'
import { isStorable } from '../platform/input.ts'
import type { Problem } from '../platform/web/env.ts'
import { formResult } from '../platform/web/forms.ts'
import { seeOther } from '../platform/web/respond.ts'
import { listAudit } from './audit.ts'
import { adminsOnly } from './only.ts'
import { PATH, PeoplePage } from './people-views.tsx'
import { type Done, PersonPage } from './person-views.tsx'

/** How many people a page lists, and how many lines of the audit stand with one. */
const LISTED = 50
const LINES = 20

/** What a button of the page does, and what is said when it is done. */
const ACTIONS = [
  ['disable', disablePerson, 'disabled'],
  ['enable', enablePerson, 'enabled'],
  ['make-admin', makeAdmin, 'admin'],
  ['remove-admin', unmakeAdmin, 'user'],
  ['reset-factors', resetSecondFactors, 'factors'],
  ['end-sessions', endSessionsOf, 'sessions'],
] as const

/** The people of this Xtablo, for admins: who there is, and what can be done with an account. */
export function peoplePages({ config, db, mailer }: Pick<Deps, 'config' | 'db' | 'mailer'>) {
  const app = new Hono<SignedInEnv>()
  const linksByHand = mailer.way === 'none'
  app.use(`${PATH}/*`, signedIn, adminsOnly)

  app.get(PATH, async c => {
    const locale = c.get('locale')
    const text = (c.req.query('q') ?? '').trim().slice(0, 200) || undefined
    const asked = c.req.query('after') ?? ''
    const after = isId(asked) ? asked : undefined
    // Of what no database keeps, nobody has it.
    const findable = text === undefined || isStorable(text)
    const [found, count] = findable
      ? await Promise.all([listPeople(db, { limit: LISTED + 1, after, text }), countPeople(db, text)])
      : [[], 0]
    const people = found.slice(0, LISTED)
    const more = found.length > LISTED
    const page = (
      <PeoplePage
        {...{ locale, people, count, text, more }}
        later={after !== undefined}
        own={c.get('person').id}
      />
    )
    return c.render(page, { title: locale.t.admin.people.title, current: PATH })
  })

  const ONE = `${PATH}/:id{${ID}}` as const
  app.get(ONE, c => personPage(c, c.req.param('id')))

  for (const [verb, act, done] of ACTIONS) {
    app.post(`${ONE}/${verb}`, async c => {
      const id = c.req.param('id')
      return change(c, id, done, address => act(db, c.get('person'), id, address))
    })
  }

  app.post(`${ONE}/sessions/:session{${ID}}/end`, async c => {
    const { id, session } = c.req.param()
    return change(c, id, 'session', address => endSessionOf(db, c.get('person'), id, session, address))
  })

  if (linksByHand) {
    app.post(`${ONE}/reset-link`, async c => {
      const id = c.req.param('id')
      const run = async () => {
        const token = await offerResetTo(db, c.get('person'), id, originOf(c, config).address)
        // Nowhere else than in this answer, as a token of a person.
        c.header('Cache-Control', 'no-store')
        return personPage(c, id, { link: new URL(`/reset/${token}`, config.baseUrl).href })
      }
      return formResult(c, run, problem => personPage(c, id, { problem }))
    })
  }

  function change(
    c: Context<SignedInEnv>,
    id: string,
    done: Done,
    act: (address: string) => Promise<void>,
  ): Promise<Response> {
    const run = async () => {
      await act(originOf(c, config).address)
      return seeOther(c, `${PATH}/${id}?done=${done}`)
    }
    return formResult(c, run, problem => personPage(c, id, { problem }))
  }

  async function personPage(
    c: Context<SignedInEnv>,
    id: string,
    shown: { problem?: Problem; link?: string } = {},
  ) {
    const locale = c.get('locale')
    const [person, holdings, sessions, history] = await Promise.all([
      readPerson(db, id),
      readHoldings(db, id),
      listSessions(db, { id, role: 'user' }),
      listAudit(db, { person: id }, { limit: LINES }),
    ])
    if (!person || !holdings) throw notFound()
    const page = (
      <PersonPage
        {...{ locale, person, holdings, sessions, history, linksByHand }}
        own={c.get('person').id === id}
        current={c.get('session').id}
        done={c.req.query('done')}
        problem={shown.problem}
        link={shown.link}
      />
    )
    return c.render(page, { title: person.name, current: PATH, scripts: ['copy.js'] })
  }

  return app
}
