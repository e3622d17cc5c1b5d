// Requests that are sent by script and not by an element, as htmx would send them; htmx swaps in what comes back.

export interface Answer {
  readonly ok: boolean
  readonly status: number
  readonly text: string
  readonly headers: Headers
}

/** Asks for a part of a page, or posts a form. `target` is how the server tells what the answer is for. Gives nothing when the network fails. */
export async function ask(
  path: string,
  { target, form }: { target?: string; form?: Record<string, string> } = {},
): Promise<Answer | undefined> {
  const headers = {
    Accept: 'text/html',
    'HX-Request': 'true',
    'HX-Request-Type': 'partial',
    ...(target && { 'HX-Target': target }),
  }
  try {
    const body = form && new URLSearchParams(form)
    const response = await fetch(path, { headers, ...(body && { method: 'POST', body }) })
    const redirect = response.headers.get('HX-Redirect')
    // The page is left, so nothing that waits for the answer is to go on.
    if (redirect) return new Promise(() => location.assign(redirect))
    const { ok, status } = response
    return { ok, status, text: await response.text(), headers: response.headers }
  } catch {
    return undefined
  }
}

/** Swaps in an answer: its partials, and what else is in it into `target`, unless the server names another. */
export async function show(
  { text, headers }: Answer,
  into: { target: Element; swap: string; select?: string } = { target: document.body, swap: 'none' },
): Promise<void> {
  const retarget = headers.get('HX-Retarget')
  const other = retarget && document.querySelector(retarget)
  const place = other ? { target: other, swap: headers.get('HX-Reswap') ?? 'innerHTML' } : into
  await window.htmx.swap({ text, sourceElement: document.body, ...place })
}

/** Whether an answer says what went wrong by itself. */
export const explains = ({ status, headers }: Answer): boolean => status === 409 || headers.has('HX-Retarget')
