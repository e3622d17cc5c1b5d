// Who may change what. A member's role is all that decides; nobody else sees the Tablo at all.

import { AppError } from '../errors.ts'

export const roles = ['owner', 'editor', 'viewer'] as const
export type Role = (typeof roles)[number]

/**
 * `content` is tasks, files and events; `members` who is in the Tablo, in which role, and who is invited; `tablo` its
 * title, colour, archive and end; `leave` one's own going.
 */
export type Change = 'content' | 'members' | 'tablo' | 'leave'

const ALLOWED: Record<Role, readonly Change[]> = {
  owner: ['content', 'members', 'tablo', 'leave'],
  editor: ['content', 'leave'],
  viewer: ['leave'],
}

export const may = (role: Role, change: Change): boolean => ALLOWED[role].includes(change)

/** Throws forbidden when the role does not allow the change. */
export function authorize(role: Role, change: Change): void {
  if (!may(role, change))
    throw new AppError('forbidden', change === 'content' ? 'viewers_read' : 'owners_only')
}
