// Who may call which operation of the API: its scope, and the role that it is for. What a caller may do inside a Tablo
// follows from their role there, which the commands hold them to; `tablo` says it to readers of the document. An
// operation that is not here can't be served.

import type { Need } from './accounts/bearer.ts'
import type { Role } from './tablos/roles.ts'

export interface Guard extends Need {
  /** The role in the Tablo that it takes */
  readonly tablo?: Role
}

const read = { scope: 'read' } as const
const write = { scope: 'write' } as const
const viewer = { ...read, tablo: 'viewer' } as const
const editor = { ...write, tablo: 'editor' } as const
const owner = { ...write, tablo: 'owner' } as const
const adminReads = { ...read, role: 'admin' } as const
const adminWrites = { ...write, role: 'admin' } as const

export const guards: Readonly<Record<string, Guard | 'nobody'>> = {
  signIn: 'nobody',
  refreshTokens: 'nobody',
  revokeTokens: 'nobody',

  getMe: read,
  changeMe: write,
  exportMe: read,
  closeMe: write,

  listTablos: read,
  createTablo: write,
  getTablo: viewer,
  changeTablo: owner,
  deleteTablo: owner,
  archiveTablo: owner,
  restoreTablo: owner,
  getProgress: viewer,
  listActivity: viewer,

  listMembers: viewer,
  changeMember: owner,
  removeMember: owner,
  leaveTablo: { ...write, tablo: 'viewer' },
  transferTablo: owner,
  listInvitations: { ...read, tablo: 'owner' },
  createInvitation: owner,
  getInvitation: { ...read, tablo: 'owner' },
  resendInvitation: owner,
  withdrawInvitation: owner,
  acceptInvitation: write,

  listTasks: read,
  listTasksOfTablo: viewer,
  createTask: editor,
  getTask: viewer,
  changeTask: editor,
  moveTask: editor,
  deleteTask: editor,

  listFiles: viewer,
  uploadFile: editor,
  getFile: viewer,
  downloadFile: viewer,
  deleteFile: editor,

  listUsers: adminReads,
  disableUser: adminWrites,
  enableUser: adminWrites,
  getUser: adminReads,
  makeAdmin: adminWrites,
  removeAdmin: adminWrites,
  endSessionsOfUser: adminWrites,

  listAudit: adminReads,

  listJobs: adminReads,
  getJob: adminReads,
  retryJob: adminWrites,
  cancelJob: adminWrites,
}
