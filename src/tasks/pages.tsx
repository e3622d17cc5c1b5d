import { type Context, Hono } from 'hono'
import { type SignedInEnv, signedIn } from '../accounts/signed-in.ts'
import { recent } from '../activity/activity.ts'
import type { TaskStatus } from '../activity/kinds.ts'
import type { Deps } from '../platform/deps.ts'
import { ID } from '../platform/ids.ts'
import type { Problem } from '../platform/web/env.ts'
import { formResult, parse, readForm } from '../platform/web/forms.ts'
import { KeptPages } from '../platform/web/kept.ts'
import { isHtmx, seeOther, targets, wantsPart } from '../platform/web/respond.ts'
import { authorize } from '../tablos/roles.ts'
import { find as findTablo } from '../tablos/tablos.ts'
import { visitOf } from '../tablos/visit.ts'
import { taskCardId } from '../ui/TaskCard.tsx'
import { AddTask, type Draft, KanbanPage } from './kanban.tsx'
import { MoveMenu } from './move-menu.tsx'
import { move, placesFor } from './ordering.ts'
import { AddedTask, FreshKanban, MovedTask, SavedTask } from './parts.tsx'
import { moveSchema, newTaskSchema, taskSchema } from './schema.ts'
import * as tasks from './tasks.ts'
import { TaskPage, TaskView } from './views.tsx'

/** How many changes a task shows. */
const RECENT = 20
const PATH = `/tablos/:tablo{${ID}}/tasks`

