import type { Locale } from '../texts/locale.ts'
import { classes } from './classes.ts'

export interface TabsProps {
  locale: Locale
  /** What the tabs are of, for screen readers */
  label: string
  tabs: readonly { href: string; label: string; count?: number | undefined }[]
  /** The href of the tab that is shown */
  current: string
  /** More than a phone is wide: there they take two lines, so that the current one is always seen */
  many?: boolean | undefined
}

/** The views of one thing, as links. */
export function Tabs({ locale, label, tabs, current, many }: TabsProps) {
  return (
    <nav class={classes('tabs', many && 'tabs-many')} aria-label={label}>
      {tabs.map(tab => (
        <a href={tab.href} aria-current={tab.href === current ? 'page' : undefined}>
          {tab.label}
          {tab.count !== undefined && <span class="count">{locale.number(tab.count)}</span>}
        </a>
      ))}
    </nav>
  )
}
