import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Child } from 'hono/jsx'
import { localeOf } from '../texts/locale.ts'
import { Button, IconButton } from './Button.tsx'
import { Confirm } from './Confirm.tsx'
import { Field, Password, Select, Textarea } from './Field.tsx'
import { ErrorSummary, Form } from './Form.tsx'
import { Menu, MenuItem } from './Menu.tsx'

const locale = localeOf('en', 'UTC')
const html = (child: Child) => String(child)

test('what a person typed comes back escaped, in attributes and between tags', () => {
  const evil = '"><script>alert(1)</script>'
  for (const made of [
    <Field name="title" label="Title" value={evil} error={evil} hint={evil} />,
    <Textarea name="title" label={evil} value={evil} />,
    <Select name="title" label="Title" options={[{ value: evil, label: evil }]} />,
    <Button disabled={evil}>{evil}</Button>,
    <IconButton icon="x" label={evil} />,
  ]) {
    assert.doesNotMatch(html(made), /<script|"">/)
  }
})

test('a field ties its label, its error and its hint to its control, the error first', () => {
  const made = html(<Field name="email" label="E-mail" hint="Yours" error="Taken" />)
  assert.match(made, /<label class="field-label" for="f-email">/)
  assert.match(made, /id="f-email" aria-describedby="f-email-error f-email-hint" aria-invalid="true"/)
  assert.match(made, /<p class="field-error" id="f-email-error">/)
  assert.match(made, /<p class="field-hint" id="f-email-hint">/)
})

test('a field without error or hint claims neither', () => {
  assert.doesNotMatch(html(<Field name="email" label="E-mail" />), /aria-/)
})

test('a textarea keeps the empty line that a text begins with', () => {
  assert.match(
    html(<Textarea name="text" label="Text" value={'\nsecond line'} />),
    />\n\nsecond line<\/textarea>/,
  )
})

test('a password is never sent back', () => {
  const made = html(<Password locale={locale} name="password" label="Password" autocomplete="new-password" />)
  assert.match(made, /type="password"/)
  assert.doesNotMatch(made, / value=/)
})

test('a disabled button says why, keeps the focus, and submits nothing', () => {
  const made = html(<Button disabled="Only an owner can.">Delete</Button>)
  assert.match(made, /type="button" title="Only an owner can\." aria-disabled="true"/)
  assert.match(made, /<span class="hidden-text"> \(Only an owner can\.\)<\/span>/)
  assert.doesNotMatch(made, / disabled/)
})

test('a disabled link is a button that leads nowhere', () => {
  assert.doesNotMatch(
    html(
      <Button href="/x" disabled="No">
        Go
      </Button>,
    ),
    /href/,
  )
})

test('an icon button has a name', () => {
  assert.match(html(<IconButton icon="x" label="Close" />), /aria-label="Close"/)
})

test('a form posts with and without scripts, and morphs the answer into the page', () => {
  const made = html(<Form action="/login">{null}</Form>)
  assert.match(
    made,
    /method="post" action="\/login" hx-post="\/login" hx-target="#content" hx-swap="innerMorph"/,
  )
})

test('an error summary leads to each field, and is not there without errors', () => {
  const made = html(<ErrorSummary locale={locale} errors={[{ field: 'email', message: 'Taken' }]} />)
  assert.match(made, /<a href="#f-email">Taken<\/a>/)
  assert.match(made, /One thing needs another look/)
  assert.equal(html(<ErrorSummary locale={locale} errors={[]} />), '')
})

test('a menu is opened by its button without a script', () => {
  const made = html(
    <Menu id="m" label="More" bare>
      <MenuItem href="/edit">Edit</MenuItem>
    </Menu>,
  )
  assert.match(made, /popovertarget="m"/)
  assert.match(made, /id="m" popover="auto"/)
})

test('a confirm asks before its form can be sent', () => {
  const made = html(<Confirm locale={locale} label="Delete" question="Sure?" yes="Delete it" action="/d" />)
  assert.ok(made.indexOf('</summary>') < made.indexOf('action="/d"'))
  assert.doesNotMatch(made, /<details[^>]* open/)
})
