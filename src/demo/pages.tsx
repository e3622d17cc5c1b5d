// The living style guide: where a part is looked at in every state before a page uses it. Off in production.

import { type Context, Hono } from 'hono'
import type { Locale } from '../texts/locale.ts'
import { AppLayout } from '../ui/Layout.tsx'
import { PageHead } from '../ui/PageHead.tsx'
import { Buttons, Fields, FormWithErrors } from './controls.tsx'
import { Colors, Icons, Type } from './foundations.tsx'
import { Asking, FromServer, Nothing, Toasts } from './interaction.tsx'
import { Reading } from './reading.tsx'
import { samplePeople, sampleTablos } from './samples.ts'
import { Cards, SampleKanban, Status, TabsOfTablo } from './things.tsx'

/** `/demo` and `/demo/time`, in the language of the request as `localeOf` reads it. */
export function demoPages(localeOf: (c: Context) => Locale): Hono {
  return new Hono()
    .get('/demo', c => c.html(<Demo locale={localeOf(c)} />))
    .get('/demo/time', c => c.html(<ServerTime at={new Date()} />))
}

function ServerTime({ at }: { at: Date }) {
  return <time datetime={at.toISOString()}>{at.toISOString()}</time>
}

function Demo({ locale }: { locale: Locale }) {
  const { demo } = locale.t
  const nav = { tablos: sampleTablos(locale), more: true }
  return (
    <AppLayout locale={locale} title={demo.title} person={samplePeople[0]} nav={nav} current="/tablos/1">
      <PageHead title={demo.title} text={demo.intro} />
      <div class="grid gap-12">
        <Colors locale={locale} />
        <Type locale={locale} />
        <Buttons locale={locale} />
        <Fields locale={locale} />
        <FormWithErrors locale={locale} />
        <Asking locale={locale} />
        <Status locale={locale} />
        <Cards locale={locale} />
        <TabsOfTablo locale={locale} />
        <SampleKanban locale={locale} />
        <Reading locale={locale} />
        <Nothing locale={locale} />
        <Toasts locale={locale} />
        <FromServer locale={locale} />
        <Icons locale={locale} />
      </div>
    </AppLayout>
  )
}
