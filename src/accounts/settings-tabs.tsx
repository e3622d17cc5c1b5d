import type { Locale } from '../texts/locale.ts'
import { Tabs } from '../ui/Tabs.tsx'

interface SettingsTabsProps {
  locale: Locale
  /** Which page they stand on */
  page: 'settings' | 'email' | 'security' | 'providers' | 'tokens' | 'account'
}

/** What there is to set: profile, password and sessions on one page, and a page for each other subject. */
export function SettingsTabs({ locale, page }: SettingsTabsProps) {
  const { t } = locale
  const { settings, tokens } = t.accounts
  const tabs = [
    { href: '/settings', label: settings.general },
    { href: '/settings/email', label: t.addresses.email.tab },
    { href: '/settings/providers', label: t.providers.title },
    { href: '/settings/security', label: t.secondFactor.title },
    { href: '/settings/tokens', label: tokens.title },
    { href: '/settings/account', label: t.leaving.title },
  ]
  const current = page === 'settings' ? '/settings' : `/settings/${page}`
  return <Tabs {...{ locale, tabs, current }} label={settings.sections} many />
}
