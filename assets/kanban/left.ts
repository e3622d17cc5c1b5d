// What a person has typed is kept in their tab, also when their session has ended and they are sent to sign in. Its
// name says whose it is: somebody else may sign in next.

/** The name under which a tab keeps what the person at hand has typed. */
export const ownKey = (name: string): string => `${name}:${document.body.dataset.person ?? ''}`

/** Whether an answer of htmx only leads to the sign-in, with nothing saved. */
export function asksToSignIn(event: CustomEvent): boolean {
  const redirect: unknown = event.detail.ctx.hx?.redirect
  return typeof redirect === 'string' && /^\/login\b/.test(redirect)
}
