import type { Locale } from '../texts/locale.ts'

interface SettingsTabsProps {
  locale: Locale
  /** Which page they stand on */
  page: 'settings' | 'email' | 'security' | 'providers' | 'tokens' | 'account'
}

/** What there is to set: the sections of one page, and the pages of the address and of tokens. */
export function SettingsTabs({ locale, page }: SettingsTabsProps) {
  const { settings, tokens } = locale.t.accounts
  const sections = page === 'settings' ? '' : '/settings'
  return (
    <nav class="tabs" aria-label={settings.sections}>
      <a href={`${sections}#profile`}>{settings.profile}</a>
      <a href={`${sections}#password`}>{settings.password}</a>
      <a href={`${sections}#sessions`}>{settings.sessions}</a>
      <a href="/settings/email" aria-current={page === 'email' ? 'page' : undefined}>
        {locale.t.addresses.email.tab}
      </a>
      <a href="/settings/providers" aria-current={page === 'providers' ? 'page' : undefined}>
        {locale.t.providers.title}
      </a>
      <a href="/settings/security" aria-current={page === 'security' ? 'page' : undefined}>
        {locale.t.secondFactor.title}
      </a>
      <a href="/settings/tokens" aria-current={page === 'tokens' ? 'page' : undefined}>
        {tokens.title}
      </a>
      <a href="/settings/account" aria-current={page === 'account' ? 'page' : undefined}>
        {locale.t.leaving.title}
      </a>
    </nav>
  )
}
