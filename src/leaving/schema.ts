// What of a person there is, as they take it with them, and what closing an account takes.

import { z } from 'zod'
import { activityKinds, taskStatuses } from '../activity/kinds.ts'
import { errorText } from '../errors.ts'
import { id, moment } from '../platform/api/operations.ts'
import { isId } from '../platform/ids.ts'
import type { Fate } from '../tablos/leaving.ts'
import { languages } from '../texts/locale.ts'
import { tabloColors } from '../ui/colors.ts'

const profile = z.strictObject({
  id,
  name: z.string(),
  email: z.string(),
  email_verified_at: moment.nullable(),
  role: z.enum(['user', 'admin']),
  language: z.enum(languages).nullable(),
  time_zone: z.string(),
  created_at: moment,
})

const signIn = z.strictObject({
  password: z.boolean(),
  authenticator: z.boolean(),
  providers: z.array(
    z.strictObject({
      provider: z.string(),
      email: z.string().nullable(),
      created_at: moment,
      last_used_at: moment,
    }),
  ),
  passkeys: z.array(
    z.strictObject({ name: z.string(), created_at: moment, last_used_at: moment.nullable() }),
  ),
})

const session = z.strictObject({
  id,
  address: z.string(),
  user_agent: z.string(),
  created_at: moment,
  last_seen_at: moment,
  expires_at: moment,
})

const program = session.omit({ last_seen_at: true })

const token = z.strictObject({
  id,
  name: z.string(),
  scope: z.enum(['read', 'write']),
  created_at: moment,
  expires_at: moment,
  last_used_at: moment.nullable(),
})

const task = z.strictObject({
  id,
  title: z.string(),
  description: z.string(),
  status: z.enum(taskStatuses),
  created_by_you: z.boolean(),
  created_at: moment,
  updated_at: moment,
})

const file = z.strictObject({
  id,
  name: z.string(),
  size: z.int(),
  type: z.string(),
  sha256: z.string(),
  uploaded_by_you: z.boolean(),
  created_at: moment,
})

const activity = z.strictObject({
  id,
  kind: z.enum(activityKinds),
  subject_id: id.nullable(),
  payload: z.record(z.string(), z.string()),
  at: moment,
})

const tablo = z.strictObject({
  id,
  title: z.string(),
  description: z.string(),
  color: z.enum(tabloColors),
  role: z.enum(['owner', 'editor', 'viewer']),
  created_at: moment,
  joined_at: moment,
  archived_at: moment.nullable(),
  tasks: z.array(task),
  files: z
    .array(file)
    .meta({ description: 'What there is to know of each; its bytes are downloaded by itself.' }),
  activity: z.array(activity).meta({ description: 'What you did, the first first.' }),
})

export const exportShape = z
  .strictObject({
    exported_at: moment,
    profile,
    sign_in: signIn,
    sessions: z.array(session),
    programs: z.array(program).meta({ description: 'Those that you have signed in to.' }),
    tokens: z.array(token).meta({ description: 'Personal tokens, without what they are.' }),
    tablos: z.array(tablo),
  })
  .meta({
    id: 'Export',
    description: 'Your account, and the Tablos that you are in.',
    example: {
      exported_at: '2026-11-20T09:30:00.000Z',
      profile: {
        id: '019a9e0b-1a2b-7c3d-8e4f-5a6b7c8d9e0f',
        name: 'Ada',
        email: 'ada@example.org',
        email_verified_at: null,
        role: 'user',
        language: null,
        time_zone: 'Europe/Paris',
        created_at: '2026-11-01T08:00:00.000Z',
      },
      sign_in: { password: true, authenticator: false, providers: [], passkeys: [] },
      sessions: [],
      programs: [],
      tokens: [],
      tablos: [],
    },
  })

type Export = z.output<typeof exportShape>
export type ExportHead = Omit<Export, 'tablos'>
export type ExportedTablo = Export['tablos'][number]

const fate = z.strictObject({
  id,
  action: z.enum(['delete', 'hand_over']),
  to: id.optional().meta({ description: 'Another member, to be its owner.' }),
})

/** What a program sends to close its person's account. */
export const closingBody = z
  .strictObject({
    password: z.string(errorText('password_missing')).max(256, errorText('password_long')),
    tablos: z
      .array(fate)
      .max(10_000)
      .optional()
      .meta({ description: 'What becomes of each Tablo that only you own.' }),
  })
  .meta({
    id: 'Closing',
    example: {
      password: 'a few words to remember',
      tablos: [
        {
          id: '019a9e0c-5b1c-7c1e-9f0a-3a2b1c0d9e8f',
          action: 'hand_over',
          to: '019a9e0b-1a2b-7c3d-8e4f-5a6b7c8d9e0f',
        },
        { id: '019a9e0d-2b3c-7d4e-8f5a-6b7c8d9e0f1a', action: 'delete' },
      ],
    },
  })

/** The fates by the ids of their Tablos. */
export const fatesIn = (tablos: NonNullable<z.output<typeof closingBody>['tablos']>): Map<string, Fate> =>
  new Map(
    tablos.flatMap(({ id, action, to }): [string, Fate][] => {
      if (action === 'delete') return [[id, 'delete']]
      return to === undefined ? [] : [[id, { handTo: to }]]
    }),
  )

/** The same of a form: a field `tablos.<id>` says `delete`, or the id of somebody; anything else is no choice. */
export const fatesOf = (values: Readonly<Record<string, string>>): Map<string, Fate> =>
  new Map(
    Object.entries(values).flatMap(([name, value]): [string, Fate][] => {
      const [, tabloId] = /^tablos\.(.*)$/.exec(name) ?? []
      if (tabloId === undefined) return []
      if (value === 'delete') return [[tabloId, 'delete']]
      return isId(value) ? [[tabloId, { handTo: value }]] : []
    }),
  )
