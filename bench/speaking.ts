// How a change is asked for: as a form of a page, or by a program of the API.

import type { TaskStatus } from '../src/activity/kinds.ts'
import { newId } from '../src/platform/ids.ts'
import { FORM } from './ask.ts'
import type { Ask } from './drive.ts'
import type { Person } from './people.ts'

export interface Speaker {
  create(tabloId: string, title: string, status: TaskStatus): Ask
  /** `after` is null for the top */
  move(tabloId: string, id: string, status: TaskStatus, after: string | null): Ask
}

export function byForm(person: Person): Speaker {
  const headers = { ...person.headers, 'HX-Request': 'true', ...FORM }
  return {
    create: (tabloId, title, status) => ({
      path: `/tablos/${tabloId}/tasks`,
      headers,
      body: new URLSearchParams({ id: newId(), title, status }).toString(),
      answered: (code, body) => code === 200 && body.includes(`>${title}<`),
    }),
    move: (tabloId, id, status, after) => ({
      path: `/tablos/${tabloId}/tasks/${id}/move`,
      headers,
      body: `status=${status}&after=${after ?? ''}`,
      answered: (code, body) => code === 200 && body.includes(`/tasks/${id}"`),
    }),
  }
}

export function byProgram(token: string): Speaker {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
  return {
    create: (tabloId, title, status) => ({
      path: `/api/v1/tablos/${tabloId}/tasks`,
      headers,
      body: JSON.stringify({ title, status }),
      answered: (code, body) => code === 201 && body.includes(`"title":"${title}"`),
    }),
    move: (_, id, status, after) => ({
      path: `/api/v1/tasks/${id}/move`,
      headers,
      body: JSON.stringify({ status, after }),
      answered: (code, body) => code === 200 && body.includes(`"id":"${id}"`),
    }),
  }
}
