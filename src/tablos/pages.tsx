import { type Context, Hono } from 'hono'
import { type SignedInEnv, signedIn } from '../accounts/signed-in.ts'
import { recent } from '../activity/activity.ts'
import type { Deps } from '../platform/deps.ts'
import { ID, newId } from '../platform/ids.ts'
import type { Problem } from '../platform/web/env.ts'
import { type FormValues, formResult, parse, readForm } from '../platform/web/forms.ts'
import { seeOther } from '../platform/web/respond.ts'
import { DashboardPage } from './dashboard.tsx'
import { countArchived, listMembers, listTablos, progressOf } from './reading.ts'
import { authorize } from './roles.ts'
import { newTabloSchema, tabloSchema } from './schema.ts'
import * as tablos from './tablos.ts'
import { EditTabloPage, NewTabloPage, OverviewPage } from './views.tsx'
import { visitOf } from './visit.ts'

/** How many changes the overview shows. */
const RECENT = 30

/** The dashboard, and one Tablo: overview, form, archive, delete. */
export function tabloPages({ db }: Pick<Deps, 'db'>) {
  const app = new Hono<SignedInEnv>()
  app.use('/', signedIn)
  app.use('/tablos/*', signedIn)

  app.get('/', async c => {
    const [locale, person] = [c.get('locale'), c.get('person')]
    const archived = c.req.query('archived') === '1'
    const view = c.req.query('view') === 'list' ? 'list' : 'cards'
    const list = await listTablos(db, person, { archived })
    const archivedCount = archived ? 0 : await countArchived(db, person)
    const page = (
      <DashboardPage
        locale={locale}
        tablos={list}
        archived={archived}
        archivedCount={archivedCount}
        view={view}
      />
    )
    const title = archived ? locale.t.tablos.archivedTitle : locale.t.tablos.title
    return c.render(page, { title, current: '/' })
  })

  app.get('/tablos/new', c => newPage(c, { id: newId() }))

  app.get('/tablos', c => c.redirect('/', 303))

  app.post('/tablos', async c => {
    const values = await readForm(c)
    const run = async () => {
      const id = await tablos.create(db, c.get('person'), parse(newTabloSchema, values))
      return seeOther(c, `/tablos/${id}`)
    }
    return formResult(c, run, problem => newPage(c, values, problem))
  })

  app.get(`/tablos/:id{${ID}}`, async c => {
    const [locale, id] = [c.get('locale'), c.req.param('id')]
    const { tablo, nav } = await visitOf(c, db, id)
    const [members, activities, progress] = await Promise.all([
      listMembers(db, id),
      recent(db, { tablo: id }, RECENT),
      progressOf(db, id),
    ])
    const page = (
      <OverviewPage
        locale={locale}
        tablo={tablo}
        members={members}
        activities={activities}
        progress={progress}
      />
    )
    return c.render(page, { title: tablo.title, current: `/tablos/${id}`, nav })
  })

  app.get(`/tablos/:id{${ID}}/edit`, async c => {
    const tablo = await tablos.find(db, c.get('person'), c.req.param('id'))
    authorize(tablo.role, 'tablo')
    return editPage(c, tablo, { title: tablo.title, description: tablo.description, color: tablo.color })
  })

  app.post(`/tablos/:id{${ID}}`, async c => {
    const [person, id] = [c.get('person'), c.req.param('id')]
    const values = await readForm(c)
    const run = async () => {
      authorize((await tablos.find(db, person, id)).role, 'tablo')
      await tablos.change(db, person, id, parse(tabloSchema, values))
      return seeOther(c, `/tablos/${id}`)
    }
    return formResult(c, run, async problem =>
      editPage(c, await tablos.find(db, person, id), values, problem),
    )
  })

  app.post(`/tablos/:id{${ID}}/archive`, async c => {
    await tablos.archive(db, c.get('person'), c.req.param('id'))
    return seeOther(c, '/')
  })

  app.post(`/tablos/:id{${ID}}/restore`, async c => {
    const id = c.req.param('id')
    await tablos.restore(db, c.get('person'), id)
    return seeOther(c, `/tablos/${id}`)
  })

  app.post(`/tablos/:id{${ID}}/delete`, async c => {
    await tablos.remove(db, c.get('person'), c.req.param('id'))
    return seeOther(c, '/')
  })

  function newPage(c: Context<SignedInEnv>, values: FormValues, problem?: Problem) {
    const locale = c.get('locale')
    const page = <NewTabloPage locale={locale} values={values} problem={problem} />
    return c.render(page, { title: locale.t.tablos.form.newTitle, current: '/' })
  }

  function editPage(c: Context<SignedInEnv>, tablo: tablos.Tablo, values: FormValues, problem?: Problem) {
    const locale = c.get('locale')
    const page = <EditTabloPage locale={locale} tablo={tablo} values={values} problem={problem} />
    return c.render(page, { title: locale.t.tablos.form.editTitle, current: `/tablos/${tablo.id}` })
  }

  return app
}
