// Who may change what. A member's role is all that decides; nobody else sees the Tablo at all.

import { AppError } from '../errors.ts'

export type Role = 'owner' | 'editor' | 'viewer'

/** `content` is tasks, files and events; `tablo` its title, colour, archive, end and members. */
export type Change = 'content' | 'tablo'

const ALLOWED: Record<Role, readonly Change[]> = {
  owner: ['content', 'tablo'],
  editor: ['content'],
  viewer: [],
}

export const may = (role: Role, change: Change): boolean => ALLOWED[role].includes(change)

/** Throws forbidden when the role does not allow the change. */
export function authorize(role: Role, change: Change): void {
  if (!may(role, change)) throw new AppError('forbidden', change === 'tablo' ? 'owners_only' : 'viewers_read')
}
