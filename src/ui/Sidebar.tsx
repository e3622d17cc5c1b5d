import { asset } from '../platform/web/assets.ts'
import type { Locale } from '../texts/locale.ts'
import { Avatar } from './Avatar.tsx'
import { IconButton } from './Button.tsx'
import { classes } from './classes.ts'
import { type TabloColor, toneOf } from './colors.ts'
import { Icon } from './Icon.tsx'

export interface Person {
  id: string
  name: string
  email: string
  /** An admin has the links of admins */
  role?: 'user' | 'admin' | undefined
}

export interface Nav {
  tablos: readonly { id: string; title: string; color: TabloColor }[]
  /** There are more Tablos than these */
  more: boolean
}

/** The bar over the page on a small screen; its button opens the sidebar as a drawer. */
export function Topbar({ locale }: { locale: Locale }) {
  return (
    <div class="topbar">
      <IconButton icon="menu" label={locale.t.ui.menu} opens="sidebar" />
      <a class="topbar-name" href="/">
        {locale.t.product}
      </a>
    </div>
  )
}

interface SidebarProps {
  locale: Locale
  person: Person
  nav: Nav
  current?: string | undefined
}

/** Where a person can go. A popover that wide screens show in place, so that the drawer needs no script. */
export function Sidebar({ locale, person, nav, current }: SidebarProps) {
  const { t } = locale
  const here = (path: string) => (path === current ? 'page' : undefined)
  return (
    <div class="sidebar" id="sidebar" popover="auto">
      <a class="brand" href="/">
        <img src={asset('favicon.svg')} alt="" width="20" height="20" />
        {t.product}
      </a>
      <nav class="sidebar-nav" aria-label={t.ui.navigation}>
        <a class="nav-link" href="/" aria-current={here('/')}>
          <Icon name="layers" />
          <span>{t.ui.tablos}</span>
        </a>
        <ul class="nav-tablos">
          {nav.tablos.map(({ id, title, color }) => (
            <li>
              <a class="nav-link" href={`/tablos/${id}`} aria-current={here(`/tablos/${id}`)}>
                <span class={classes('dot', toneOf(color))} />
                <span>{title}</span>
              </a>
            </li>
          ))}
        </ul>
        {nav.more && (
          <a class="nav-link" href="/">
            <Icon name="ellipsis" />
            <span>{t.ui.allTablos}</span>
          </a>
        )}
        {person.role === 'admin' && (
          <section class="nav-admin" aria-labelledby="nav-admin">
            <h2 id="nav-admin">{t.ui.forAdmins}</h2>
            {adminPages(locale).map(({ href, icon, label }) => (
              <a class="nav-link" href={href} aria-current={here(href)}>
                <Icon name={icon} />
                <span>{label}</span>
              </a>
            ))}
          </section>
        )}
      </nav>
      <div class="account">
        <a class="account-person" href="/settings" title={person.email} aria-current={here('/settings')}>
          <Avatar person={person} named />
          <span>{person.name}</span>
          <span class="hidden-text">{t.ui.settings}</span>
        </a>
        <form method="post" action="/logout">
          <IconButton icon="log-out" label={t.ui.signOut} />
        </form>
      </div>
    </div>
  )
}

const adminPages = ({ t }: Locale) =>
  [
    { href: '/admin/users', icon: 'users', label: t.admin.people.title },
    { href: '/admin/security', icon: 'shield-check', label: t.secondFactor.rules.page },
    { href: '/admin/audit', icon: 'history', label: t.admin.audit.title },
    { href: '/admin/jobs', icon: 'activity', label: t.ui.jobs },
  ] as const
