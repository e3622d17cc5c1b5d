import type { Child } from 'hono/jsx'
import type { Locale } from '../texts/locale.ts'
import { Button } from '../ui/Button.tsx'
import { Form } from '../ui/Form.tsx'
import { Notice } from '../ui/Notice.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { Tabs } from '../ui/Tabs.tsx'
import { may } from './roles.ts'
import type { Tablo } from './tablos.ts'

interface TabloHeadProps {
  locale: Locale
  tablo: Tablo
  part: 'overview' | 'tasks' | 'files' | 'members'
  /** Buttons at the right of the title */
  children?: Child
}

/** The head that every page of a Tablo shares: its title, what it is for, and its parts as tabs. */
export function TabloHead({ locale, tablo, part, children }: TabloHeadProps) {
  const t = locale.t.tablos
  const path = `/tablos/${tablo.id}`
  const tabs = [
    { href: path, label: t.tabs.overview },
    { href: `${path}/tasks`, label: t.tabs.tasks },
    { href: `${path}/files`, label: t.tabs.files },
    { href: `${path}/members`, label: locale.t.members.title },
  ]
  return (
    <>
      <PageHead title={tablo.title} color={tablo.color} text={tablo.description}>
        {children}
      </PageHead>
      {tablo.archivedAt && <ArchivedNotice locale={locale} tablo={tablo} />}
      <Tabs
        locale={locale}
        label={t.tabs.label}
        tabs={tabs}
        current={part === 'overview' ? path : `${path}/${part}`}
      />
    </>
  )
}

function ArchivedNotice({ locale, tablo }: { locale: Locale; tablo: Tablo }) {
  const t = locale.t.tablos
  const restore = may(tablo.role, 'tablo') && (
    <Form action={`/tablos/${tablo.id}/restore`} inline>
      <Button size="small" icon="archive-restore">
        {t.restore}
      </Button>
    </Form>
  )
  return (
    <Notice kind="info" action={restore}>
      {t.archivedNotice}
    </Notice>
  )
}
