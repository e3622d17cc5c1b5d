import type { Locale } from '../texts/locale.ts'

interface SettingsTabsProps {
  locale: Locale
  /** Which page they stand on */
  page: 'settings' | 'tokens' | 'account'
}

/** What there is to set: the sections of one page, and the page of tokens. */
export function SettingsTabs({ locale, page }: SettingsTabsProps) {
  const { settings, tokens } = locale.t.accounts
  const sections = page === 'settings' ? '' : '/settings'
  return (
    <nav class="tabs" aria-label={settings.sections}>
      <a href={`${sections}#profile`}>{settings.profile}</a>
      <a href={`${sections}#password`}>{settings.password}</a>
      <a href={`${sections}#sessions`}>{settings.sessions}</a>
      <a href="/settings/tokens" aria-current={page === 'tokens' ? 'page' : undefined}>
        {tokens.title}
      </a>
      <a href="/settings/account" aria-current={page === 'account' ? 'page' : undefined}>
        {locale.t.leaving.title}
      </a>
    </nav>
  )
}
