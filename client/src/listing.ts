// Lists come in pages; a caller goes over their items. Each page is asked for when the items before it are used up, so
// a loop that ends early asks for no more, and rows that come or go meanwhile shift nothing.

import type { Answer, DataOf, InitOf, Inits, Operations, PathsOf } from './operations.ts'

interface Page {
  items: unknown[]
  next: string | null
}

/** The paths that answer a list. */
export type ListPath = {
  [Path in PathsOf<'get'>]: DataOf<Path, 'get'> extends Page ? Path : never
}[PathsOf<'get'>]

export type ItemOf<Path extends ListPath> =
  DataOf<Path, 'get'> extends { items: (infer Item)[] } ? Item : never

/** All items of a list, over as many pages as it has. `limit` is how many come at once, not how many in all. */
export type List = <Path extends ListPath>(
  path: Path,
  ...init: Inits<InitOf<Path, 'get'>>
) => AsyncGenerator<ItemOf<Path>, void, void>

/** The most that a page may have. */
const PAGE = 200

interface AnyInit {
  params?: { query?: { cursor?: string } }
}

/** Lists through these operations. */
export function lists({ GET }: Operations): List {
  const get = GET as unknown as (path: string, init: AnyInit) => Promise<Answer<Page>>
  return async function* (path: string, init: AnyInit = {}) {
    let { cursor } = init.params?.query ?? {}
    do {
      const query = { limit: PAGE, ...init.params?.query, ...(cursor !== undefined && { cursor }) }
      const { data } = await get(path, { ...init, params: { ...init.params, query } })
      yield* data.items
      cursor = data.next ?? undefined
    } while (cursor !== undefined)
  } as List
}
