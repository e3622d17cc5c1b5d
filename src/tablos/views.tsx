import type { Activity } from '../activity/activity.ts'
import { ActivityList } from '../activity/views.tsx'
import type { Problem } from '../platform/web/env.ts'
import type { FormValues } from '../platform/web/forms.ts'
import type { Locale } from '../texts/locale.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Button } from '../ui/Button.tsx'
import { ColorPicker } from '../ui/ColorPicker.tsx'
import { Confirm } from '../ui/Confirm.tsx'
import { classes } from '../ui/classes.ts'
import { type TabloColor, tabloColors, toneOf } from '../ui/colors.ts'
import { Field, Textarea } from '../ui/Field.tsx'
import { Form } from '../ui/Form.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { errorsBy, Problems } from '../ui/Problems.tsx'
import { Progress } from '../ui/Progress.tsx'
import { TabloHead } from './frame.tsx'
import type { Member } from './reading.ts'
import { may } from './roles.ts'
import type { Tablo } from './tablos.ts'

interface OverviewPageProps {
  locale: Locale
  tablo: Tablo
  members: Member[]
  activities: Activity[]
  progress: { done: number; total: number }
}

export function OverviewPage({ locale, tablo, members, activities, progress }: OverviewPageProps) {
  const t = locale.t.tablos
  const now = new Date()
  return (
    <>
      <TabloHead locale={locale} tablo={tablo} part="overview">
        {may(tablo.role, 'tablo') && (
          <Button href={`/tablos/${tablo.id}/edit`} icon="pencil">
            {t.overview.edit}
          </Button>
        )}
      </TabloHead>
      <div class={classes('overview', toneOf(tablo.color))}>
        <section class="overview-main" aria-labelledby="activity-title">
          <h2 id="activity-title">{t.overview.activity}</h2>
          <ActivityList locale={locale} activities={activities} now={now} empty={t.overview.noActivity} />
        </section>
        <div class="overview-side">
          <section aria-labelledby="progress-title">
            <h2 id="progress-title">{t.overview.progress}</h2>
            {progress.total === 0 ? (
              <p class="meta">{t.noTasks}</p>
            ) : (
              <Progress locale={locale} {...progress} label={t.progressLabel} />
            )}
            <Button href={`/tablos/${tablo.id}/tasks`} icon="square-kanban">
              {t.overview.openTasks}
            </Button>
          </section>
          <section aria-labelledby="people-title">
            <h2 id="people-title">{t.overview.people}</h2>
            <ul class="people">
              {members.map(member => (
                <li>
                  <Avatar person={member} named />
                  <span class="people-name">{member.name}</span>
                  <span class="meta">{t.roles[member.role]}</span>
                </li>
              ))}
            </ul>
            <Button href={`/tablos/${tablo.id}/members`} icon="users">
              {locale.t.members.seeAll}
            </Button>
          </section>
        </div>
      </div>
    </>
  )
}

interface FormPageProps {
  locale: Locale
  values: FormValues
  problem?: Problem | undefined
}

export function NewTabloPage({ locale, values, problem }: FormPageProps) {
  const t = locale.t.tablos.form
  return (
    <div class="form-page">
      <PageHead title={t.newTitle} />
      <Form action="/tablos">
        <input type="hidden" name="id" value={values.id} />
        <TabloFieldset locale={locale} values={values} problem={problem} />
        <div class="form-foot">
          <Button kind="primary">{t.create}</Button>
          <Button kind="ghost" href="/">
            {t.cancel}
          </Button>
        </div>
      </Form>
    </div>
  )
}

export function EditTabloPage({ locale, tablo, values, problem }: FormPageProps & { tablo: Tablo }) {
  const t = locale.t.tablos
  const path = `/tablos/${tablo.id}`
  return (
    <div class="form-page">
      <PageHead title={t.form.editTitle} color={tablo.color} />
      <Form action={path}>
        <TabloFieldset locale={locale} values={values} problem={problem} />
        <div class="form-foot">
          <Button kind="primary">{t.form.save}</Button>
          <Button kind="ghost" href={path}>
            {t.form.cancel}
          </Button>
        </div>
      </Form>
      <section class="section" aria-labelledby="end-title">
        <div class="section-head">
          <h2 id="end-title">{t.danger}</h2>
        </div>
        <div class="section-line">
          <p>{t.archiveLead}</p>
          {tablo.archivedAt ? (
            <Form action={`${path}/restore`} inline>
              <Button icon="archive-restore">{t.restore}</Button>
            </Form>
          ) : (
            <Form action={`${path}/archive`} inline>
              <Button icon="archive">{t.archive}</Button>
            </Form>
          )}
        </div>
        <div class="section-line">
          <p>{t.deleteLead}</p>
          <Confirm
            locale={locale}
            label={t.delete}
            question={t.deleteConfirm(tablo.title)}
            yes={t.deleteYes}
            action={`${path}/delete`}
          />
        </div>
      </section>
    </div>
  )
}

function TabloFieldset({ locale, values, problem }: FormPageProps) {
  const t = locale.t.tablos.form
  const errorOf = errorsBy(locale, problem)
  const color: TabloColor = tabloColors.find(each => each === values.color) ?? 'blue'
  return (
    <>
      <Problems locale={locale} problem={problem} />
      <Field
        name="title"
        label={t.title}
        value={values.title}
        placeholder={t.titlePlaceholder}
        error={errorOf('title')}
        autocomplete="off"
        required
        autofocus
      />
      <Textarea
        name="description"
        label={t.description}
        hint={t.descriptionHint}
        value={values.description}
        error={errorOf('description')}
        rows={3}
      />
      <ColorPicker locale={locale} name="color" label={t.color} value={color} />
    </>
  )
}
