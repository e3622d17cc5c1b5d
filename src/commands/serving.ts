import { configure, misused, take } from './speaking.ts'

export async function start(args: readonly string[]): Promise<void> {
  const rest = [...args]
  const demo = take(rest, '--demo')
  const config = configure(rest)
  if (demo && config.production) throw misused('--demo is for development: ENV is production.')
  const { serve } = await import('../serve.ts')
  await serve(config, 'start', async ({ deps }) => {
    if (demo) await (await import('../demo/seed.ts')).seedDemo(deps)
  })
}

export const serveAlone = (command: 'web' | 'worker') => async (args: readonly string[]) => {
  const config = configure(args)
  const { serve } = await import('../serve.ts')
  await serve(config, command)
}
