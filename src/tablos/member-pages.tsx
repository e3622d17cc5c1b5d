import { type Context, Hono } from 'hono'
import { originOf, type SignedInEnv, signedIn } from '../accounts/signed-in.ts'
import type { Deps } from '../platform/deps.ts'
import { ID } from '../platform/ids.ts'
import type { Problem } from '../platform/web/env.ts'
import { type FormValues, formResult, parse, readForm } from '../platform/web/forms.ts'
import { seeOther } from '../platform/web/respond.ts'
import { findInvitation, listInvitations } from './invitation-listing.ts'
import { invitationSchema, roleSchema } from './invitation-schema.ts'
import { invite, resend, type Way, withdraw } from './invitations.ts'
import { linkTo } from './inviting.ts'
import { MembersPage } from './member-views.tsx'
import { changeRole, leave, listMemberDetails, removeMember, transfer } from './members.ts'
import { authorize, may } from './roles.ts'
import { find } from './tablos.ts'
import { visitOf } from './visit.ts'

const PATH = `/tablos/:tablo{${ID}}`

interface Shown {
  values?: FormValues
  problem?: Problem
  refusal?: Problem
  made?: { email: string; url: string }
}

/** Who is in a Tablo, and who is invited. */
export function memberPages({ config, db, mailer }: Pick<Deps, 'config' | 'db' | 'mailer'>) {
  const app = new Hono<SignedInEnv>()
  const way: Way = mailer.way === 'none' ? 'hand' : 'mail'
  app.use('/tablos/*', signedIn)

  app.get(`${PATH}/members`, c => membersPage(c, c.req.param('tablo')))

  app.post(`${PATH}/members`, async c => {
    const [person, tablo] = [c.get('person'), c.req.param('tablo')]
    const values = await readForm(c)
    const run = async () => {
      authorize((await find(db, person, tablo)).role, 'members')
      const given = parse(invitationSchema, values)
      const by = { address: addressOf(c), language: c.get('locale').language, way }
      const { token } = await invite(db, person, tablo, given, by)
      return token === undefined ? toMembers(c, tablo) : shownOnce(c, tablo, given.email, token)
    }
    return formResult(c, run, problem => membersPage(c, tablo, { values, problem }))
  })

  app.post(`${PATH}/members/:member{${ID}}`, async c => {
    const { tablo, member } = c.req.param()
    const values = await readForm(c)
    return change(c, tablo, async () => {
      authorize((await find(db, c.get('person'), tablo)).role, 'members')
      const { role } = parse(roleSchema, values)
      await changeRole(db, c.get('person'), tablo, member, role, addressOf(c))
    })
  })

  app.post(`${PATH}/members/:member{${ID}}/transfer`, c => {
    const { tablo, member } = c.req.param()
    return change(c, tablo, () => transfer(db, c.get('person'), tablo, member, addressOf(c)))
  })

  app.post(`${PATH}/members/:member{${ID}}/remove`, c => {
    const { tablo, member } = c.req.param()
    return change(c, tablo, () => removeMember(db, c.get('person'), tablo, member, addressOf(c)))
  })

  app.post(`${PATH}/leave`, c => {
    const { tablo } = c.req.param()
    return change(c, tablo, () => leave(db, c.get('person'), tablo, addressOf(c)), '/')
  })

  app.post(`${PATH}/invitations/:invitation{${ID}}/resend`, c => {
    const { tablo, invitation } = c.req.param()
    const by = { address: addressOf(c), way: 'mail' } as const
    return change(c, tablo, async () => {
      await resend(db, c.get('person'), tablo, invitation, by)
    })
  })

  app.post(`${PATH}/invitations/:invitation{${ID}}/link`, async c => {
    const { tablo, invitation } = c.req.param()
    const person = c.get('person')
    const run = async () => {
      const by = { address: addressOf(c), way: 'hand' } as const
      const { token = '' } = await resend(db, person, tablo, invitation, by)
      return shownOnce(c, tablo, (await findInvitation(db, person, invitation)).email, token)
    }
    return formResult(c, run, refusal => membersPage(c, tablo, { refusal }))
  })

  app.post(`${PATH}/invitations/:invitation{${ID}}/withdraw`, c => {
    const { tablo, invitation } = c.req.param()
    return change(c, tablo, () => withdraw(db, c.get('person'), tablo, invitation, addressOf(c)))
  })

  const addressOf = (c: Context) => originOf(c, config).address
  const toMembers = (c: Context, tablo: string) => seeOther(c, `/tablos/${tablo}/members`)

  /** Does what a button says, and leads on; a refusal is told above the list. */
  function change(c: Context<SignedInEnv>, tablo: string, work: () => Promise<void>, next?: string) {
    const run = async () => {
      await work()
      return next === undefined ? toMembers(c, tablo) : seeOther(c, next)
    }
    return formResult(c, run, refusal => membersPage(c, tablo, { refusal }))
  }

  /** The page with a link, nowhere else than in this answer: not by a redirect, and in nobody's cache. */
  function shownOnce(c: Context<SignedInEnv>, tablo: string, email: string, token: string) {
    c.header('Cache-Control', 'no-store')
    // Morphed, the form would keep what was typed, which was for this one and not for the next.
    c.header('HX-Reswap', 'innerHTML')
    return membersPage(c, tablo, { made: { email, url: linkTo(config.baseUrl, token) } })
  }

  async function membersPage(c: Context<SignedInEnv>, id: string, shown: Shown = {}) {
    const [locale, person] = [c.get('locale'), c.get('person')]
    const { tablo, nav } = await visitOf(c, db, id)
    const [members, invitations] = await Promise.all([
      listMemberDetails(db, id),
      may(tablo.role, 'members') ? listInvitations(db, id) : [],
    ])
    const page = (
      <MembersPage
        {...{ locale, tablo, person, members, invitations, way }}
        {...shown}
        values={{ email: '', role: 'editor', for: 'address', ...shown.values }}
      />
    )
    const title = `${locale.t.members.title} · ${tablo.title}`
    return c.render(page, { title, current: `/tablos/${id}`, nav, scripts: ['copy.js'] })
  }

  return app
}