/** The Kanban of a Tablo, and one task: in the panel beside the Kanban, or as a page of its own. */
export function taskPages({ db }: Pick<Deps, 'db'>) {
  const app = new Hono<SignedInEnv>()
  const kept = new KeptPages()
  app.use('/tablos/*', signedIn)

  app.get(PATH, c => kanbanPage(c, c.req.param('tablo')))

  app.post(PATH, async c => {
    const [locale, person, tabloId] = [c.get('locale'), c.get('person'), c.req.param('tablo')]
    const values = await readForm(c)
    const run = async () => {
      const card = await tasks.create(db, person, tabloId, parse(newTaskSchema, values))
      if (!isHtmx(c)) return c.redirect(`/tablos/${tabloId}/tasks#${taskCardId(card.id)}`, 303)
      const counts = await tasks.countsOf(db, tabloId, [card.status])
      return c.html(<AddedTask locale={locale} tabloId={tabloId} card={card} counts={counts} />)
    }
    return formResult(c, run, async problem => {
      const draft = { values, problem }
      if (!isHtmx(c)) return kanbanPage(c, tabloId, { draft })
      authorize((await findTablo(db, person, tabloId)).role, 'content')
      return c.render(<AddTask locale={locale} tabloId={tabloId} draft={draft} />, {
        title: locale.t.tasks.add,
      })
    })
  })

  app.get(`${PATH}/:task{${ID}}`, c => taskPage(c, c.req.param('tablo'), c.req.param('task')))

  app.post(`${PATH}/:task{${ID}}`, async c => {
    const { tablo: tabloId, task: id } = c.req.param()
    const values = await readForm(c)
    const run = async () => {
      const from = await tasks.edit(db, c.get('person'), tabloId, id, parse(taskSchema, values))
      return targets(c, 'task')
        ? taskPage(c, tabloId, id, { from })
        : seeOther(c, `/tablos/${tabloId}/tasks/${id}`)
    }
    return formResult(c, run, problem => taskPage(c, tabloId, id, { draft: { values, problem } }))
  })

  app.get(`${PATH}/:task{${ID}}/menu`, async c => {
    const locale = c.get('locale')
    const { tablo: tabloId, task: id } = c.req.param()
    const { tablo, nav } = await visitOf(c, db, tabloId)
    const task = await tasks.find(db, c.get('person'), tabloId, id)
    authorize(tablo.role, 'content')
    const places = await placesFor(db, tabloId, id)
    const page = <MoveMenu locale={locale} tabloId={tabloId} task={task} places={places} />
    return c.render(page, { title: locale.t.tasks.actions(task.title), current: `/tablos/${tabloId}`, nav })
  })

  app.post(`${PATH}/:task{${ID}}/move`, async c => {
    const [locale, person] = [c.get('locale'), c.get('person')]
    const { tablo: tabloId, task: id } = c.req.param()
    const values = await readForm(c)
    const run = async () => {
      const { card, from } = await move(db, person, tabloId, id, parse(moveSchema, values))
      if (!isHtmx(c)) return c.redirect(`/tablos/${tabloId}/tasks#${taskCardId(id)}`, 303)
      // The Kanban's script takes the menu's forms for itself; htmx sends them from a page that shows the one task.
      if (targets(c, 'content')) return seeOther(c, `/tablos/${tabloId}/tasks/${id}`)
      const counts = await tasks.countsOf(db, tabloId, [...new Set([card.status, from])])
      return c.html(<MovedTask locale={locale} tabloId={tabloId} card={card} counts={counts} />)
    }
    return formResult(c, run, problem => kanbanPage(c, tabloId, { problem }))
  })

  app.post(`${PATH}/:task{${ID}}/delete`, async c => {
    const { tablo: tabloId, task: id } = c.req.param()
    await tasks.remove(db, c.get('person'), tabloId, id)
    if (isHtmx(c) && !targets(c, 'content')) return c.body('', 200)
    return seeOther(c, `/tablos/${tabloId}/tasks`)
  })

  /** The Kanban; with htmx, after a refusal, its columns and the message. */
  async function kanbanPage(
    c: Context<SignedInEnv>,
    tabloId: string,
    shown: { draft?: Draft; problem?: Problem } = {},
  ) {
    const locale = c.get('locale')
    const { tablo, nav } = await visitOf(c, db, tabloId)
    // A form that is refused for what it says, from somebody who may not send it at all.
    if (shown.draft || shown.problem) authorize(tablo.role, 'content')
    const draw = async () => (
      <KanbanPage locale={locale} tablo={tablo} cards={await tasks.cardsOf(db, tabloId)} {...shown} />
    )
    const page = {
      title: `${locale.t.tasks.title} · ${tablo.title}`,
      current: `/tablos/${tabloId}`,
      wide: true,
      nav,
      scripts: ['sortable.js', 'kanban.js'],
    }
    if (shown.problem && isHtmx(c)) {
      const cards = await tasks.cardsOf(db, tabloId)
      return c.render(
        <FreshKanban locale={locale} tablo={tablo} cards={cards} problem={shown.problem} />,
        page,
      )
    }
    if (shown.draft || shown.problem) return c.render(await draw(), page)
    const key = [tabloId, tablo.role, locale.language, locale.zone, locale.dayKey(new Date())].join(' ')
    const content = kept.content(key, tablo.version, async () => String(await draw()))
    return c.render(content, page)
  }

  /** A task; `from` is the column it was in before a save, for the Kanban behind the panel. */
  async function taskPage(
    c: Context<SignedInEnv>,
    tabloId: string,
    id: string,
    shown: { draft?: Draft; from?: TaskStatus } = {},
  ) {
    const [locale, person] = [c.get('locale'), c.get('person')]
    const [{ tablo, nav }, task, places, activities] = await Promise.all([
      visitOf(c, db, tabloId),
      tasks.find(db, person, tabloId, id),
      placesFor(db, tabloId, id),
      recent(db, { tablo: tabloId, subject: id }, RECENT),
    ])
    if (shown.draft) authorize(tablo.role, 'content')
    const parts = { locale, tablo, task, places, activities, draft: shown.draft }
    if (shown.from) {
      const counts = await tasks.countsOf(db, tabloId, [...new Set([task.status, shown.from])])
      return c.html(<SavedTask {...parts} panel from={shown.from} counts={counts} />)
    }
    const page = wantsPart(c) ? (
      <TaskView {...parts} panel={targets(c, 'task') || targets(c, 'panel')} />
    ) : (
      <TaskPage {...parts} />
    )
    return c.render(page, { title: task.title, current: `/tablos/${tabloId}`, nav, scripts: ['task.js'] })
  }

  return app
}
