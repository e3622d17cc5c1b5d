import { z } from 'zod'
import { errorText } from '../errors.ts'
import { id, moment } from '../platform/api/operations.ts'
import { isId } from '../platform/ids.ts'
import { line, prose } from '../platform/input.ts'
import { tabloColors } from '../ui/colors.ts'
import { roles } from './roles.ts'

const title = line(200, 'title_missing', 'title_long_200')
const description = prose(5_000, 'description_long_5000')
const color = z.enum(tabloColors, errorText('color_unknown'))

const fields = { title, description: description.default(''), color: color.default('blue') }

export const tabloSchema = z.object(fields)

/** The hidden id makes a form that is posted twice make one. Where a caller leaves it out, the command makes one. */
export const newTabloSchema = z.object({ ...fields, id: z.string().refine(isId).optional().catch(undefined) })

export type TabloFields = z.output<typeof tabloSchema>

/** What a program sends to make a Tablo. */
export const newTabloBody = z
  .strictObject(fields)
  .meta({ id: 'NewTablo', example: { title: 'Bakery', description: 'The new shop', color: 'teal' } })

/** What a program sends to change one: what it leaves out stays. */
export const tabloChangesBody = z
  .strictObject({ title: title.optional(), description: description.optional(), color: color.optional() })
  .meta({ id: 'TabloChanges', example: { title: 'Bakery, second shop' } })

const role = z.enum(roles)

/** A Tablo as programs get it. */
export const tabloShape = z
  .strictObject({
    id,
    title: z.string(),
    description: z.string().meta({ description: 'Markdown' }),
    color: z.enum(tabloColors),
    role: role.meta({ description: 'What you are in it.' }),
    archived_at: moment.nullable(),
    created_at: moment,
  })
  .meta({
    id: 'Tablo',
    description: 'A workspace: one project, its members and everything in it.',
    example: {
      id: '019a9e0c-5b1c-7c1e-9f0a-3a2b1c0d9e8f',
      title: 'Bakery',
      description: 'The new shop',
      color: 'teal',
      role: 'owner',
      archived_at: null,
      created_at: '2026-11-20T09:30:00.000Z',
    },
  })

/** A member as programs get them. */
export const memberShape = z.strictObject({ id, name: z.string(), role, joined_at: moment }).meta({
  id: 'Member',
  description: 'A person in a Tablo.',
  example: {
    id: '019a9e0c-5b1c-7c1e-9f0a-3a2b1c0d9e8f',
    name: 'Ada',
    role: 'owner',
    joined_at: '2026-11-20T09:30:00.000Z',
  },
})

/** Progress as programs get it. */
export const progressShape = z
  .strictObject({
    done: z.int().min(0),
    total: z.int().min(0),
  })
  .meta({ id: 'Progress', description: 'Tasks done, of all.', example: { done: 12, total: 40 } })
