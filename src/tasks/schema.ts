import { z } from 'zod'
import { taskStatuses } from '../activity/kinds.ts'
import { errorText } from '../errors.ts'
import { id, moment } from '../platform/api/operations.ts'
import { isId } from '../platform/ids.ts'
import { line, prose } from '../platform/input.ts'

const title = line(500, 'title_missing', 'title_long_500')
const description = prose(20_000, 'description_long_20000')
export const status = z.enum(taskStatuses, errorText('status_unknown'))

const fields = { title, description: description.default(''), status: status.default('todo') }

/** The hidden id makes a form that is posted twice make one. Where a caller leaves it out, the command makes one. */
export const newTaskSchema = z.object({ ...fields, id: z.string().refine(isId).optional().catch(undefined) })

export const taskSchema = z.object({
  title,
  description: fields.description,
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

/** What a program sends to add a task. */
export const newTaskBody = z
  .strictObject(fields)
  .meta({ id: 'NewTask', example: { title: 'Order flour', description: '50 kg, type 55', status: 'todo' } })

/** What a program sends to change one: what it leaves out stays. */
export const taskChangesBody = z
  .strictObject({ title: title.optional(), description: description.optional(), status: status.optional() })
  .meta({ id: 'TaskChanges', example: { title: 'Order rye flour' } })

/** What a program sends to move one. */
export const moveBody = z
  .strictObject({
    status,
    after: z
      .string()
      .refine(isId)
      .nullable()
      .meta({ format: 'uuid', description: 'The task that it is put right after; null puts it at the top.' }),
  })
  .meta({ id: 'Move', example: { status: 'in_progress', after: null } })

/** A task as programs get it. */
export const taskShape = z
  .strictObject({
    id,
    tablo_id: id,
    title: z.string(),
    description: z.string().meta({ description: 'Markdown' }),
    status: z.enum(taskStatuses),
    version: z.int().meta({
      description: 'Rises with every change but that of its place in a column; in quotes it is the ETag.',
    }),
    created_by: id.nullable().meta({ description: 'The person who made it; null once they are gone.' }),
    created_at: moment,
    updated_at: moment,
  })
  .meta({
    id: 'Task',
    description: 'A unit of work in one Tablo.',
    example: {
      id: '019a9e0c-7d2e-7a53-8f10-6c5b4a392817',
      tablo_id: '019a9e0c-5b1c-7c1e-9f0a-3a2b1c0d9e8f',
      title: 'Order flour',
      description: '50 kg, type 55',
      status: 'todo',
      version: 1,
      created_by: '019a9e0b-1a2b-7c3d-8e4f-5a6b7c8d9e0f',
      created_at: '2026-11-20T09:30:00.000Z',
      updated_at: '2026-11-20T09:30:00.000Z',
    },
  })
