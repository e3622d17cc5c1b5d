import type { Locale } from '../texts/locale.ts'
import { Button, IconButton } from '../ui/Button.tsx'
import { ColorPicker } from '../ui/ColorPicker.tsx'
import { Field, Password, Select, Textarea } from '../ui/Field.tsx'
import { ErrorSummary, Form } from '../ui/Form.tsx'
import { Beside, Shelf } from './Shelf.tsx'

/** Buttons of every kind, size and state. */
export function Buttons({ locale }: { locale: Locale }) {
  const { demo } = locale.t
  const kinds = [
    ['primary', demo.kinds.primary],
    ['secondary', demo.kinds.secondary],
    ['ghost', demo.kinds.ghost],
    ['danger', demo.kinds.danger],
    ['danger-quiet', demo.kinds.quiet],
  ] as const
  return (
    <Shelf title={demo.sections.buttons}>
      <Beside>
        {kinds.map(([kind, label]) => (
          <Button kind={kind}>{label}</Button>
        ))}
      </Beside>
      <Beside>
        <Button icon="plus">{demo.withIcon}</Button>
        <Button size="small">{demo.small}</Button>
        <Button href="/demo">{demo.link}</Button>
        <Button busy>{demo.busy}</Button>
        <Button kind="primary" busy>
          {demo.busy}
        </Button>
        <Button disabled={demo.reason}>{demo.disabled}</Button>
        <IconButton icon="pencil" label={demo.edit} />
        <IconButton icon="pencil" label={demo.edit} size="small" />
        <IconButton icon="pencil" label={demo.edit} disabled={demo.reason} />
      </Beside>
    </Shelf>
  )
}

const statuses = (locale: Locale) =>
  Object.entries(locale.t.demo.columns).map(([value, label]) => ({ value, label }))

/** Every control, empty, filled, and disabled. */
export function Fields({ locale }: { locale: Locale }) {
  const { demo, ui } = locale.t
  return (
    <Shelf title={demo.sections.fields}>
      <div class="grid max-w-page gap-4 md:grid-cols-2">
        <Field name="title" label={demo.name} placeholder={demo.placeholder} hint={demo.hint} />
        <Field name="email" type="email" label={demo.email} value="ada@example.org" autocomplete="email" />
        <Select name="status" label={demo.status} options={statuses(locale)} value="in_progress" />
        <Field name="off" label={demo.disabled} value={demo.placeholder} disabled />
        <Textarea name="description" label={demo.description} optional={ui.optional} />
        <Password
          locale={locale}
          name="password"
          label={demo.password}
          hint={demo.passwordHint}
          autocomplete="new-password"
        />
      </div>
      <ColorPicker locale={locale} name="color" label={demo.color} value="teal" />
    </Shelf>
  )
}

/** A form as it comes back when something in it was wrong. */
export function FormWithErrors({ locale }: { locale: Locale }) {
  const { demo } = locale.t
  const errors = [
    { field: 'again-name', message: demo.noName },
    { field: 'again-password', message: demo.tooShort },
  ]
  return (
    <Shelf title={demo.sections.form}>
      <Form action="/demo" class="max-w-form">
        <ErrorSummary locale={locale} errors={errors} still />
        <Field name="again-name" label={demo.name} error={demo.noName} required />
        <Password
          locale={locale}
          name="again-password"
          label={demo.password}
          hint={demo.passwordHint}
          error={demo.tooShort}
          autocomplete="new-password"
        />
        <div class="form-foot">
          <Button kind="primary">{demo.save}</Button>
          <Button kind="ghost" href="/demo">
            {locale.t.ui.cancel}
          </Button>
        </div>
      </Form>
    </Shelf>
  )
}
