import type { Locale } from '../texts/locale.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Button } from '../ui/Button.tsx'
import { Field, Textarea } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Shelf } from './Shelf.tsx'
import { samplePeople } from './samples.ts'

/** Lines of a list, and words that are edited where they are read. */
export function Reading({ locale }: { locale: Locale }) {
  const { demo } = locale.t
  return (
    <Shelf title={demo.sections.rows}>
      <ul class="rows">
        <li class="row">
          <Icon name="monitor" size={20} />
          <div class="row-words">
            <p>{demo.signedIn}</p>
            <p class="row-meta">{demo.signedInMeta}</p>
          </div>
          <Button size="small" type="button">
            {demo.endSession}
          </Button>
        </li>
        {samplePeople.map(person => (
          <li class="row">
            <Avatar person={person} named />
            <div class="row-words">
              <p>{person.name}</p>
              <p class="row-meta">{person.email}</p>
            </div>
          </li>
        ))}
      </ul>
      <Notice kind="info">{demo.reason}</Notice>
      <Notice kind="ok">{demo.toast}</Notice>
      <div class="max-w-form">
        <Field name="plain-title" label={demo.name} bare look="title" value={demo.placeholder} />
        <Textarea name="plain-text" label={demo.description} bare look="plain" value={demo.inPlace} />
      </div>
    </Shelf>
  )
}
