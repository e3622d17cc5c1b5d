import type { Locale } from '../texts/locale.ts'
import { Avatar } from '../ui/Avatar.tsx'
import { Button } from '../ui/Button.tsx'
import { Field, Textarea } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Problem } from '../ui/Problem.tsx'
import { Row, Rows } from '../ui/Rows.tsx'
import { Section } from '../ui/Section.tsx'
import { Shelf } from './Shelf.tsx'
import { samplePeople } from './samples.ts'

/** Lines of a list, and words that are edited where they are read. */
export function Reading({ locale }: { locale: Locale }) {
  const { demo } = locale.t
  return (
    <Shelf title={demo.sections.rows}>
      <Section title={demo.signedIn} text={demo.intro}>
        <Rows>
          <Row
            lead={<Icon name="monitor" size={20} />}
            meta={demo.signedInMeta}
            actions={
              <Button size="small" type="button">
                {demo.endSession}
              </Button>
            }
          >
            {demo.signedIn}
          </Row>
          {samplePeople.map(person => (
            <Row lead={<Avatar person={person} named />} meta={person.email}>
              {person.name}
            </Row>
          ))}
        </Rows>
      </Section>
      <div class="max-w-form">
        <Field name="plain-title" label={demo.name} bare look="title" value={demo.placeholder} />
        <Textarea name="plain-text" label={demo.description} bare look="plain" value={demo.inPlace} />
      </div>
    </Shelf>
  )
}

/** What a person sees when a page is not there. */
export function Wrong({ locale }: { locale: Locale }) {
  const { demo } = locale.t
  return (
    <Shelf title={demo.sections.problem}>
      <Problem
        locale={locale}
        title={demo.problemTitle}
        text={demo.problemText}
        requestId="0199aa0e-7b1c"
        part
      >
        <Button href="/demo">{demo.problemAction}</Button>
      </Problem>
    </Shelf>
  )
}
