import type { z } from 'zod'
import type { TabloEntry } from './listing.ts'
import type { tabloShape } from './schema.ts'

/** A Tablo as programs get it. */
export const shapeOf = (tablo: TabloEntry): z.output<typeof tabloShape> => ({
  id: tablo.id,
  title: tablo.title,
  description: tablo.description,
  color: tablo.color,
  role: tablo.role,
  archived_at: tablo.archivedAt?.toISOString() ?? null,
  created_at: tablo.createdAt.toISOString(),
})
