import type { Context } from 'hono'
import type { Log } from '../log.ts'

/**
 * Text as a body that is made while it is taken: whoever takes slowly is waited for, and no more of it is in memory than
 * one piece. The first piece is made before, so that what fails at once is an error page. One that fails later cuts the
 * connection, since nothing else tells a browser that what it has is not all. Whoever goes away ends the making.
 */
export async function streamed(
  c: Context,
  log: Log,
  pieces: AsyncGenerator<string>,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const encoder = new TextEncoder()
  let next: IteratorResult<string> | undefined = await pieces.next()
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = next ?? (await pieces.next())
          next = undefined
          if (done) controller.close()
          else controller.enqueue(encoder.encode(value))
        } catch (error) {
          log.error({ err: error, request_id: c.get('requestId') }, 'a download broke off')
          if (c.env?.outgoing) c.env.outgoing.destroy()
          else controller.error(error)
        }
      },
      cancel: async () => {
        await pieces.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}
