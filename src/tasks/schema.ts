import { z } from 'zod'
import { taskStatuses } from '../activity/kinds.ts'
import { errorText } from '../errors.ts'
import { isId } from '../platform/ids.ts'
import { line, prose } from '../platform/input.ts'

const title = line(500, 'title_missing', 'title_long_500')
const description = prose(20_000, 'description_long_20000')
const status = z.enum(taskStatuses, errorText('status_unknown'))

/** The hidden id makes a form that is posted twice make one. Where a caller leaves it out, the command makes one. */
export const newTaskSchema = z.object({
  title,
  description,
  status: status.default('todo'),
  id: z.string().refine(isId).optional().catch(undefined),
})

export const taskSchema = z.object({
  title,
  description,
  status,
  version: z
    .string(errorText('version_missing'))
    .regex(/^\d{1,9}$/, errorText('version_missing'))
    .transform(Number),
})

export const moveSchema = z.object({
  status,
  // Anything that is not an id can't be a task that is still there, so it is answered like one that is gone.
  after: z.string(errorText('after_missing')).transform(id => (id === '' ? null : id)),
})
