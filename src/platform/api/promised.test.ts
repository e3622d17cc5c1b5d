import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createApi } from '../../api.ts'
import { parseConfig } from '../../config.ts'

const unused = { config: parseConfig({}), callers: {} } as unknown as Parameters<typeof createApi>[0]
const { paths = {} } = createApi(unused).document
const operations = Object.values(paths).flatMap(path =>
  (['get', 'post', 'patch', 'delete'] as const).flatMap(method => {
    const { operationId: id = '', responses = {} } = path[method] ?? {}
    return path[method] ? [{ id, method, responses: responses as Record<string, { headers?: object }> }] : []
  }),
)

test('the document promises a tag of what is read or made, and of what a change can be held to, and of nothing else', () => {
  const untagged = operations.filter(({ responses }) => {
    const answer = responses[200] ?? responses[201]
    return answer && !('ETag' in (answer.headers ?? {}))
  })
  assert.deepEqual(
    untagged.map(({ id }) => id),
    [
      ...['signIn', 'refreshTokens', 'changeMember', 'transferTablo', 'resendInvitation', 'acceptInvitation'],
      ...[
        'disableUser',
        'enableUser',
        'makeAdmin',
        'removeAdmin',
        'endSessionsOfUser',
        'retryJob',
        'cancelJob',
      ],
    ],
  )
})

test('the document says of every operation that changes something that its body may be too large', () => {
  for (const { id, method, responses } of operations) assert.equal('413' in responses, method !== 'get', id)
})
