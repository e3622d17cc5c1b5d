import type { Config } from '../config.ts'
import { type Finding, warning } from './findings.ts'

/** This release sends none. */
export const checkMail = ({ production }: Pick<Config, 'production'>): readonly Finding[] => [
  warning(
    'No mail is sent: this release has none.',
    production
      ? 'For whoever forgot a password: xtablo reset-password EMAIL prints a link to hand to them.'
      : 'Nothing to do in development. xtablo reset-password EMAIL prints what a mail would bring.',
  ),
]
