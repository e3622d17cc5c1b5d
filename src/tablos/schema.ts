import { z } from 'zod'
import { errorText } from '../errors.ts'
import { isId } from '../platform/ids.ts'
import { line, prose } from '../platform/input.ts'
import { tabloColors } from '../ui/colors.ts'

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
