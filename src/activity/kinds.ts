export const taskStatuses = ['todo', 'in_progress', 'in_review', 'done'] as const
export type TaskStatus = (typeof taskStatuses)[number]
type MemberRole = 'owner' | 'editor' | 'viewer'

/**
 * Every kind of change in a Tablo, with what its sentence needs to be told long after: names are kept as they were.
 * `texts.activity` has a sentence for each.
 */
export interface ActivityPayloads {
  tablo_created: { title: string }
  tablo_changed: { title: string; before: string }
  tablo_archived: { title: string }
  tablo_restored: { title: string }
  tablo_deleted: { title: string }
  task_created: { title: string }
  /** `from` and `to` when the same save moved it to another column */
  task_changed: { title: string; before: string; from?: TaskStatus; to?: TaskStatus }
  task_moved: { title: string; from: TaskStatus; to: TaskStatus }
  task_deleted: { title: string }
  file_added: { name: string }
  file_removed: { name: string }
  /** Here and below `name` is somebody's, empty once their account is closed. */
  member_joined: { name: string; role: MemberRole }
  member_role_changed: { name: string; from: MemberRole; to: MemberRole }
  member_removed: { name: string }
  member_left: { name: string }
  /** `name` owns it from now on; who did so only edits. */
  tablo_transferred: { name: string }
  /** `owner` is whom the Tablo was handed to, where it would have had none */
  account_closed: { owner?: string }
}

export type ActivityKind = keyof ActivityPayloads

/** Every kind there is, held to the payloads by the compiler. */
export const activityKinds = Object.keys({
  tablo_created: true,
  tablo_changed: true,
  tablo_archived: true,
  tablo_restored: true,
  tablo_deleted: true,
  task_created: true,
  task_changed: true,
  task_moved: true,
  task_deleted: true,
  file_added: true,
  file_removed: true,
  member_joined: true,
  member_role_changed: true,
  member_removed: true,
  member_left: true,
  tablo_transferred: true,
  account_closed: true,
} satisfies Record<ActivityKind, true>) as ActivityKind[]

/** One kind with its payload. */
export type Change = { [K in ActivityKind]: { kind: K; payload: ActivityPayloads[K] } }[ActivityKind]
