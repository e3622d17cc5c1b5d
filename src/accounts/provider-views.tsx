import type { Locale } from '../texts/locale.ts'
import { Button } from '../ui/Button.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { ProviderMark } from '../ui/ProviderMark.tsx'
import type { Provider } from './providers.ts'

/** What a button needs to know of a provider. */
export type Offered = Pick<Provider, 'name' | 'label'>

interface ProviderButtonsProps {
  locale: Locale
  providers: readonly Offered[]
  /** Where to go once signed in */
  next?: string | undefined
}

/** The other ways to sign in or up. They are links: a form that is sent on to another site would be stopped by our policy. */
export function ProviderButtons({ locale, providers, next }: ProviderButtonsProps) {
  const t = locale.t.providers
  const hasGoogle = providers.some(({ name }) => name === 'google')
  return (
    <section class="providers">
      <p class="providers-or">{t.or}</p>
      {!hasGoogle && (
        <>
          <Button wide mark={<ProviderMark provider="google" />} disabled={t.notSetUp('Google')}>
            {t.with('Google')}
          </Button>
          <p class="field-hint">{t.notSetUp('Google')}</p>
        </>
      )}
      {providers.map(({ name, label }) => (
        <Button wide mark={<ProviderMark provider={name} />} href={startPath(name, next)}>
          {t.with(label)}
        </Button>
      ))}
    </section>
  )
}

/** Where signing in by a provider begins. */
export const startPath = (name: string, next: string | undefined): string =>
  `/auth/${name}/start${next ? `?next=${encodeURIComponent(next)}` : ''}`

interface FaultProps {
  title: string
  text: string
  /** What to do about it, the first is the main one */
  ways: readonly { href: string; label: string }[]
}

/** Why a provider did not bring somebody in, and where to go from here. */
export function ProviderFaultPage({ title, text, ways }: FaultProps) {
  return (
    <div class="fault">
      <PageHead title={title} text={text} />
      <div class="form-foot">
        {ways.map(({ href, label }, index) => (
          <Button href={href} kind={index === 0 ? 'primary' : 'secondary'}>
            {label}
          </Button>
        ))}
      </div>
    </div>
  )
}

/** Leads on to the provider by a link, since our policy lets no form go there. */
export function OnwardPage({ locale, provider, url }: { locale: Locale; provider: Offered; url: string }) {
  const t = locale.t.providers
  return (
    <>
      <PageHead title={t.onward(provider.label)} text={t.onwardLead} />
      <Button kind="primary" href={url} mark={<ProviderMark provider={provider.name} />}>
        {t.with(provider.label)}
      </Button>
    </>
  )
}
