import { z } from 'zod'
import type { ErrorText } from '../errors.ts'
import { isId } from '../platform/ids.ts'
import { line, prose } from '../platform/input.ts'
import { tabloColors } from '../ui/colors.ts'

const fields = {
  title: line(200, 'title_missing', 'title_long_200'),
  description: prose(5_000, 'description_long_5000'),
  color: z.enum(tabloColors, 'color_unknown' satisfies ErrorText).default('blue'),
}

export const tabloSchema = z.object(fields)

/** The hidden id makes a form that is posted twice make one. Where a caller leaves it out, the command makes one. */
export const newTabloSchema = z.object({ ...fields, id: z.string().refine(isId).optional().catch(undefined) })

export type TabloFields = z.output<typeof tabloSchema>
